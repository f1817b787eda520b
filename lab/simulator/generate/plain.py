"""One record of any other type of the registry: a plausible value in four of five columns."""

from random import Random

from hubspot.columns import Kind
from hubspot.objects import ObjectType

from ..definitions import Definition, read_only
from ..wire import iso
from .chance import pick
from .scene import DAY_MS, Scene
from .words import CALL_NOTES, COMPANY_KINDS, COMPANY_WORDS

TEXTS = ("content",)  # long texts, which no type keeps as a column


def plain(
    rng: Random, scene: Scene, created_ms: int, kind: ObjectType, known: dict[str, Definition]
) -> dict[str, str]:
    names = [
        (column.property, column.kind)
        for column in kind.columns
        if not read_only(known[column.property])
    ]
    values = {
        name: value_of(
            rng, created_ms, value_kind, [option["value"] for option in known[name]["options"]]
        )
        for name, value_kind in names
        if rng.random() < 0.8
    }
    return values | {name: pick(rng, CALL_NOTES) for name in TEXTS if name in known}


def value_of(rng: Random, created_ms: int, kind: Kind, options: list[str]) -> str:
    if options:
        return pick(rng, options)
    match kind:
        case Kind.NUMERIC:
            return str(round(rng.random() * 10_000, 2))
        case Kind.INTEGER:
            return str(rng.randrange(1_000))
        case Kind.BOOLEAN:
            return pick(rng, ("true", "false"))
        case Kind.TIMESTAMP:
            return iso(created_ms + int(rng.random() * 30 * DAY_MS))
    return f"{pick(rng, COMPANY_WORDS)} {pick(rng, COMPANY_KINDS)} {rng.randrange(1_000)}"
