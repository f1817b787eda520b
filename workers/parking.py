"""Troubles of a whole portal: its token is refused, or the account moves. Whoever learns of one pauses the portal,
because every other request would be answered the same."""

from __future__ import annotations

from datetime import timedelta

from db import portals
from hubspot.errors import Migrating, Unauthorized
from workers.context import Context

TROUBLES = (Unauthorized, Migrating)


def park(context: Context, portal_id: int, error: Exception) -> None:
    """Pause the portal if the error is one of TROUBLES: until somebody resumes it with another token, or for as long as
    HubSpot says that the account moves."""
    match error:
        case Unauthorized():
            reason, wait = f"{error}. Put a valid token in place and resume the portal.", None
        case Migrating():
            reason, wait = str(error), timedelta(seconds=error.retry_in or 0)
        case _:
            return
    with context.database.transaction() as conn:
        portals.pause(conn, portal_id, reason, wait)
