"""Keep the tokens of programs: `spk_<id>_<43 characters>`, shown once and stored as a hash.

The secret part has 256 bits, so a keyed hash is enough and no slow one is needed. A thief of the
database cannot make or check a token without ENCRYPTION_KEY.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from db.connect import Connection
from db.queries import QUERIES
from operations.callers import SCOPES, Caller
from operations.derived_keys import keys_for
from operations.servers import Servers

DEFAULT_DAYS, MOST_DAYS = 90, 365
PURPOSE = "spoke: tokens of programs"
_FORM = re.compile(r"spk_([0-9a-f]{12})_([A-Za-z0-9_-]{43})")
_NOBODY = {"hash": bytes(32), "is_valid": False}  # compared with where an id does not exist


class TokenError(Exception):
    """Say that a token was not made or changed; the message says why and what to do."""


def make(
    servers: Servers,
    name: str,
    scopes: Collection[str],
    portals: Collection[int],
    days: int = DEFAULT_DAYS,
    now: datetime | None = None,
) -> str:
    """Make a token and answer it: this is the only time that it can be read."""
    _check(servers, name, scopes, portals, days)
    token_id, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    row = {
        "token_id": token_id,
        "name": name,
        "hash": _hash(keys_for(servers.settings, PURPOSE)[0], token_id, secret),
        "scopes": sorted(scopes),
        "portals": sorted(portals),
        "expires_at": (now or datetime.now(UTC)) + timedelta(days=days),
    }
    with servers.database.transaction() as conn:
        conn.execute(QUERIES["add_api_token"], row)
    return f"spk_{token_id}_{secret}"


def _check(
    servers: Servers, name: str, scopes: Collection[str], portals: Collection[int], days: int
) -> None:
    if not name.strip():
        raise TokenError("A token needs a name, so that the audit can tell whose it is.")
    if unknown := sorted(set(scopes) - SCOPES.keys()):
        raise TokenError(f"There is no scope {unknown[0]}. There are {', '.join(SCOPES)}.")
    if not scopes or not portals:
        raise TokenError("A token needs at least one scope and one portal.")
    if not 1 <= days <= MOST_DAYS:
        raise TokenError(f"A token lasts from 1 to {MOST_DAYS} days.")
    known = {portal.portal_id for portal in servers.portals()}
    if missing := sorted(set(portals) - known):
        raise TokenError(f"Portal {missing[0]} is not registered. `spoke portals list` names all.")


def caller_of(servers: Servers, presented: str, now: datetime | None = None) -> Caller | None:
    """Answer whose token this is; None when it is unknown, expired or revoked.

    Takes as long for an id that does not exist as for one that does.
    """
    form = _FORM.fullmatch(presented)
    if form is None:
        return None
    token_id, secret = form.groups()
    asked = {"token_id": token_id, "now": now or datetime.now(UTC)}
    with servers.database.transaction() as conn:
        row: dict[str, Any] = conn.execute(QUERIES["api_token"], asked).fetchone() or _NOBODY
        if not _matches(servers, row, token_id, secret) or not row["is_valid"]:
            return None
        if row["is_news"]:
            conn.execute(QUERIES["note_token_use"], asked)
    portals, scopes = tuple(row["portals"]), frozenset(row["scopes"])
    return Caller(f"token {row['name']}", portals, scopes, token_id)


def _matches(servers: Servers, row: dict[str, Any], token_id: str, secret: str) -> bool:
    """Compare with the hash under every key, always under all of them."""
    hashes = [_hash(key, token_id, secret) for key in keys_for(servers.settings, PURPOSE)]
    return any([hmac.compare_digest(each, bytes(row["hash"])) for each in hashes])


def _hash(key: bytes, token_id: str, secret: str) -> bytes:
    return hmac.digest(key, f"{token_id}:{secret}".encode(), sha256)


def everybody(conn: Connection) -> list[dict[str, Any]]:
    """List the tokens, without anything that would open a door."""
    return conn.execute(QUERIES["api_tokens"]).fetchall()


def seen_by(servers: Servers, caller: Caller) -> list[dict[str, Any]]:
    """List the tokens of portals that are all this caller's."""
    with servers.database.transaction() as conn:
        return [row for row in everybody(conn) if set(row["portals"]) <= set(caller.portals)]


def revoke(servers: Servers, token_id: str, now: datetime | None = None) -> None:
    """End a token at once. Raises TokenError when there is none of this id."""
    asked = {"token_id": token_id, "now": now or datetime.now(UTC)}
    with servers.database.transaction() as conn:
        if not conn.execute(QUERIES["revoke_api_token"], asked).rowcount:
            raise TokenError(f"There is no token {token_id}. `spoke tokens list` names all.")


def rotate(servers: Servers, token_id: str, days: int = DEFAULT_DAYS) -> str:
    """Make a new token with the name, scopes and portals of this one, which ends."""
    with servers.database.transaction() as conn:
        found = [row for row in everybody(conn) if row["token_id"] == token_id]
    if not found:
        raise TokenError(f"There is no token {token_id}. `spoke tokens list` names all.")
    [old] = found
    if old["revoked_at"]:
        raise TokenError(f"Token {token_id} was revoked: make a new one.")
    made = make(servers, old["name"], old["scopes"], old["portals"], days)
    revoke(servers, token_id)
    return made
