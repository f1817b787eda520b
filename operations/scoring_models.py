"""Say which lead scoring model scores: list them, put one to use, go back, or into the shadow."""

from __future__ import annotations

from db import model_store
from db.model_store import CURRENT, SHADOW
from db.queries import QueryRow
from operations.servers import Servers


class NoModel(Exception):
    """Say that there is no such model."""


def listed(servers: Servers, portal_id: int) -> list[QueryRow]:
    """List a portal's models, the newest first."""
    with servers.database.transaction() as conn:
        return model_store.of_portal(conn, portal_id)


def use(servers: Servers, portal_id: int, model_id: int) -> None:
    """Let a model score from the next run on. Raises NoModel."""
    _move(servers, portal_id, model_id, CURRENT)


def shadow(servers: Servers, portal_id: int, model_id: int) -> None:
    """Let a model score beside the current one: stored and judged, never written back."""
    _move(servers, portal_id, model_id, SHADOW)


def back(servers: Servers, portal_id: int) -> int:
    """Put the model to use that was current last; answer its number. Raises NoModel."""
    with servers.database.transaction() as conn:
        model_id = model_store.before(conn, portal_id)
        if model_id is None:
            raise NoModel(f"Portal {portal_id} has no earlier model.")
        model_store.move(conn, portal_id, model_id, CURRENT)
    return model_id


def _move(servers: Servers, portal_id: int, model_id: int, state: str) -> None:
    with servers.database.transaction() as conn:
        if not model_store.move(conn, portal_id, model_id, state):
            raise NoModel(f"Portal {portal_id} has no model {model_id}: `spoke models list`.")
