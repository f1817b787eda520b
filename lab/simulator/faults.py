"""Faults to inject: what goes wrong with API requests and with deliveries, how often, and for how
long."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from random import Random
from typing import Any

from .errors import Problem, over_limit, unauthenticated


@dataclass(slots=True)
class Fault:
    """`share` of the matching requests are struck, at most `times` (0: any number), during
    `for_seconds` (0: for ever).

    `kinds` are the request kinds of the statistics (list_records, batch_read, …), `types` object
    types as in the path; empty lists match everything.
    """

    fault: str
    share: float = 1.0
    times: int = 0
    for_seconds: float = 0
    kinds: list[str] = field(default_factory=list)
    types: list[str] = field(default_factory=list)
    status: int = 503  # of "status"
    retry_after: float = 2  # seconds, of "moving"
    ms: float = 1_000  # of "latency" and "timeout"
    body: Any = None  # of "answer"
    struck: int = 0
    since: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        if self.fault not in (*REFUSALS, *SPOILS, "latency"):
            raise ValueError(
                f"{self.fault} is no fault; there are {', '.join((*REFUSALS, *SPOILS, 'latency'))}"
            )

    def strikes(self, kind: str, object_type: str | None, random: Random) -> bool:
        """Tell whether this request is struck; count it then."""
        aimed = (not self.kinds or kind in self.kinds) and (
            not self.types or object_type in self.types
        )
        if self.over or not aimed or random.random() >= self.share:
            return False
        self.struck += 1
        return True

    @property
    def over(self) -> bool:
        spent = self.times and self.struck >= self.times
        return bool(
            spent or (self.for_seconds and time.monotonic() > self.since + self.for_seconds)
        )


def by_status(fault: Fault, kind: str, portal_id: int) -> Problem:
    return Problem(fault.status, "There was a problem with the request.", None)


def rate_limit(fault: Fault, kind: str, portal_id: int) -> Problem:
    return over_limit("SECONDLY" if kind == "search" else "TEN_SECONDLY_ROLLING", portal_id)


def moving(fault: Fault, kind: str, portal_id: int) -> Problem:
    """Answer 477: the account moves to another data centre, for up to 24 h."""
    wait = {"Retry-After": f"{fault.retry_after:g}"}
    return Problem(
        477, "This account is being migrated between data centers.", "MIGRATION", headers=wait
    )


def missing_scopes(fault: Fault, kind: str, portal_id: int) -> Problem:
    """Answer 403, and name the scope that the app lacks."""
    context = {"requiredGranularScopes": [str(fault.body or f"{kind}.read")]}
    message = "This app hasn't been granted all required scopes to make this call."
    return Problem(403, message, "MISSING_SCOPES", {"errors": [{"context": context}]})


# Faults that refuse the request, and what they answer.
REFUSALS: dict[str, Callable[[Fault, str, int], Problem]] = {
    "status": by_status,
    "rate_limit": rate_limit,
    "daily_limit": lambda fault, kind, portal_id: over_limit("DAILY", portal_id),
    "locked": lambda fault, kind, portal_id: Problem(
        423, "Resource is locked. Wait at least 2 seconds.", "LOCKED"
    ),
    "moving": moving,
    "missing_scopes": missing_scopes,
    "unauthenticated": lambda fault, kind, portal_id: unauthenticated(),
    "timeout": lambda fault, kind, portal_id: Problem(524, "A timeout occurred", None),
}
# Faults that let the request through and spoil its answer: half a body, a proxy's HTML page with
# status 200, or other JSON with status 200.
SPOILS = ("cut", "html", "answer")


@dataclass(slots=True)
class DeliveryFaults:
    """Shares of the deliveries that are dropped, sent twice, shuffled and late, or accepted while
    we hear nothing."""

    dropped: float = 0
    duplicates: float = 0
    disorder: float = 0
    disorder_ms: float = 500  # how late at most
    lost_answers: float = 0


@dataclass(slots=True)
class Faults:
    active: list[Fault] = field(default_factory=list)
    random: Random = field(default_factory=lambda: Random(1))

    def striking(self, kind: str, object_type: str | None) -> list[Fault]:
        return [fault for fault in self.active if fault.strikes(kind, object_type, self.random)]

    def told(self) -> list[dict[str, Any]]:
        return [
            {name: value for name, value in asdict(one).items() if name != "since"}
            for one in self.active
        ]
