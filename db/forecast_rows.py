"""Read what was known of deals at a time, and keep forecasts, what came of them, and quotas."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from db.connect import Connection
from db.queries import QUERIES, QueryRow

KNOWN = {
    "stays": "forecast_stays",
    "deals": "forecast_deals",
    "amounts": "forecast_amounts",
    "meanings": "forecast_meanings",
}


@dataclass(frozen=True, slots=True)
class Quota:
    """What an owner is to win in a period; `period_end` is the day after its last."""

    owner_id: str
    period_start: date
    period_end: date
    amount: float


def read(conn: Connection, name: str, portal_id: int, at: datetime) -> list[QueryRow]:
    """Answer `stays`, `deals`, `amounts` or `meanings` as they were known at a time."""
    return conn.execute(QUERIES[KNOWN[name]], {"portal_id": portal_id, "at": at}).fetchall()


def put(
    conn: Connection,
    portal_id: int,
    period: tuple[date, date],
    made_on: date,
    told: Sequence[Mapping[str, Any]],
) -> None:
    """Keep the forecasts of a period, one for each owner; an earlier run of the day is replaced."""
    asked = {
        "portal_id": portal_id,
        "period_start": period[0],
        "period_end": period[1],
        "made_on": made_on,
        "forecasts": json.dumps(list(told)),
    }
    conn.execute(QUERIES["put_forecasts"], asked)


def put_stages(conn: Connection, portal_id: int, stages: Sequence[Mapping[str, Any]]) -> None:
    asked = {"portal_id": portal_id, "stages": json.dumps(list(stages))}
    conn.execute(QUERIES["put_forecast_stages"], asked)


def score(conn: Connection, portal_id: int, today: date, time_zone: str) -> int:
    """Note what came of periods that are over; answer how many forecasts were looked at."""
    asked = {"portal_id": portal_id, "today": today, "time_zone": time_zone}
    return conn.execute(QUERIES["score_forecasts"], asked).rowcount


def put_quota(conn: Connection, portal_id: int, quota: Quota) -> None:
    conn.execute(QUERIES["put_quota"], asdict(quota) | {"portal_id": portal_id})


def drop_quota(conn: Connection, portal_id: int, quota: Quota) -> bool:
    """Delete a quota; answer whether there was one."""
    asked = asdict(quota) | {"portal_id": portal_id}
    return bool(conn.execute(QUERIES["drop_quota"], asked).rowcount)
