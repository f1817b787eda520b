"""Write reports as files, again and again: to a folder, or to Supabase Storage with a link.

A file is named after its report, portal and last day, so a run that is repeated writes the same
file. It is whole or absent. No text of a record is taken for a formula (export_formats.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from analytics.sales_reads import Period
from db.connect import Connection, Database
from db.queries import QUERIES, QueryRow
from db.row_shapes import records
from outgoing import block_kit, outbox
from outgoing.block_kit import escaped
from outgoing.export_formats import FORMATS
from outgoing.exporting import CannotExport, target
from outgoing.report_list import FILE_REPORTS
from outgoing.slack import CHANNEL, DESTINATION
from settings import Settings

HOUR = 6  # o'clock in the portal's time zone
AGAIN = timedelta(hours=1)  # after a run that failed
EVERY = ("day", "week", "month")
# What a value is in PostgreSQL's words; a column is of the first kind that one of its values has.
_KINDS = ((bool, "bool"), (int, "int8"), (Decimal, "numeric"), (float, "float8"),
          (datetime, "timestamptz"), (date, "date"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class FileSchedule:
    """Hold one report that is written again and again."""

    portal_id: int
    schedule_id: int
    report: str
    form: str
    destination: str
    every: str
    tells_slack: bool
    next_at: datetime
    last_run_at: datetime | None
    last_file: str | None
    last_rows: int | None
    last_error: str | None


def add(
    conn: Connection, portal_id: int, report: str, form: str, destination: str, every: str,
    tells_slack: bool = False,
) -> int:  # fmt: skip
    """Add a schedule, first due on its next day; answer its number."""
    asked = {
        "portal_id": portal_id,
        "report": report,
        "form": form,
        "destination": destination,
        "every": every,
        "tells_slack": tells_slack,
        "next_at": following(every, datetime.now(UTC), _zone(conn, portal_id)),
    }
    row = conn.execute(QUERIES["add_report_schedule"], asked).fetchone()
    assert row is not None
    return int(row["schedule_id"])


def listed(conn: Connection, portals: Sequence[int] | None = None) -> list[FileSchedule]:
    """List the schedules, of all portals where none is named."""
    asked = {"portals": None if portals is None else list(portals)}
    return records(conn, FileSchedule, QUERIES["report_schedules"], asked)


def remove(conn: Connection, portal_id: int, schedule_id: int) -> bool:
    """Take a schedule away; its files stay. Answers whether there was one."""
    asked = {"portal_id": portal_id, "schedule_id": schedule_id}
    return conn.execute(QUERIES["remove_report_schedule"], asked).rowcount > 0


def run_one(
    database: Database,
    settings: Settings,
    now: datetime,
    portal_id: int | None = None,
    schedule_id: int | None = None,
) -> FileSchedule | None:
    """Run the schedule that is named, else one that is due; answer it as it was before, None where
    there is none. What failed is noted with its reason, and tried again within the hour."""
    asked = {"portal_id": portal_id, "schedule_id": schedule_id}
    with database.transaction() as conn:
        found = records(conn, FileSchedule, QUERIES["claim_report"], asked)
        if not found:
            return None
        [schedule] = found
        zone = _zone(conn, schedule.portal_id)
        noted: dict[str, Any] = {"portal_id": schedule.portal_id, "file": None, "rows": None}
        noted |= {"schedule_id": schedule.schedule_id, "next_at": now + AGAIN}
        try:
            with conn.transaction():
                written = _write(conn, settings, schedule, now.astimezone(zone))
            noted |= written | {"error": None, "next_at": following(schedule.every, now, zone)}
        except (CannotExport, OSError) as error:
            noted["error"] = f"{type(error).__name__}: {error}"[:500]
        conn.execute(QUERIES["note_report"], noted)
    return schedule


def _write(
    conn: Connection, settings: Settings, schedule: FileSchedule, now: datetime
) -> dict[str, Any]:
    """Write the report of the period that ended last, and tell Slack of it."""
    begins, ends = ended(schedule.every, now.date())
    period = Period(schedule.portal_id, begins, ends)
    rows = list(FILE_REPORTS[schedule.report](conn, period))
    name = f"{schedule.report}-{schedule.portal_id}-{ends}.{schedule.form}"
    with target(settings, schedule.destination) as (place, folder):
        part = folder / f"{name}.part"
        columns = _columns(rows)
        with FORMATS[schedule.form](part, columns) as write:
            write([tuple(_plain(row[column]) for column in columns) for row in rows])
        place.keep(part, name)
        link = place.link(name) if schedule.tells_slack else None
    if schedule.tells_slack and settings.slack_webhook_url:
        _tell(conn, schedule, name, link, len(rows))
    return {"file": name, "rows": len(rows)}


def _tell(conn: Connection, schedule: FileSchedule, name: str, link: str | None, rows: int) -> None:
    shown = block_kit.link(link, name) if link else f"{name} in {escaped(schedule.destination)}"
    said = f"Report {schedule.report}: {rows:,} rows"
    blocks = [block_kit.section(f"{escaped(said)}: {shown}")]
    key = f"file:{schedule.schedule_id}:{name}"
    outbox.put(conn, schedule.portal_id, CHANNEL, DESTINATION, key, block_kit.message(said, blocks))


def ended(every: str, today: date) -> tuple[date, date]:
    """Answer the first and last day of the day, week (from Monday) or month that ended last."""
    if every == "day":
        yesterday = today - timedelta(days=1)
        return yesterday, yesterday
    if every == "week":
        monday = today - timedelta(days=today.weekday())
        return monday - timedelta(days=7), monday - timedelta(days=1)
    last = today.replace(day=1) - timedelta(days=1)
    return last.replace(day=1), last


def following(every: str, now: datetime, zone: ZoneInfo) -> datetime:
    """Answer when a schedule is due next: in the morning after its period ends."""
    day = now.astimezone(zone).date() + timedelta(days=1)
    while (every == "week" and day.weekday()) or (every == "month" and day.day != 1):
        day += timedelta(days=1)
    return datetime(day.year, day.month, day.day, HOUR, tzinfo=zone).astimezone(UTC)


def _zone(conn: Connection, portal_id: int) -> ZoneInfo:
    row = conn.execute(QUERIES["portal_words"], {"portal_id": portal_id}).fetchone()
    try:
        return ZoneInfo(row["time_zone"] if row else "UTC")
    except (ValueError, KeyError):
        return ZoneInfo("UTC")


def _columns(rows: Sequence[QueryRow]) -> dict[str, str]:
    """Answer the columns with the kind of their values. Without rows there are none to name."""
    return {name: _kind([row[name] for row in rows]) for name in (rows[0] if rows else ())}


def _kind(values: Sequence[Any]) -> str:
    for value in values:
        for python, kind in _KINDS:
            if isinstance(value, python):
                return kind
    return "text"


def _plain(value: Any) -> Any:
    """Write lists and objects as text: a cell holds one value."""
    known = (str, bool, int, float, Decimal, date)
    return value if value is None or isinstance(value, known) else str(value)
