"""One random edit at a time, as people and integrations make them: new values, births, deaths and
links."""

from dataclasses import dataclass, field
from random import Random

from hubspot.objects import ObjectType

from .definitions import created_property
from .events import Origin
from .generate.population import fresh
from .generate.scene import Scene, scene
from .merge import merge
from .portal import Portal
from .store import Record

SOURCES = (
    ("CRM_UI", "userId:52530071"),
    ("INTEGRATION", "appId:54321"),
    ("WORKFLOW", "enrollmentId:7781"),
    ("IMPORT", "importId:9"),
)
STAGE = {"pipeline", "dealstage"}  # change together: a stage belongs to its pipeline


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
        """Choose a live record, of the narrowed ones where there are any."""
        store = self.portal.stores[kind.name]
        ids = self.subjects.get(kind.name) or store.live
        if ids:
            return store.get(self.random.choice(ids))
        return None

    def update(self, kind: ObjectType) -> int | None:
        """Give one to three properties new values, or take theirs; a draw that changes nothing is
        drawn again."""
        record = self.some(kind)
        draws = (self.changes(kind, record) for _ in range(20)) if record else iter(())
        new = next(filter(None, draws), None)
        if record is None or new is None:
            return None
        self.portal.update(kind, record, new, self.origin())
        return record.id

    def changes(self, kind: ObjectType, record: Record) -> dict[str, str]:
        """Choose values for one to three properties; in one of ten edits another one is cleared."""
        unique = self.portal.stores[kind.name].unique
        values = fresh(self.portal, kind, self.random, self.scene, self.portal.now())
        new = [
            name
            for name in values
            if record.properties.get(name) != values[name] and name not in unique
        ]
        chosen = set(self.random.sample(new, min(len(new), self.random.randint(1, 3))))
        if chosen & STAGE:
            chosen |= STAGE & values.keys()
        changes = {name: values[name] for name in sorted(chosen)}
        clearable = sorted(self.clearable(kind, record) - values.keys())
        if clearable and self.random.random() < 0.1:
            changes[self.random.choice(clearable)] = ""
        return changes

    def clearable(self, kind: ObjectType, record: Record) -> set[str]:
        held = {name for name, value in record.properties.items() if value}
        return held & self.portal.announced[kind.name] - STAGE - {created_property(kind)}

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

    def merge(self, kind: ObjectType) -> int | None:
        primary, other = self.some(kind), self.some(kind)
        if primary is None or other is None or primary is other:
            return None
        return merge(self.portal, kind, primary, other, self.origin()).id

    def purge(self, kind: ObjectType) -> int | None:
        record = self.some(kind)
        if record is not None:
            self.portal.purge(kind, record, self.origin())
        return record.id if record else None

    def calculate(self, kind: ObjectType) -> int | None:
        """Move a calculated number: no event, no new modified date.
        https://github.com/estuary/connectors/pull/3528"""
        known, record = self.portal.properties[kind.name], self.some(kind)
        names = [
            name for name, one in known.items() if one["calculated"] and one["type"] == "number"
        ]
        if record is None or not names:
            return None
        record.properties[self.random.choice(names)] = str(self.random.randrange(100))
        return record.id

    def associate(self, kind: ObjectType) -> int | None:
        record, to = (
            self.some(kind),
            self.portal.types[self.random.choice(kind.associations or ("contacts",))],
        )
        ids = self.portal.stores[to.name].live
        linkable = self.portal.associations.labels_of((kind.name, to.name))
        if record is None or not ids or not linkable:
            return None
        self.portal.associate(
            (kind.name, to.name), record.id, self.random.choice(ids), (), self.origin()
        )
        return record.id

    def dissociate(self, kind: ObjectType) -> int | None:
        """Unlink one of the first twenty records drawn that is linked to anything."""
        for record in filter(None, (self.some(kind) for _ in range(20))):
            found = self.portal.associations.neighbours(kind.name, record.id)
            if found:
                to_type, to_id, _ = self.random.choice(found)
                self.portal.dissociate((kind.name, to_type), record.id, to_id, None, self.origin())
                return record.id
        return None


def editor_of(portal: Portal, seed: int | None) -> Editor:
    rng = Random(seed)
    return Editor(portal, rng, scene(rng, portal.now(), portal.owners, portal.pipelines["deals"]))
