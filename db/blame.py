"""Say who is to blame for an error of Postgres, and so whether the work waits, waits for an
operator, or is given up. https://www.postgresql.org/docs/current/errcodes-appendix.html"""

from __future__ import annotations

from enum import Enum, auto

import psycopg

# Code that is newer than the schema: a table, column, function, schema, type or constraint that is
# not there yet.
_SCHEMA = frozenset({"42P01", "42703", "42883", "3F000", "42704", "42P10"})
_RIGHT, _READ_ONLY = "42501", "25006"


class Blame(Enum):
    """Say what an error is to blame on. DATA alone is a reason to give up a delivery or a
    record."""

    # passes by itself: the server is away, full, busy or in conflict with another transaction
    NOBODY = auto()
    OPERATOR = auto()  # the same statement succeeds once an operator has acted
    DATA = auto()


def blame(error: Exception) -> Blame:
    """Say whether the same statement may succeed later, and after whose act.

    psycopg's OperationalError alone does not say so: a text too long for an index (54000) is one,
    too, and would be tried for ever.
    """
    code = _code(error)
    if code in _SCHEMA or code in (_RIGHT, _READ_ONLY):
        return Blame.OPERATOR
    passes = isinstance(error, psycopg.OperationalError) and not code.startswith("54")
    return Blame.NOBODY if passes else Blame.DATA


def remedy(error: Exception) -> tuple[str, str]:
    """Answer what is wrong and what an operator is to do, for an error that waits for one."""
    what = str(error).partition("\n")[0]
    code = _code(error)
    if code == _READ_ONLY:
        todo = (
            "Let it be written to: see whether its disk is full, or it is a standby, or "
            "default_transaction_read_only."
        )
        return f"the database is read-only: {what}", todo
    if code == _RIGHT:
        return f"a right is missing: {what}", "Grant it to the role of DATABASE_URL."
    return f"tables are missing or out of date: {what}", "Run `spoke migrate`."


def _code(error: Exception) -> str:
    return getattr(error, "sqlstate", None) or ""
