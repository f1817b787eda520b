"""Plans of random edits: so many, over so many records, at such a pace; and the stream that never ends."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
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
    """What to edit. `over` is how many distinct records the updates spread over (0: any), `per_second` paces them."""

    count: int = 1
    over: int = 0
    types: list[str] = field(default_factory=lambda: ["contacts", "companies", "deals", "calls"])
    kinds: list[str] = field(default_factory=list)
    seed: int | None = None
    per_second: float | None = None

    def __post_init__(self) -> None:
        """Everything by default; only updates over chosen records, for the others would leave the choice."""
        unknown = set(self.kinds) - {*WEIGHTS, *ON_REQUEST}
        if unknown:
            raise ValueError(f"{sorted(unknown)} are no kinds of edits; there are {[*WEIGHTS, *ON_REQUEST]}")
        self.kinds = self.kinds or (["update"] if self.over else list(WEIGHTS))


def edit(portal: Portal, plan: Plan) -> dict[str, Any]:
    """Carries out the plan and tells what was done; an edit that finds nothing to do becomes a creation."""
    editor = editor_of(portal, plan.seed)
    narrow(editor, plan)
    started, events = portal.now(), portal.deliveries.tally.events
    kinds, types, touched = Counter[str](), Counter[str](), dict[tuple[str, str], None]()
    for place in range(plan.count):
        pace(plan, place)
        what, type_name, record_id = one_edit(editor, plan, place)
        kinds[what] += 1
        types[type_name] += 1
        touched[type_name, str(record_id)] = None
    return {
        "edits": plan.count, "by_kind": dict(kinds), "by_type": dict(types), "records": list(touched),
        "events": portal.deliveries.tally.events - events, "started_at": iso(started), "finished_at": iso(portal.now()),
    }  # fmt: skip


def narrow(editor: Editor, plan: Plan) -> None:
    """Chooses `over` distinct records, evenly from the plan's types."""
    for place, name in enumerate(plan.types if plan.over else ()):
        live = editor.portal.stores[editor.portal.kind(name).name].live
        share = plan.over // len(plan.types) + (place < plan.over % len(plan.types))
        editor.subjects[editor.portal.kind(name).name] = editor.random.sample(live, min(share, len(live)))


def one_edit(editor: Editor, plan: Plan, place: int) -> tuple[str, str, int | None]:
    kind = editor.portal.kind(plan.types[place % len(plan.types)])
    what = editor.random.choices(plan.kinds, [WEIGHTS.get(one, 1) for one in plan.kinds])[0]
    act: Callable[[ObjectType], int | None] = getattr(editor, what)
    record_id = act(kind)
    return (what, kind.name, record_id) if record_id is not None else ("create", kind.name, editor.create(kind))


def pace(plan: Plan, place: int) -> None:
    """Without a pace the edits still let the server breathe now and then."""
    if plan.per_second:
        gevent.sleep(1 / plan.per_second)
    elif place % 50 == 49:
        gevent.sleep(0)


def stream(portal: Portal, seed: int, rate: Callable[[], float]) -> None:
    """Edits for ever, at a rate that may change at any time; 0 pauses."""
    editor, plan = editor_of(portal, seed), Plan()
    due, place = time.monotonic(), 0
    while True:
        if not rate():
            gevent.sleep(0.1)
            due = time.monotonic()
            continue
        one_edit(editor, plan, place)
        due, place = max(due + 1 / rate(), time.monotonic() - 1), place + 1
        gevent.sleep(max(0.0, due - time.monotonic()))
