"""What the generators of one portal share: its time, its people, and the numbers that records refer
to."""

from dataclasses import dataclass, field
from random import Random
from typing import Any

from .phones import number
from .words import FIRST_NAMES, LAST_NAMES

DAY_MS = 86_400_000
Phone = tuple[str, str]


@dataclass(slots=True)
class Scene:
    now_ms: int
    owner_ids: list[str]
    stages: list[tuple[str, dict[str, Any]]]  # (pipeline id, stage)
    switchboards: list[Phone]  # numbers that many contacts share
    lines: list[Phone]  # the portal's own lines, where its calls come from
    subject: int = 0  # id of the record that is being made
    # contact id and number, for calls to dial
    phones: list[tuple[int, Phone]] = field(default_factory=list)
    # call id → id of the contact whose number it was
    dialled: dict[int, int] = field(default_factory=dict)
    emails: int = 0  # so far; keeps them apart


def scene(
    rng: Random, now_ms: int, owners: list[dict[str, Any]], pipelines: list[dict[str, Any]]
) -> Scene:
    stages = [(pipeline["id"], stage) for pipeline in pipelines for stage in pipeline["stages"]]
    ids = [owner["id"] for owner in owners]
    return Scene(
        now_ms, ids, stages, [number(rng) for _ in range(25)], [number(rng) for _ in range(6)]
    )


def owners(rng: Random, count: int = 12) -> list[dict[str, Any]]:
    """Make the owners. The last two are deactivated: their records stay, their userId is null."""
    return [owner(rng, place, archived=place >= count - 2) for place in range(count)]


def owner(rng: Random, place: int, archived: bool) -> dict[str, Any]:
    first, last = rng.choice(FIRST_NAMES), rng.choice(LAST_NAMES)
    user_id = 52_530_000 + place * 37
    return {
        "id": str(71_000_000 + place * 1_013),
        "email": f"{first}.{last}@spoke-simulator.example".lower().replace("'", ""),
        "type": "PERSON",
        "firstName": first,
        "lastName": last,
        "userId": None if archived else user_id,
        "userIdIncludingInactive": user_id,
        "createdAt": "2023-01-09T08:00:00.000Z",
        "updatedAt": "2025-06-02T10:30:00.000Z",
        "archived": archived,
        "teams": [{"id": str(4_000 + place % 3), "name": f"Team {place % 3 + 1}", "primary": True}],
    }
