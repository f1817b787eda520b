"""Pause a portal in trouble: its token is refused, or the account moves. Every other request would
be answered the same."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from db import portals
from db.portals import Portal
from hubspot.errors import ForeignToken, HubSpotError, Migrating, Paused, Refused, Unauthorized
from workers.context import Context

TROUBLES = (Unauthorized, Migrating)
log = logging.getLogger(__name__)


def park(context: Context, portal_id: int, error: Exception) -> None:
    """Pause the portal if the error is one of TROUBLES: until an operator resumes it with another
    token, or for as long as HubSpot says that the account moves."""
    match error:
        case Paused():
            return  # it has its reason
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


def until_paused(context: Context, portal_id: int, stop: Callable[[], bool]) -> Callable[[], bool]:
    """Answer a predicate that stops long work: when `stop` does, or once the portal is paused or
    gone."""

    def stops() -> bool:
        portal = context.portal(portal_id)
        return stop() or portal is None or portal.paused

    return stops


def look_again(context: Context) -> None:
    """Let portals go on whose token is accepted now, and pause portals without one.

    This runs at each start, for the environment may be another. HubSpot is not asked about stored
    tokens that work, nor about portals that are paused for another reason.
    """
    for portal in context.portals():
        if portal.parked or (portal.token_encrypted is None and not portal.paused):
            try:
                _try_token(context, portal)
            except Refused as error:
                log.error("Portal %d: %s", portal.portal_id, error)
                park(context, portal.portal_id, error)
            except HubSpotError as error:
                log.error("No token could be checked, paused portals stay so: %s", error)
                return


def _try_token(context: Context, portal: Portal) -> None:
    """Ask a portal without a token only whether it has one now."""
    client = context.client(replace(portal, paused=False))
    if portal.parked:
        client.account()
        with context.database.transaction() as conn:
            portals.resume(conn, portal.portal_id)
