"""Troubles of a whole portal: its token is refused, or the account moves. Whoever learns of one
pauses the portal, because every other request would be answered the same."""

from __future__ import annotations

import logging
from datetime import timedelta

from db import portals
from db.portals import Portal
from hubspot.errors import ForeignToken, HubSpotError, Migrating, Refused, Unauthorized
from workers.context import Context

TROUBLES = (Unauthorized, Migrating)
log = logging.getLogger(__name__)


def park(context: Context, portal_id: int, error: Exception) -> None:
    """Pause the portal if the error is one of TROUBLES: until somebody resumes it with another
    token, or for as long as HubSpot says that the account moves."""
    match error:
        case ForeignToken():
            reason, wait = str(error), None
        case Unauthorized():
            reason, wait = f"{error}. Put a valid token in place and resume the portal.", None
        case Migrating():
            reason, wait = str(error), timedelta(seconds=error.retry_in or 0)
        case _:
            return
    with context.database.transaction() as conn:
        portals.pause(conn, portal_id, reason, wait)


def look_again(context: Context) -> None:
    """Let portals go on that wait for a token which is accepted now, and pause those without one:
    at each start, for the environment may be another. Portals with stored tokens that work are not
    asked."""
    for portal in context.portals():
        if portal.parked or portal.token_encrypted is None:
            try:
                _try_token(context, portal)
            except Refused as error:
                log.error("Portal %d: %s", portal.portal_id, error)
                park(context, portal.portal_id, error)
            except HubSpotError as error:
                log.error("No token could be checked, paused portals stay so: %s", error)
                return


def _try_token(context: Context, portal: Portal) -> None:
    client = context.client(portal)
    if portal.parked:
        client.account()
        with context.database.transaction() as conn:
            portals.resume(conn, portal.portal_id)
