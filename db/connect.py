"""Connect directly and through a transaction pooler (Supabase's port 6543, PgBouncer).

Behind such a pooler no setting of a session holds for the next transaction: no prepared statements,
and the schema is chosen inside each transaction.
https://supabase.com/docs/guides/troubleshooting/disabling-prepared-statements-qL8lEL
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import DictRow, dict_row
from psycopg_pool import ConnectionPool

from db.id_hashes import IdKey

PROBE_SECONDS = 5  # for the first connection of a process


class Connection(psycopg.Connection[DictRow]):
    """Connect to our database, and know the keys that hashes of erased ids are made with."""

    id_keys: tuple[IdKey, ...] = ()


# A role or database may have settings of its own, and none of these may be another: psycopg reads
# ISO dates only, and texts must keep every letter. All hold for one transaction.
NEEDED = {
    "timezone": "UTC",
    "datestyle": "ISO, MDY",
    "intervalstyle": "postgres",
    "client_encoding": "UTF8",
    "bytea_output": "hex",
    "extra_float_digits": "1",
    "standard_conforming_strings": "on",
    "transform_null_equals": "off",
    "array_nulls": "on",
    "row_security": "on",
    # for the linking views PostgreSQL 15 spends longer on compiling than on answering
    "jit": "off",
}
_SET = sql.SQL("set_config({}, {}, true)")
# Where a role's transactions are serializable, PostgreSQL would undo many of ours: the locks that
# we take allow for READ COMMITTED.
_BEGIN = sql.SQL("begin isolation level read committed; select {}")


@dataclass(frozen=True, slots=True)
class PoolLimits:
    """Say how much of a server one process takes: its connections at most, how long a caller waits
    for one, and how long a statement may last (0: as the server's settings say)."""

    connections: int = 4
    wait_seconds: float = 10
    statement_seconds: float = 0


DEFAULT_LIMITS = PoolLimits()


class Database:
    """Pool connections to one database, seen through one schema."""

    def __init__(
        self,
        url: str,
        schema: str = "hubspot",
        limits: PoolLimits = DEFAULT_LIMITS,
        reader_role: str = "spoke_reader",
        id_keys: tuple[IdKey, ...] = (),
    ) -> None:
        """Prepare a pool that connects on first use.

        A dead server makes callers wait as long as `limits` say, then raises
        psycopg_pool.PoolTimeout (an OperationalError). `reader_role` is the role that reads for the
        API: see db.readers.
        """
        self.url, self.schema, self.reader_role = url, schema, reader_role
        self._id_keys = id_keys
        needed = {"search_path": search_path(schema), **NEEDED}
        if limits.statement_seconds:
            needed["statement_timeout"] = f"{limits.statement_seconds * 1000:.0f}"
        settings = sql.SQL(", ").join(_SET.format(*setting) for setting in needed.items())
        self._begin = _BEGIN.format(settings).as_string().encode()
        self._is_known = limits.wait_seconds < PROBE_SECONDS
        self._pool: ConnectionPool[Connection] = ConnectionPool(
            url,
            connection_class=Connection,
            configure=self._configure,
            min_size=0,
            max_size=limits.connections,
            timeout=limits.wait_seconds,
            # The pool tries again after 1, 2, 4, 8 … s, and no caller may meanwhile. Left to itself
            # it does so for five minutes: after an outage of one, the server is back for another
            # unnoticed.
            reconnect_timeout=limits.wait_seconds,
            max_idle=60,
            kwargs={
                "row_factory": dict_row,
                "prepare_threshold": None,
                "connect_timeout": 5,
                "autocommit": True,
            },
            check=self._check,
            open=False,
        )

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Open one transaction: committed at the end, rolled back when anything is raised."""
        self._reach()
        self._pool.open()
        try:
            with self._pool.connection() as conn, _lost(conn):
                yield conn
                conn.commit()
        except psycopg.Error as error:
            error.args = (_without_values(error),)
            raise

    def _reach(self) -> None:
        """Connect once before the pool does. It would try a wrong password for ten seconds, and
        then only say that there was no connection. Pages cannot wait so long, and leave it out."""
        if not self._is_known:
            self.must_answer()
            self._is_known = True

    def must_answer(self) -> None:
        """Connect once, past the pool. Raises OperationalError, in the server's own words."""
        try:
            psycopg.connect(self.url, connect_timeout=PROBE_SECONDS).close()
        except psycopg.ProgrammingError as error:  # an option that libpq does not know
            raise psycopg.OperationalError(str(error)) from error

    def _configure(self, conn: Connection) -> None:
        conn.id_keys = self._id_keys

    def _check(self, conn: Connection) -> None:
        """Begin the transaction, with its settings, and see by that whether the connection lives.

        Asked one by one, all this took three round trips, as many as most pages have questions.
        Close all idle connections when the server closed one: it has closed all. The pool would
        find out one by one, waiting twice as long each time. After a restart, five would take the
        next caller's ten seconds."""
        try:
            conn.execute(self._begin)
        except psycopg.Error:
            self._pool.drain()
            raise

    def close(self) -> None:
        self._pool.close()

    def __enter__(self) -> Database:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()


@contextmanager
def _lost(conn: Connection) -> Iterator[None]:
    """Raise OperationalError for a lost connection. PgBouncer says so twice, in the server's words
    and in its own. Where psycopg expects one answer, as to COMMIT, it takes two for an
    InternalError."""
    try:
        yield
    except psycopg.InternalError as error:
        if not conn.broken:
            raise
        raise psycopg.OperationalError(f"the connection was lost: {error}") from error


def search_path(schema: str) -> str:
    """Answer our search path: our schema first, then `extensions`, where Supabase keeps pg_trgm and
    its like. Temporary tables come last: unnamed they would come first, and functions would take a
    reader's own for ours."""
    return f'"{schema}", extensions, pg_temp'


def _without_values(error: psycopg.Error) -> str:
    """Take values out of an error of bad data (class 22) or of a broken constraint (23).

    PostgreSQL quotes the value behind a colon and the whole row in its details. Messages end up in
    logs and failed jobs, where no erasure looks for a person's data.
    https://www.postgresql.org/docs/current/errcodes-appendix.html
    """
    primary = error.diag.message_primary
    if primary is None or (error.sqlstate or "")[:2] not in ("22", "23"):
        return str(error)
    return primary.partition(': "')[0]
