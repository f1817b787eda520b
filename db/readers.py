"""Say who may read beside the owner: programs, portal by portal, and people, each with their
portals.

Programs, as the API, become the reader role for one transaction and name its portals (`reading`).
People log in as themselves; their portals stand in the table `readers`, which they cannot write. No
role is a member of another, so no person can become the reader role.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from db import reader_rights
from db.connect import Connection, Database
from db.grants import PUBLIC_ROLES
from db.queries import QUERIES
from db.row_shapes import records, tuples


class ReaderError(Exception):
    """Say that nothing was read, or no reader added; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Describe a role that reads. `portals` is None for a program, which says them itself."""

    role: str
    portals: list[int] | None
    here: bool  # whether there is such a role


@contextmanager
def reading(
    database: Database,
    portals: Collection[int],
    timeout: float = 5,
) -> Iterator[Connection]:
    """Open one transaction that reads exactly these portals, and nothing without them.

    A statement that takes longer than `timeout` seconds ends with QueryCanceled. Raises ReaderError
    when the reader role cannot be used.
    """
    asked = {
        "portals": ",".join(str(int(portal)) for portal in portals),
        "role": database.reader_role,
        "timeout": f"{timeout * 1000:.0f}",
    }
    with database.transaction() as conn:
        _become(conn, asked)
        yield conn


def _become(conn: Connection, asked: dict[str, str]) -> None:
    role = asked["role"]
    try:
        found = conn.execute(QUERIES["become_reader"], asked).fetchone()
    except (psycopg.errors.InvalidParameterValue, psycopg.errors.InsufficientPrivilege) as error:
        said = f"Nothing was read: {error}. `spoke migrate` says what the role {role} lacks."
        raise ReaderError(said) from error
    if not (found and found["held"]):
        raise ReaderError(f"Nothing was read. {_unbound(role)}")


def _unbound(role: str) -> str:
    return f"Row security does not hold for the role {role}. Name another in READER_ROLE."


def establish(database: Database) -> None:
    """Make the reader role where we may, and put rights and policies right. Twice changes nothing.

    Where an admin must help, everything else is done, and `todo` says what is left. Raises
    LockNotAvailable when a session holds a table whose policy must change.
    """
    with database.transaction() as conn:
        begun = conn.execute(QUERIES["readers_begun"]).fetchone()
        if not (begun and begun["begun"]):
            return
    reader_rights.guard(database)
    with database.transaction() as conn:
        _make_role(conn, database.reader_role)
        if not _hindrance(conn, database.reader_role):
            _register(conn, database.reader_role)
        reader_rights.give_everybody(conn)


def _make_role(conn: Connection, role: str) -> None:
    """Make the role, and make it ours to become; another database's migrate may do so just now."""
    for statement in _role_statements(conn, role):
        try:
            with conn.transaction():
                conn.execute(statement)
        except (psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation):
            pass
        except psycopg.errors.InsufficientPrivilege:
            return


def _role_statements(conn: Connection, role: str) -> list[sql.Composed]:
    """Name the statements that make the role ours to become; an admin runs them where we may not.

    Without inheriting: the owner has what it needs. PostgreSQL has words for it from 16 on."""
    state = _state(conn, role)
    name, owner = sql.Identifier(role), sql.Identifier(state["owner"])
    how = sql.SQL(" with inherit false, set true" if state["has_options"] else "")
    create = sql.SQL("create role {} nologin").format(name)
    grant = sql.SQL("grant {} to {}").format(name, owner) + how
    return [create] * (not state["here"]) + [grant] * (not state["settable"])


def _state(conn: Connection, role: str) -> dict[str, Any]:
    found = conn.execute(QUERIES["reader_role_state"], {"role": role}).fetchone()
    assert found is not None
    return found


