"""List the seven entities: how many rows each has of 4.85 million, and who makes a block of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lab.scale import records, streams
from lab.scale.block import Block, Known
from lab.scale.draws import shared_out
from lab.scale.records import Columns


@dataclass(frozen=True)
class Entity:
    """Describe one entity: its name is its file's."""

    name: str
    weight: int
    make: Callable[[Block, Known], Columns]


# in the order in which they are made: later ones point at earlier ones
ENTITIES = (
    Entity("companies", 50_000, records.companies),
    Entity("contacts", 500_000, records.contacts),
    Entity("deals", 300_000, records.deals),
    Entity("tickets", 200_000, records.tickets),
    Entity("marketing_events", 1_000_000, streams.marketing_events),
    Entity("email_events", 800_000, streams.email_events),
    Entity("web_sessions", 2_000_000, streams.web_sessions),
)
ROWS = sum(entity.weight for entity in ENTITIES)
FEWEST = 200  # rows in all: below it an entity would have none


def counts(rows: int) -> dict[str, int]:
    """Divide rows among the entities, as exactly as whole numbers can."""
    parts = shared_out(rows, [entity.weight for entity in ENTITIES])
    return {entity.name: part for entity, part in zip(ENTITIES, parts, strict=True)}
