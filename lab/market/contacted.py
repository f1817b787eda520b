"""Make the calls, e-mails, meetings and notes of one deal, with what people wrote in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from lab.market.texts import WORDS, text
from lab.market.truth import DAY_MS, Path
from lab.simulator.wire import iso

SHARES = {"calls": 0.45, "emails": 0.4, "meetings": 0.15}
NOTED = 0.3  # of touches that a note follows
_CONNECTED = "f240bbac-87c9-4f6e-bf70-924b57d47db7"


@dataclass(frozen=True)
class Touch:
    """Hold one activity before it has an id."""

    kind: str
    at_ms: int
    values: dict[str, str]


@dataclass(frozen=True)
class Party:
    """Hold who takes part."""

    owner_id: str
    name: str
    phone: str


def touches(rng: Random, path: Path, party: Party, until_ms: int) -> Iterator[Touch]:
    """Yield the activities of a deal, and those that follow a deal that was won: they are no cause
    of it, and a model that counts them has looked into the future."""
    for place, at_ms in enumerate(path.touched):
        yield from _touch(rng, path, party, _kind(rng, place), at_ms)
    for at_ms in _afterwards(rng, path):
        if at_ms < until_ms:
            values = _meeting(at_ms, rng.choice(WORDS["onboarding"]), "")
            yield Touch("meetings", at_ms, _logged(values, party, at_ms))


def _kind(rng: Random, place: int) -> str:
    if place == 0:
        return rng.choice(("calls", "emails"))
    return rng.choices(list(SHARES), list(SHARES.values()))[0]


def _afterwards(rng: Random, path: Path) -> list[int]:
    if not path.is_won or path.closed_ms is None:
        return []
    return [path.closed_ms + int(rng.uniform(1, 60) * DAY_MS) for _ in range(rng.randrange(2, 6))]


def _touch(rng: Random, path: Path, party: Party, kind: str, at_ms: int) -> Iterator[Touch]:
    said = text(rng, path.cause.competitor, party.name)
    if kind == "calls":
        values = _call(rng, party, said)
    elif kind == "emails":
        values = {
            "hs_email_subject": rng.choice(WORDS["emails"]),
            "hs_email_text": said,
            "hs_email_direction": "EMAIL",
            "hs_email_status": "SENT",
        }
    else:
        values = _meeting(at_ms, rng.choice(WORDS["meetings"]), said)
    yield Touch(kind, at_ms, _logged(values, party, at_ms))
    if rng.random() < NOTED:
        note = {"hs_note_body": text(rng, path.cause.competitor, party.name)}
        yield Touch("notes", at_ms + 600_000, _logged(note, party, at_ms + 600_000))


def _logged(values: dict[str, str], party: Party, at_ms: int) -> dict[str, str]:
    return values | {"hs_timestamp": iso(at_ms), "hubspot_owner_id": party.owner_id}


def _call(rng: Random, party: Party, said: str) -> dict[str, str]:
    return {
        "hs_call_title": f"Call with {party.name}",
        "hs_call_body": said,
        "hs_call_direction": "OUTBOUND",
        "hs_call_to_number": party.phone,
        "hs_call_duration": str(int(rng.random() ** 2 * 1_200_000)),
        "hs_call_disposition": _CONNECTED,
        "hs_call_status": "COMPLETED",
    }


def _meeting(at_ms: int, title: str, said: str) -> dict[str, str]:
    return {
        "hs_meeting_title": title,
        "hs_meeting_outcome": "COMPLETED",
        "hs_meeting_start_time": iso(at_ms),
        "hs_meeting_end_time": iso(at_ms + 2_700_000),
    } | ({"hs_meeting_body": said} if said else {})
