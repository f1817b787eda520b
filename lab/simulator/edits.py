"""Plans of random edits: so many, over so many records, at such a pace; and the stream that never
ends."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import gevent

from hubspot.objects import ObjectType

from .editor import Editor, editor_of
from .portal import Portal
from .wire import iso

# How often each kind of edit happens; the rare ones only happen when a plan names them.
WEIGHTS = {"update": 80, "create": 8, "archive": 4, "associate": 4, "dissociate": 3, "restore": 1}
ON_REQUEST = ("merge", "purge", "calculate")


@dataclass(slots=True)
class Plan:
    """What to edit. `over` is how many distinct records the updates spread over (0: any),
    `per_second` paces them.

    Without `types`, all types that have records are edited in turn.
    """

    count: int = 1
    over: int = 0
    types: list[str] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    seed: int | None = None
    per_second: float | None = None

    def __post_init__(self) -> None:
        """Choose every kind by default; only updates over chosen records, for the others would
        leave the choice."""
        unknown = set(self.kinds) - {*WEIGHTS, *ON_REQUEST}
        if unknown:
            raise ValueError(
                f"{sorted(unknown)} are no kinds of edits; there are {[*WEIGHTS, *ON_REQUEST]}"
            )
        self.kinds = self.kinds or (["update"] if self.over else list(WEIGHTS))

    def types_in(self, portal: Portal) -> list[ObjectType]:
        if self.types:
            return [portal.kind(name) for name in self.types]
        return [kind for name, kind in portal.types.items() if portal.stores[name].live] or [
            portal.types["contacts"]
        ]


def edit(portal: Portal, plan: Plan) -> dict[str, Any]:
    """Carry out the plan and tell what was done; an edit that finds nothing to do becomes a
    creation."""
    editor, types = editor_of(portal, plan.seed), plan.types_in(portal)
    narrow(editor, types, plan.over)
    started, events = portal.now(), portal.deliveries.tally.events
    done = []
    for place, _ in enumerate(paced(plan.count, plan.per_second)):
        done.append(one_edit(editor, types[place % len(types)], plan.kinds))
    return {
        "edits": plan.count,
        "by_kind": Counter(what for what, _, _ in done),
        "by_type": Counter(name for _, name, _ in done),
        "records": list(dict.fromkeys((name, record_id) for _, name, record_id in done)),
        "events": portal.deliveries.tally.events - events,
        "started_at": iso(started),
        "finished_at": iso(portal.now()),
    }


def narrow(editor: Editor, types: list[ObjectType], over: int) -> None:
    """Choose `over` distinct records, evenly from the types."""
    for place, kind in enumerate(types if over else ()):
        live = editor.portal.stores[kind.name].live
        share = over // len(types) + (place < over % len(types))
        editor.subjects[kind.name] = editor.random.sample(live, min(share, len(live)))


def one_edit(editor: Editor, kind: ObjectType, kinds: list[str]) -> tuple[str, str, str]:
    """Make one edit; answer what was done, the type, and the id."""
    what = editor.random.choices(kinds, [WEIGHTS.get(one, 1) for one in kinds])[0]
    act: Callable[[ObjectType], int | None] = getattr(editor, what)
    record_id = act(kind)
    if record_id is None:
        what, record_id = "create", editor.create(kind)
    return what, kind.name, str(record_id)


def paced(count: int, per_second: float | None) -> Iterator[None]:
    """Yield `count` turns, each when it is due; without a pace the server still gets to breathe now
    and then."""
    began = time.monotonic()
    for place in range(count):
        if per_second:
            gevent.sleep(max(0.0, began + place / per_second - time.monotonic()))
        elif place % 50 == 49:
            gevent.sleep(0)
        yield


def stream(portal: Portal, rate: Callable[[], float]) -> None:
    """Make edits for ever, at a rate that may change at any time; 0 pauses."""
    editor, plan, due = editor_of(portal, None), Plan(), time.monotonic()
    for place in count():
        while not rate():
            gevent.sleep(0.1)
            due = time.monotonic()
        types = plan.types_in(portal)
        one_edit(editor, types[place % len(types)], plan.kinds)
        due = max(due + 1 / rate(), time.monotonic() - 1)
        gevent.sleep(max(0.0, due - time.monotonic()))
