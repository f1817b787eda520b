"""Say what an error of HubSpot's means for a walk of which no webhook tells: when it is asked for
again, from where, and whether the portal's other walks are worth a try."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from hubspot.errors import Circular, HubSpotError, Refused, Unauthorized

RARELY = timedelta(days=1)  # until what HubSpot refuses is asked for again
AGAIN = timedelta(minutes=50)


@dataclass(frozen=True, slots=True)
class Postponement:
    """Say how long a walk waits (None: nothing is noted of it), and whether it begins again."""

    wait: timedelta | None = timedelta(0)
    is_refused: bool = False
    from_start: bool = False
    others_go_on: bool = False


def postponement_of(error: HubSpotError) -> Postponement:
    """Judge an error. What HubSpot refuses, or leads in a circle, costs no other walk. Everything
    else concerns the whole portal, a refused token first of all."""
    match error:
        case Unauthorized():
            return Postponement(None)
        case Refused():
            return Postponement(RARELY, is_refused=True, from_start=True, others_go_on=True)
        case Circular():
            return Postponement(AGAIN, from_start=True, others_go_on=True)
    return Postponement()
