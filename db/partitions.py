"""Keep the months of partitioned tables: made ahead, dropped when they are past their time.

A month is a table of its own, so forgetting it costs no deletion of rows. It is made beside its
table and then attached: made as a partition at once it would lock out every reader. A row whose
month is not there goes to the table's rest, where doctor finds it; a month that is made later takes
its rows out of there.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import psycopg
from psycopg import sql

from db import grants, reader_rights
from db.connect import Connection, Database
from db.queries import QUERIES
from db.row_shapes import records, values

PATIENCE = "2s"  # for a table's lock: while we wait for it, all who come later wait, too
AHEAD = 2  # months beyond this one
_LOCK = 0x5B0E3  # one process at a time makes or drops months
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Partitioned:
    """Name a table of which each month is a partition, and the column that tells a row's month.
    `identity` is what tells its rows apart for a replica: its key, unless that takes NULL."""

    table: str
    by: str
    identity: str = "default"

    @property
    def rest(self) -> str:
        """Name the partition of all rows whose month has none."""
        return f"{self.table}_rest"

    def name(self, month: date) -> str:
        """Name the partition of a month."""
        return f"{self.table}_{month:%Y_%m}"


EMAIL_EVENTS = Partitioned("hubspot_email_events", "occurred_at")
WEB_SESSIONS = Partitioned("hubspot_web_sessions", "occurred_at")
STREAMS = (EMAIL_EVENTS, WEB_SESSIONS)
WEBHOOK_EVENTS = Partitioned("webhook_events", "occurred_at", identity="full")
TABLES = (*STREAMS, WEBHOOK_EVENTS)


@dataclass(frozen=True, slots=True)
class Part:
    """Name a partition that is there: of one month, of all before one (until), or the rest."""

    name: str
    month: date | None
    until: date | None

    @property
    def end(self) -> date | None:
        """Answer the day on which its last month has ended; None for the rest."""
        return next_month(self.month) if self.month else self.until

    def holds(self, month: date) -> bool:
        """Tell whether rows of a month belong into it, and nowhere else."""
        return month == self.month or bool(self.until and month < self.until)


def month_of(moment: datetime) -> date:
    """Answer the first day of the month of UTC that a time is in."""
    return moment.astimezone(UTC).date().replace(day=1)


def next_month(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)


def months(first: date, last: date) -> list[date]:
    """List the months from one to another, both included."""
    found = [first.replace(day=1)]
    while found[-1] < last.replace(day=1):
        found.append(next_month(found[-1]))
    return found


def ahead(now: datetime) -> list[date]:
    """List the months that have to be there: the last one, for what comes late, this one, and the
    next."""
    this = month_of(now)
    return months(this - timedelta(days=1), this + timedelta(days=31 * AHEAD))


def ensure(database: Database, of: Partitioned, wanted: Iterable[date]) -> list[str]:
    """Make the months that are not there, each in a transaction of its own; answer their names.

    Raises LockNotAvailable when a session holds the table for too long; what is done stays done.
    """
    asked = set(wanted)
    with database.transaction() as conn:
        missing = _missing(conn, of, asked)
    made = []
    for month in missing:
        with database.transaction() as conn:
            conn.execute(QUERIES["one_at_a_time"], {"lock": _LOCK})
            conn.execute("select set_config('lock_timeout', %s, true)", [PATIENCE])
            if _missing(conn, of, [month]):
                _make(conn, of, month)
                made.append(of.name(month))
    if made:
        reader_rights.guard(database)
    return made


def ensure_ahead(database: Database, now: datetime | None = None) -> list[str]:
    """Make the months of every table that have to be there; answer the names of new ones."""
    wanted = ahead(now or datetime.now(UTC))
    with database.transaction() as conn:
        here = set(values(conn, QUERIES["partitioned_tables"]))
    return [name for of in TABLES if of.table in here for name in ensure(database, of, wanted)]


def _missing(conn: Connection, of: Partitioned, wanted: Iterable[date]) -> list[date]:
    here = parts(conn, of)
    return sorted(month for month in wanted if not any(part.holds(month) for part in here))


def parts(conn: Connection, of: Partitioned) -> list[Part]:
    """List the partitions of a table."""
    return records(conn, Part, QUERIES["partitions_here"], {"table": of.table})


def _make(conn: Connection, of: Partitioned, month: date) -> None:
    """Make a month, move its rows out of the rest, and attach it. Attaching makes its indexes."""
    words = {
        "table": sql.Identifier(of.table),
        "month": sql.Identifier(of.name(month)),
        "rest": sql.Identifier(of.rest),
        "by": sql.Identifier(of.by),
        "start": _bound(month),
        "end": _bound(next_month(month)),
        "comment": sql.Literal(f"{of.table} of {month:%Y-%m}"),
        "identity": sql.SQL(of.identity),
    }
    for statement in _MAKE:
        conn.execute(sql.SQL(statement).format(**words))
    grants.hide(conn, sql.Identifier(of.name(month)))


_MAKE = (
    "create table {month} (like {table} including defaults including constraints)",
    "comment on table {month} is {comment}",
    "alter table {month} enable row level security",
    "alter table {month} replica identity {identity}",
    "lock table {table} in share update exclusive mode",
    "lock table {rest} in access exclusive mode",
    "with moved as (delete from {rest} where {by} >= {start} and {by} < {end} returning *)"
    " insert into {month} select * from moved",
    "alter table {table} attach partition {month} for values from ({start}) to ({end})",
)


def _bound(month: date) -> sql.Literal:
    """Write where a month begins, in UTC whatever the session's zone is."""
    return sql.Literal(f"{month:%Y-%m-%d} 00:00:00+00")


def drop_past(database: Database, of: Partitioned, before: datetime) -> list[str]:
    """Drop the partitions whose months ended before a time; answer their names. One whose lock
    takes too long is left for the next time."""
    with database.transaction() as conn:
        found = parts(conn, of)
    last = before.astimezone(UTC).date()
    past = [part.name for part in found if part.end and part.end <= last]
    return [name for name in past if _drop(database, of, name)]


def _drop(database: Database, of: Partitioned, name: str) -> bool:
    try:
        with database.transaction() as conn:
            conn.execute(QUERIES["one_at_a_time"], {"lock": _LOCK})
            conn.execute("select set_config('lock_timeout', %s, true)", [PATIENCE])
            conn.execute(sql.SQL("drop table if exists {}").format(sql.Identifier(name)))
            # Rows that go with their table pass no trigger: sums of them are built again.
            conn.execute(QUERIES["give_up_rollups"], {"table": of.table})
    except psycopg.errors.LockNotAvailable as error:
        log.warning("%s stays for now: %s", name, error)
        return False
    return True


def of_many_months(conn: Connection, of: Partitioned) -> list[str]:
    """Name the partitions that hold more than a month: retention deletes rows of these."""
    return [part.name for part in parts(conn, of) if not part.month]


def in_rest(conn: Connection, tables: Collection[Partitioned] = STREAMS) -> list[str]:
    """Name the streams that have rows of a month without a partition. Webhook events may: nobody
    knows the month of an event without a time."""
    statement = sql.SQL("select exists (select from {}) as found")
    return [
        of.table
        for of in tables
        if values(conn, statement.format(sql.Identifier(of.rest))) == [True]
    ]
