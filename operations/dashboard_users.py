"""Keep the people of the dashboard: who may sign in, with what password, and what they may do and
see.

Passwords are hashed with Argon2id, at the cost that the process is given (HashCost).
Where Supabase Auth signs people in, the same table says what each of them may do.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import cache
from typing import Any, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from gevent import monkey
from gevent.threadpool import ThreadPool

from db.queries import QUERIES
from operations.callers import SCOPES, Caller
from operations.servers import HashCost, Servers

LEAST_CHARACTERS, MOST_CHARACTERS = 12, 1_000
HASHES_AT_ONCE = 2  # in a process of the pages: 64 MiB each
T = TypeVar("T")


class UserError(Exception):
    """Say that no user was added or changed; the message says why and what to do."""


def put(
    servers: Servers,
    email: str,
    scopes: Collection[str],
    portals: Collection[int],
    password: str | None = None,
) -> None:
    """Add a person, or change what they may do; without a password the one before is kept."""
    if "@" not in email:
        raise UserError("An e-mail address is needed: it is the name that people sign in with.")
    if unknown := sorted(set(scopes) - SCOPES.keys()):
        raise UserError(f"There is no scope {unknown[0]}. There are {', '.join(SCOPES)}.")
    known = {portal.portal_id for portal in servers.portals()}
    if missing := sorted(set(portals) - known):
        raise UserError(f"Portal {missing[0]} is not registered. `spoke portals list` names all.")
    row = {
        "email": _name_of(email),
        "password_hash": None if password is None else _hashed(password, servers.hash_cost),
        "scopes": sorted(scopes),
        "portals": sorted(portals),
    }
    with servers.database.transaction() as conn:
        conn.execute(QUERIES["put_dashboard_user"], row)


def _hashed(password: str, cost: HashCost) -> str:
    if not LEAST_CHARACTERS <= len(password) <= MOST_CHARACTERS:
        raise UserError(f"A password has at least {LEAST_CHARACTERS} characters.")
    return _hasher(cost).hash(password)


def _hasher(cost: HashCost) -> PasswordHasher:
    return PasswordHasher(cost.passes, cost.memory_kib, cost.lanes)


@cache
def _threads() -> ThreadPool:
    return ThreadPool(HASHES_AT_ONCE)


def _beside_others(work: Callable[[], T]) -> T:
    """Do work of 0.1 s of a processor in a thread of its own where a process serves its requests in
    turns, as the pages do: nobody else would be answered meanwhile."""
    if not monkey.is_module_patched("threading"):
        return work()
    found: T = _threads().apply(work)
    return found


@cache
def _nobodys_hash(cost: HashCost) -> str:
    """Answer what a password is compared with where there is no such person. It is made with the
    first sign-in, of a known address or not: a hash costs a command 0.1 s."""
    return _hasher(cost).hash("of nobody")


def _name_of(email: str) -> str:
    return email.strip().casefold()


def person(servers: Servers, email: str) -> dict[str, Any] | None:
    """Answer the row of a person who may sign in, by e-mail address in any case."""
    with servers.database.transaction() as conn:
        return conn.execute(QUERIES["dashboard_user"], {"email": _name_of(email)}).fetchone()


def checked(servers: Servers, email: str, password: str) -> Caller | None:
    """Answer who signs in with this password; None when it is wrong.

    Takes as long for an unknown address as for a known one.
    """
    row, cost = person(servers, email), servers.hash_cost
    stored = row["password_hash"] if row else None
    if not _beside_others(lambda: _belongs(password, stored, cost)):
        return None
    return caller_of(row) if row and stored else None


def _belongs(password: str, stored: str | None, cost: HashCost) -> bool:
    """Tell whether a hash is a password's; without one it compares with nobody's all the same."""
    nobodys = _nobodys_hash(cost)
    try:
        return _hasher(cost).verify(stored or nobodys, password[:MOST_CHARACTERS])
    except (VerifyMismatchError, InvalidHashError):
        return False


def caller_of(row: dict[str, Any]) -> Caller:
    """Answer the person of a row as requests know them."""
    return Caller(row["email"], tuple(row["portals"]), frozenset(row["scopes"]))


def everybody(servers: Servers) -> list[dict[str, Any]]:
    """List the people who may sign in, and the ones who may no longer."""
    with servers.database.transaction() as conn:
        return conn.execute(QUERIES["dashboard_users"]).fetchall()


def disable(servers: Servers, email: str) -> None:
    """Let a person sign in no more, and end their sessions. Raises UserError for an unknown one."""
    asked = {"email": _name_of(email)}
    with servers.database.transaction() as conn:
        if not conn.execute(QUERIES["disable_dashboard_user"], asked).rowcount:
            raise UserError(f"There is no user {email}. `spoke users list` names all.")
        conn.execute(QUERIES["end_sessions_of"], asked)
