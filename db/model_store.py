"""Keep models, what they said of leads and companies, and how the leads drift."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from db.connect import Connection
from db.queries import QUERIES, QueryRow

CURRENT, SHADOW, FORMER, REFUSED = "current", "shadow", "former", "refused"


@dataclass(frozen=True, slots=True)
class NewModel:
    """Hold a model that is to be stored."""

    kind: str
    made_at: datetime
    refused: str | None
    fingerprint: str
    scores: Mapping[str, Any]
    artifact: bytes


def put(conn: Connection, portal_id: int, model: NewModel, state: str) -> int:
    """Store a model and give it a state; answer its number."""
    values = {
        "portal_id": portal_id,
        "kind": model.kind,
        "made_at": model.made_at,
        "refused": model.refused,
        "fingerprint": model.fingerprint,
        "scores": json.dumps(model.scores),
        "artifact": model.artifact,
    }
    row = conn.execute(QUERIES["put_model"], values).fetchone()
    assert row is not None
    move(conn, portal_id, row["model_id"], state)
    return int(row["model_id"])


def move(conn: Connection, portal_id: int, model_id: int, state: str) -> bool:
    """Give a model a state; the one that had it becomes a former one. Tell whether it is there."""
    where = {"portal_id": portal_id, "model_id": model_id, "state": state}
    if state in (CURRENT, SHADOW):
        conn.execute(QUERIES["leave_state"], where)
    return conn.execute(QUERIES["enter_state"], where).fetchone() is not None


def before(conn: Connection, portal_id: int) -> int | None:
    """Answer the model that was current last."""
    row = conn.execute(QUERIES["model_before"], {"portal_id": portal_id}).fetchone()
    return int(row["model_id"]) if row else None


def of_portal(conn: Connection, portal_id: int) -> list[QueryRow]:
    return conn.execute(QUERIES["models_of"], {"portal_id": portal_id}).fetchall()


def in_use(conn: Connection, portal_id: int) -> list[QueryRow]:
    """Answer the model that scores, and the one in the shadow, with their artifacts."""
    return conn.execute(QUERIES["models_in_use"], {"portal_id": portal_id}).fetchall()


def closed_lately(conn: Connection, portal_id: int, as_of: datetime) -> tuple[int, int]:
    """Answer the won and the closed deals of the last 90 days."""
    where = {"portal_id": portal_id, "as_of": as_of}
    row = conn.execute(QUERIES["closed_lately"], where).fetchone()
    assert row is not None
    return row["won"], row["closed"]


def put_scores(
    conn: Connection, portal_id: int, model_id: int, as_of: datetime, said: Sequence[Any]
) -> None:
    """Store the scores of some leads."""
    where = {"portal_id": portal_id, "model_id": model_id, "as_of": as_of}
    columns = {
        "contact_ids": [each.contact_id for each in said],
        "deal_ids": [each.deal_id for each in said],
        "probabilities": [each.probability for each in said],
        "scores": [each.score for each in said],
        "reasons": [each.reasons for each in said],
    }
    conn.execute(QUERIES["put_lead_scores"], where | columns)


def forget_scores(
    conn: Connection, portal_id: int, as_of: datetime, model_ids: Collection[int]
) -> None:
    """Drop the scores that this run did not write, and models that are a year old."""
    where = {"portal_id": portal_id, "as_of": as_of, "model_ids": list(model_ids)}
    conn.execute(QUERIES["forget_lead_scores"], where)
    conn.execute(QUERIES["forget_models"], where)


def segment_counts(conn: Connection, portal_id: int) -> list[QueryRow]:
    return conn.execute(QUERIES["segment_counts"], {"portal_id": portal_id}).fetchall()


def companies(conn: Connection, portal_id: int) -> list[QueryRow]:
    return conn.execute(QUERIES["companies_to_fit"], {"portal_id": portal_id}).fetchall()


def put_segments(
    conn: Connection, portal_id: int, as_of: datetime, found: Sequence[Mapping[str, Any]]
) -> None:
    """Store the segments in place of the earlier ones."""
    where = {"portal_id": portal_id, "as_of": as_of, "segments": json.dumps(found)}
    conn.execute(QUERIES["forget_segments"], where)
    conn.execute(QUERIES["put_segments"], where)


def put_fits(conn: Connection, portal_id: int, as_of: datetime, fits: Sequence[Any]) -> None:
    """Store the scores of companies."""
    columns = {
        "company_ids": [each.company_id for each in fits],
        "size_bands": [each.size_band for each in fits],
        "industries": [each.industry for each in fits],
        "tiers": [each.tier for each in fits],
        "scores": [each.score for each in fits],
        "reasons": [json.dumps(each.reasons) for each in fits],
    }
    conn.execute(QUERIES["put_company_scores"], {"portal_id": portal_id, "as_of": as_of} | columns)


def forget_fits(conn: Connection, portal_id: int, as_of: datetime) -> None:
    """Drop the scores of companies that are gone."""
    conn.execute(QUERIES["forget_company_scores"], {"portal_id": portal_id, "as_of": as_of})


def put_drift(
    conn: Connection, portal_id: int, model_id: int, checked_at: datetime, found: Sequence[Any]
) -> None:
    """Store how far each feature moved."""
    where = {"portal_id": portal_id, "model_id": model_id, "checked_at": checked_at}
    for each in found:
        told = {"psi": each.psi, "chance": each.chance, "rows": each.rows, "level": each.level}
        conn.execute(QUERIES["put_drift"], where | told | {"feature": each.feature})


def assign(conn: Connection, portal_id: int, experiment: str, variants: Mapping[str, str]) -> None:
    """Note each contact's variant; one that has one keeps it."""
    where = {"portal_id": portal_id, "experiment": experiment}
    columns = {"contact_ids": list(variants), "variants": list(variants.values())}
    conn.execute(QUERIES["assign"], where | columns)


def outcomes(conn: Connection, portal_id: int, experiment: str) -> dict[str, tuple[int, int]]:
    """Map a variant to how many of its contacts were won, and how many it has."""
    where = {"portal_id": portal_id, "experiment": experiment}
    rows = conn.execute(QUERIES["variant_outcomes"], where).fetchall()
    return {row["variant"]: (row["won"], row["leads"]) for row in rows}
