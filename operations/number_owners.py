"""Learn which owner each of our own numbers belongs to, from the last year's calls that name their
owner.

The calls are counted a week at a time, each in a transaction of its own. Only the counts are kept
in between: a few numbers, however many calls. The table is written once, at the end.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from db import stored_links as links
from db.stored_links import NumberOwner
from operations.servers import Servers

YEAR = timedelta(days=366)
SLICE = timedelta(days=7)
FEWEST_CALLS = 5  # of an owner with a number; fewer may be a favour to a colleague
SHARE = 0.9  # of a number's calls; a switchboard's number is nobody's
Counts = Mapping[tuple[int, str, str], int]  # portal, number, owner → calls


def learn(servers: Servers, now: datetime | None = None) -> None:
    """Count the calls of a year week by week, then write the owners of numbers. Raises Stopped
    between two weeks, and begins again next time: at five million calls it takes a minute."""
    ends, counts = now or datetime.now(UTC), Counter[tuple[int, str, str]]()
    for begins in _weeks(ends):
        servers.stop.check()
        with servers.database.transaction() as conn:
            counts.update(links.count_number_calls(conn, begins, min(begins + SLICE, ends)))
    with servers.database.transaction() as conn:
        links.put_number_owners(conn, owners(counts))


def _weeks(ends: datetime) -> Iterator[datetime]:
    begins = ends - YEAR
    while begins < ends:
        yield begins
        begins += SLICE


def owners(counts: Counts) -> list[NumberOwner]:
    """Answer the numbers whose calls one owner made, but for a tenth; in the order of their key."""
    of_number = Counter[tuple[int, str]]()
    for (portal_id, phone_key, _), calls in counts.items():
        of_number[portal_id, phone_key] += calls
    learnt = []
    for (portal_id, phone_key, owner_id), calls in sorted(counts.items()):
        of_calls = of_number[portal_id, phone_key]
        if calls >= FEWEST_CALLS and calls >= SHARE * of_calls:
            learnt.append(NumberOwner(portal_id, phone_key, owner_id, calls, of_calls))
    return learnt
