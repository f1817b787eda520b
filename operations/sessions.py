"""Keep the sessions of people who signed in: opaque, stored as a hash, ended by time or by signing
out.

OWASP ASVS 5.0, chapter 7: idle 30 minutes, 12 hours at most, a new id at each sign-in.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from db.queries import QUERIES
from operations import dashboard_users
from operations.callers import Caller
from operations.derived_keys import keys_for
from operations.servers import Servers

IDLE, ABSOLUTE = timedelta(minutes=30), timedelta(hours=12)
LINK_SECONDS = 24 * 3600
PURPOSE = "spoke: sessions of people"


def begin(servers: Servers, email: str, now: datetime | None = None) -> str:
    """Begin a session and answer its id, which only the browser keeps."""
    made, at = secrets.token_urlsafe(32), now or datetime.now(UTC)
    with servers.database.transaction() as conn:
        conn.execute(QUERIES["drop_old_sessions"], _times(at))
        row = {"hash": _hash(servers, made), "email": email.strip().casefold(), "now": at}
        conn.execute(QUERIES["begin_session"], row)
    return made


def caller_of(servers: Servers, session: str, now: datetime | None = None) -> Caller | None:
    """Answer whose session this is; None when it is unknown, too old or ended."""
    asked = {"hash": _hash(servers, session), **_times(now or datetime.now(UTC))}
    with servers.database.transaction() as conn:
        row = conn.execute(QUERIES["session_user"], asked).fetchone()
    if row:
        return dashboard_users.caller_of(row)
    return None


def end(servers: Servers, session: str) -> None:
    """End a session on the server."""
    with servers.database.transaction() as conn:
        conn.execute(QUERIES["end_session"], {"hash": _hash(servers, session)})


def form_token(servers: Servers, session: str) -> str:
    """Answer what every form of this session carries, so that no other site can send one."""
    return hmac.new(_key(servers), f"form:{session}".encode(), sha256).hexdigest()


def is_form_token(servers: Servers, session: str, given: str) -> bool:
    """Tell whether a form came from a page of this session."""
    return hmac.compare_digest(form_token(servers, session).encode(), given.encode())


def make_link(servers: Servers, email: str, opens: str = "/") -> str:
    """Make the key of a link that signs in a person on this machine, for a day, and opens a page.
    The demo prints it.

    It lies in Redis as a hash, so that it ends with the demo.
    """
    key = secrets.token_urlsafe(32)
    servers.server.set(_link(key), f"{email} {opens}", ex=LINK_SECONDS)
    return key


def person_of_link(servers: Servers, key: str) -> tuple[str, str] | None:
    """Answer whom a link signs in, and the page it opens; None for a key that is unknown or too
    old."""
    found: Any = servers.server.get(_link(key))
    if not found:
        return None
    email, _, opens = found.decode().partition(" ")
    return email, opens


def _link(key: str) -> str:
    return f"spoke:sign-in:{sha256(key.encode()).hexdigest()}"


def _times(now: datetime) -> dict[str, Any]:
    return {"now": now, "idle": IDLE, "absolute": ABSOLUTE}


def _hash(servers: Servers, session: str) -> bytes:
    return hmac.digest(_key(servers), session.encode(), sha256)


def _key(servers: Servers) -> bytes:
    return keys_for(servers.settings, PURPOSE)[0]
