"""Set what each owner is to win in a period: one by one, or from a CSV file."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path

from db import forecast_rows
from db.forecast_rows import Quota
from db.queries import QUERIES
from operations.servers import Servers

COLUMNS = ("owner", "period", "amount")
MOST_AMOUNT = 1e15
_QUARTER, _MONTH = re.compile(r"(\d{4})-Q([1-4])"), re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
_YEAR = re.compile(r"\d{4}")


class QuotaError(ValueError):
    """Raised for quotas that cannot hold; nothing was changed, and the message says why."""


def period_of(text: str) -> tuple[date, date]:
    """Read 2026, 2026-Q4, 2026-11 or 2026-10-01..2026-12-31: the first day, and the day after the
    last. Raises QuotaError for anything else."""
    if found := _QUARTER.fullmatch(text):
        return _months(int(found[1]), int(found[2]) * 3 - 2, 3)
    if found := _MONTH.fullmatch(text):
        return _months(int(found[1]), int(found[2]), 1)
    if _YEAR.fullmatch(text):
        return _months(int(text), 1, 12)
    first, _, last = text.partition("..")
    try:
        begins, ends = date.fromisoformat(first), date.fromisoformat(last) + timedelta(days=1)
    except (ValueError, OverflowError) as error:
        raise QuotaError(
            f"{text!r} is no period: write 2026, 2026-Q4, 2026-11 or 2026-10-01..2026-12-31"
        ) from error
    if begins >= ends:
        raise QuotaError(f"{text!r} ends before it begins")
    return begins, ends


def _months(year: int, month: int, count: int) -> tuple[date, date]:
    after = year * 12 + month - 1 + count
    try:
        return date(year, month, 1), date(after // 12, after % 12 + 1, 1)
    except ValueError as error:
        raise QuotaError(f"There is no year {year}") from error


def put(servers: Servers, portal_id: int, owner: str, period: str, amount: float) -> Quota:
    """Set one quota. Raises QuotaError for an owner that the portal does not have."""
    quota = _quota(_owners(servers, portal_id), {"owner": owner, "period": period}, amount)
    with servers.database.transaction() as conn:
        forecast_rows.put_quota(conn, portal_id, quota)
    return quota


def drop(servers: Servers, portal_id: int, owner: str, period: str) -> bool:
    """Delete a quota; answer whether there was one."""
    with servers.database.transaction() as conn:
        return forecast_rows.drop_quota(conn, portal_id, Quota(owner, *period_of(period), 0))


def load(servers: Servers, portal_id: int, path: Path) -> int:
    """Set the quotas of a file, all or none; answer how many there were."""
    quotas = list(_read(_owners(servers, portal_id), path))
    with servers.database.transaction() as conn:
        for quota in quotas:
            forecast_rows.put_quota(conn, portal_id, quota)
    return len(quotas)


def _read(owners: Mapping[str, str], path: Path) -> Iterator[Quota]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        if missing := [name for name in COLUMNS if name not in (reader.fieldnames or ())]:
            raise QuotaError(f"{path.name} has no column {missing[0]}; it needs {COLUMNS}")
        for number, row in enumerate(reader, start=2):
            try:
                yield _quota(owners, row, float(row["amount"] or ""))
            except (ValueError, TypeError) as error:
                raise QuotaError(f"{path.name}, line {number}: {error}") from error


def _quota(owners: Mapping[str, str], row: Mapping[str, str], amount: float) -> Quota:
    owner = owners.get((row["owner"] or "").strip().lower())
    if owner is None:
        raise QuotaError(f"no owner has the id or address {row['owner']!r}")
    if not 0 < amount < MOST_AMOUNT:
        raise QuotaError(f"a quota is more than nothing, and not {amount:g}")
    return Quota(owner, *period_of((row["period"] or "").strip()), amount)


def _owners(servers: Servers, portal_id: int) -> dict[str, str]:
    """Map ids and addresses to ids."""
    with servers.database.transaction() as conn:
        rows = conn.execute(QUERIES["quota_owners"], {"portal_id": portal_id}).fetchall()
    by_address = {row["email"]: row["owner_id"] for row in rows if row["email"]}
    return by_address | {row["owner_id"]: row["owner_id"] for row in rows}
