"""Lead scores with their reasons, ideal customers, how good the models are, and drift."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from db.connect import Connection
from db.queries import QUERIES, QueryRow


@dataclass(frozen=True, slots=True)
class LeadQuestion:
    """Which leads: all of a portal, or an owner's, with or without an open deal."""

    portal_id: int
    owner: str | None = None
    with_deal: bool | None = None
    limit: int = 50


def leads(conn: Connection, question: LeadQuestion) -> list[QueryRow]:
    """List the best leads, with the reasons of their scores."""
    return conn.execute(QUERIES["read_lead_scores"], asdict(question)).fetchall()


def ideal_customers(conn: Connection, portal_id: int) -> list[QueryRow]:
    """List the segments of companies, the best tier first."""
    return _read(conn, "read_ideal_customers", portal_id)


def models(conn: Connection, portal_id: int) -> list[QueryRow]:
    """List the models, the newest first, with how good each was on later deals."""
    return _read(conn, "read_models", portal_id)


def drift(conn: Connection, portal_id: int) -> list[QueryRow]:
    """List how far each feature moved at the last check."""
    return _read(conn, "read_drift", portal_id)


def _read(conn: Connection, name: str, portal_id: int) -> list[QueryRow]:
    return conn.execute(QUERIES[name], {"portal_id": portal_id}).fetchall()
