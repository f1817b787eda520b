"""Set a portal's country, and read its phone numbers again: in slices, each of which commits its
rows with its checkpoint.

Whichever process is killed, the clock has a worker go on. Rows that are right already are read and
not written.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import jobs
from db import phone_columns as stored
from hubspot import phones
from hubspot.mirrored import Mirrored
from hubspot.objects import OBJECT_TYPES
from operations.servers import Servers

BATCH = 1_000
_WITH_PHONES = [name for name, kind in OBJECT_TYPES.items() if kind.phone_columns]


class NoCountryError(ValueError):
    """Raised for a code that is no country's; nothing was changed."""


def named(text: str) -> str:
    """Answer a country's code as it is kept. Raises NoCountryError."""
    code = text.strip().upper()
    if not phones.is_country(code):
        raise NoCountryError("Two letters of a country are needed, as in US or IL.")
    return code


def set_country(servers: Servers, portal_id: int, country: str) -> None:
    """Set the country. From now on numbers are read for it; the ones of before wait for a
    reread."""
    with servers.database.transaction() as conn:
        stored.begin_rereads(conn, portal_id, _WITH_PHONES)
        stored.set_country(conn, portal_id, country)


def order(servers: Servers, portal_id: int, text: str) -> str:
    """Set the country and have a worker read the numbers again; answers the country's code. Raises
    NoCountryError."""
    code = named(text)
    set_country(servers, portal_id, code)
    jobs.wake(servers.server, jobs.PHONE_NUMBERS)
    return code


def is_under_way(servers: Servers, portal_id: int) -> bool:
    """Tell whether numbers of a portal are still to be read again."""
    with servers.database.transaction() as conn:
        return stored.has_rereads(conn, portal_id)


def reread(
    servers: Servers,
    portal_id: int | None = None,
    ends: float = float("inf"),
    on_progress: Callable[[int], None] = lambda rows: None,
    batch: int = BATCH,
) -> bool:
    """Read numbers of a portal (None: of all) again until all are right (answers True), or until
    `ends` of the monotonic clock.

    `on_progress` learns how many rows each slice read. Raises Stopped once the process is to end.
    """
    while time.monotonic() < ends:
        servers.stop.check()
        count = _read_slice(servers, portal_id, batch)
        if count is None:
            return True
        on_progress(count)
    return False


def _read_slice(servers: Servers, portal_id: int | None, batch: int) -> int | None:
    """Read one slice; answers its rows, None where no numbers wait."""
    with servers.database.transaction() as conn:
        due = stored.due_reread(conn, portal_id)
        if due is None:  # another process may have ended the type for which this one waited
            return 0 if stored.has_rereads(conn, portal_id) else None
        of = Mirrored(due.portal_id, OBJECT_TYPES[due.object_type])
        e164 = phones.reader(stored.country(conn, due.portal_id))
        after, count = stored.reread(conn, of, due.after, batch, e164)
        stored.advance_reread(conn, due, after)
    return count
