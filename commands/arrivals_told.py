"""Write the part of `spoke status` that tells arrivals, and announced erasures."""

from __future__ import annotations

from typing import Any

from commands.table import wrapped
from db.queries import QueryRow

Read = dict[str, Any]


def deliveries(found: Read) -> list[str]:
    refused = ", ".join(
        f"{count:,} {name.replace('_', ' ')}"
        for name, count in found["deliveries"]["refused"].items()
    )
    return [
        f"Deliveries: {found['deliveries']['waiting'] or 'none'} waiting"
        + (f"; refused: {refused}" if refused else ""),
        *(line for each in found["deliveries"]["lately_refused"] for line in wrapped(each, 4)),
        *(
            line
            for each in found["deliveries"]["unknown_portals"]
            for line in wrapped(_unknown(each), 4)
        ),
    ]


def _unknown(row: QueryRow) -> str:
    return (
        f"portal {row['portal_id']} is not registered and sent {row['events']:,} events since "
        f"{row['first_at']:%Y-%m-%d %H:%M:%S}, the last at {row['last_at']:%Y-%m-%d %H:%M:%S}"
    )


def privacy(found: Read) -> list[str]:
    """Tell of hidden people, if there are any: HubSpot announced an erasure and has not carried it
    out."""
    if not (hidden := found["privacy"]):
        return []
    since = min(row["asked_at"] for row in hidden)
    words = (
        f"{len(hidden):,} hidden since {since:%Y-%m-%d %H:%M:%S}: HubSpot announced their privacy "
        "deletion and still knows them; `spoke privacy list` names them, `undo` takes one back"
    )
    return ["Privacy deletions", *wrapped(words, 4)]
