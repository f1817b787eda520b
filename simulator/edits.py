"""Random edits as people and integrations make them: mostly property changes, some births, deaths and new links."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

import gevent

from hubspot.objects import ObjectType

from .events import Origin
from .generate.population import fresh
from .generate.scene import Scene, scene
from .portal import Portal
from .store import Record
from .wire import iso

# How often each kind of edit happens when a plan does not choose.
WEIGHTS = {"update": 80, "create": 8, "archive": 4, "associate": 4, "dissociate": 3, "restore": 1}
SOURCES = (
    ("CRM_UI", "userId:52530071"),
    ("INTEGRATION", "appId:54321"),
    ("WORKFLOW", "enrollmentId:7781"),
    ("IMPORT", "importId:9"),
)


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
        self.kinds = self.kinds or (["update"] if self.over else list(WEIGHTS))


@dataclass(slots=True)
class Editor:
    """Makes edits in one portal; `subjects` narrows updates to some records per type."""

    portal: Portal
    random: Random
    scene: Scene
    subjects: dict[str, list[int]] = field(default_factory=dict)

    def origin(self) -> Origin:
        return Origin(self.portal.now(), *self.random.choice(SOURCES))

    def some(self, kind: ObjectType) -> Record | None:
        """A live record, of the narrowed ones where there are any."""
        store = self.portal.stores[kind.name]
        ids = self.subjects.get(kind.name) or store.live
        return store.get(self.random.choice(ids)) if ids else None

    def update(self, kind: ObjectType) -> int | None:
        """One to three properties get new values, now and then none at all; something always changes."""
        record = self.some(kind)
        if record is None:
            return None
        new = self.changes(kind, record)
        while not new:
            new = self.changes(kind, record)
        self.portal.update(kind, record, new, self.origin())
        return record.id

    def changes(self, kind: ObjectType, record: Record) -> dict[str, str]:
        values = fresh(self.portal, kind, self.random, self.scene, self.portal.now())
        cleared = {
            name: ""
            for name in record.properties
            if name in self.portal.announced[kind.name] and name not in values
        }
        differing = {name: value for name, value in values.items() if record.properties.get(name) != value}
        names = self.random.sample(sorted(differing), min(len(differing), self.random.randint(1, 3)))
        chosen = {name: differing[name] for name in names if name not in self.portal.stores[kind.name].unique}
        if cleared and self.random.random() < 0.1:
            chosen[self.random.choice(sorted(cleared))] = ""
        return chosen

    def create(self, kind: ObjectType) -> int | None:
        values = fresh(self.portal, kind, self.random, self.scene, self.portal.now())
        for name in self.portal.stores[kind.name].unique & values.keys():
            values[name] = f"{self.random.getrandbits(40):x}.{values[name]}"
        return self.portal.create(kind, values, self.origin()).id

    def archive(self, kind: ObjectType) -> int | None:
        record = self.some(kind)
        if record is not None:
            self.portal.archive(kind, record, self.origin())
        return record.id if record else None

    def restore(self, kind: ObjectType) -> int | None:
        store = self.portal.stores[kind.name]
        if not store.archived:
            return None
        record = store.records[self.random.choice(store.archived)]
        self.portal.restore(kind, record, self.origin())
        return record.id

    def associate(self, kind: ObjectType) -> int | None:
        record, to = (
            self.some(kind),
            self.portal.types[self.random.choice(kind.associations or ("contacts",))],
        )
        ids = self.portal.stores[to.name].live
        if record is None or not ids:
            return None
        self.portal.associate((kind.name, to.name), record.id, self.random.choice(ids), (), self.origin())
        return record.id

    def dissociate(self, kind: ObjectType) -> int | None:
        record = self.some(kind)
        found = self.portal.associations.neighbours(kind.name, record.id) if record else []
        if record is None or not found:
            return None
        to_type, to_id, _ = self.random.choice(found)
        self.portal.dissociate((kind.name, to_type), record.id, to_id, None, self.origin())
        return record.id


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


def editor_of(portal: Portal, seed: int | None) -> Editor:
    rng = Random(seed)
    return Editor(portal, rng, scene(rng, portal.now(), portal.owners, portal.pipelines["deals"]))


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
    return (
        (what, kind.name, record_id) if record_id is not None else ("create", kind.name, editor.create(kind))
    )


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