def _hindrance(conn: Connection, role: str) -> str:
    """Say why this role cannot be the one that programs read as; nothing where it can."""
    state = _state(conn, role)
    if state["ours"]:
        return f"READER_ROLE is {role}, who owns the tables and sees everything. Name another role."
    return _unbound(role) if state["unbound"] else ""


def _register(conn: Connection, role: str) -> None:
    """Note the role as the one of programs; the one before loses what it had."""
    for row in conn.execute(QUERIES["register_program"], {"role": role}).fetchall():
        reader_rights.take(conn, row["former"])


def todo(conn: Connection, role: str) -> list[str]:
    """Say what an admin must do before programs can read, in statements or a sentence."""
    if hindrance := _hindrance(conn, role):
        return [hindrance]
    left = [statement.as_string(conn) for statement in _role_statements(conn, role)]
    if _is_here(conn, role):
        left += reader_rights.lacking(conn, role)
    return [f"{statement};" for statement in left]


def add(conn: Connection, role: str, portals: Collection[int]) -> bool:
    """Let a person read these portals, beside earlier ones; answer whether the role had to be made.

    Raises ReaderError; then nothing was changed."""
    _check_portals(conn, portals)
    _check_person(conn, role)
    is_new = not _is_here(conn, role)
    if is_new:
        _make_person(conn, role)
    conn.execute(QUERIES["add_reader"], {"role": role, "portals": list(portals)})
    reader_rights.give(conn, [role])
    _let_connect(conn, role)
    return is_new


def _check_portals(conn: Connection, portals: Collection[int]) -> None:
    unknown = conn.execute(QUERIES["unknown_portals"], {"portals": list(portals)}).fetchone()
    if unknown:
        name = f"Portal {unknown['portal_id']}"
        raise ReaderError(f"{name} is not registered. `spoke portals list` names all.")


def _check_person(conn: Connection, role: str) -> None:
    """Refuse a role that could see more than its portals."""
    if role in PUBLIC_ROLES:
        raise ReaderError(f"{role} is the role of a key in browsers. Nothing was changed.")
    if words := danger(conn, role):
        raise ReaderError(f"{role} cannot be held to its portals: {words}. Nothing was changed.")


def _make_person(conn: Connection, role: str) -> None:
    statement = sql.SQL("create role {} login").format(sql.Identifier(role))
    try:
        conn.execute(statement)
    except psycopg.errors.InsufficientPrivilege as error:
        raise ReaderError(
            f"There is no role {role}, and {conn.info.user} may not make it. Nothing was changed. "
            f"Let an admin run `{statement.as_string(conn)}`, then add it again."
        ) from error


def _let_connect(conn: Connection, role: str) -> None:
    found = conn.execute(QUERIES["may_connect"], {"role": role}).fetchone()
    assert found is not None
    if not found["may"]:
        named = sql.Identifier(found["database"]), sql.Identifier(role)
        conn.execute(sql.SQL("grant connect on database {} to {}").format(*named))


def remove(conn: Connection, role: str) -> bool:
    """Take from a person what readers have; answer whether there was anything. The role stays."""
    removed = conn.execute(QUERIES["remove_reader"], {"role": role}).rowcount > 0
    taken = _is_here(conn, role) and reader_rights.take(conn, role)
    return removed or taken


def _is_here(conn: Connection, role: str) -> bool:
    found = conn.execute("select from pg_roles where rolname = %s", [role]).fetchone()
    return found is not None


def everybody(conn: Connection) -> list[Reader]:
    """Name the people and programs that read."""
    return records(conn, Reader, QUERIES["readers"])


def danger(conn: Connection, role: str) -> str | None:
    """Say what would let a person see more than its portals; None where nothing does."""
    found = conn.execute(QUERIES["role_of_a_person"], {"role": role}).fetchone()
    if found and found["danger"]:
        return str(found["danger"])
    return None


def blind(conn: Connection) -> list[tuple[str, str]]:
    """Name the roles that were granted a view and are no readers, each with such a view."""
    return tuples(conn, QUERIES["blind_roles"])
