"""Remove a portal that is no longer mirrored: all of its rows leave Postgres and Redis, and none of
another portal's.

It goes in small batches, so that the other portals' work never waits behind a long delete.
"""

from __future__ import annotations

from db import portals, sort_indexes, typed_views
from operations.servers import Servers

BATCH = 5_000  # rows in one transaction


def remove(servers: Servers, portal_id: int) -> dict[str, int]:
    """Remove a portal; answer how many rows left each table (and how many keys left Redis).

    The portal itself goes last: an interrupted removal is visible, and goes on when it is called
    again. Raises Stopped once the process is to end.
    """
    with servers.database.transaction() as conn:
        portals.pause(conn, portal_id, "is being removed", held=True)
    _let_fetches_end(servers, portal_id)
    removed: dict[str, int] = {}
    with servers.database.transaction() as conn:
        tables = portals.tables(conn)
    # What ran until now may have written behind us, so: until a whole round finds nothing.
    while any([_empty(servers, *each, portal_id, removed) for each in tables.items()]):
        pass
    typed_views.rebuild(servers.database)  # its own go, and the others' gain what it had otherwise
    sort_indexes.bring_up_to_date(servers.database)
    keys = [*_keys(servers, f"spoke:*:{portal_id}"), *_keys(servers, f"spoke:*:{portal_id}:*")]
    if keys:
        removed["keys in Redis"] = int(servers.server.delete(*keys))
    return removed


def _let_fetches_end(servers: Servers, portal_id: int) -> None:
    """Leave nothing to claim, then wait for the fetches under way: at most a lease."""
    leased = True
    while leased:
        with servers.database.transaction() as conn:
            leased = portals.drop_unclaimed(conn, portal_id)
        servers.stop.wait(0.2 if leased else 0)


def _empty(servers: Servers, table: str, of: str, portal_id: int, removed: dict[str, int]) -> bool:
    """Delete a table's rows; answer whether there were any. A partition's count as its table's."""
    total = 0
    while True:
        servers.stop.check()
        with servers.database.transaction() as conn:
            count = portals.delete_rows(conn, table, portal_id, BATCH)
        if not count:
            break
        total += count
    if total:
        removed[of] = removed.get(of, 0) + total
    return total > 0


def _keys(servers: Servers, match: str) -> list[bytes]:
    return list(servers.server.scan_iter(match=match, count=1_000))
