"""Reports on a schedule: the period, the file, its link in Slack, and what a failure leaves."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow.parquet as pq
import pytest

from outgoing import reports
from tests.lab.storage import KEY, Storage, serving
from workers import scheduled_reports
from workers.context import Context

Rows = Callable[..., list[dict[str, Any]]]
NOW = datetime(2026, 11, 30, 14, tzinfo=UTC)  # a Monday
DUE = "update report_schedules set next_at = now() - interval '1 minute'"
EVIL = '=HYPERLINK("https://evil.example")'


@pytest.mark.parametrize(
    ("every", "begins", "ends", "after"),
    [
        ("day", "2026-11-29", "2026-11-29", "2026-12-01 11:00"),
        ("week", "2026-11-23", "2026-11-29", "2026-12-07 11:00"),
        ("month", "2026-10-01", "2026-10-31", "2026-12-01 11:00"),
    ],
)
def test_periods_end_and_follow(every: str, begins: str, ends: str, after: str) -> None:
    days = (date.fromisoformat(begins), date.fromisoformat(ends))
    assert reports.ended(every, NOW.date()) == days
    following = reports.following(every, NOW, ZoneInfo("America/New_York"))
    assert f"{following:%Y-%m-%d %H:%M}" == after


def test_reports_are_written_when_they_are_due(
    context: Context, rows: Rows, tmp_path: Path
) -> None:
    portal = context.portals()[0].portal_id
    with context.database.transaction() as conn:
        conn.execute(
            "insert into hubspot_deals_raw (portal_id, hubspot_id, dealname, createdate, raw_json,"
            " updated_at, fetched_at) values (%s, '1', %s, '2026-01-01', '{}', now(), now())",
            [portal, EVIL],
        )
        conn.execute("insert into activity_rounds values (%s, now())", [portal])
        folder, blocked = str(tmp_path / "out"), tmp_path / "file"
        blocked.write_text("no folder")
        reports.add(conn, portal, "stalled-deals", "csv", folder, "day")
        reports.add(conn, portal, "metrics", "parquet", "supabase://b/r", "week", tells_slack=True)
        reports.add(conn, portal, "reps", "csv", str(blocked), "day")
    with serving(Storage()) as storage:
        settings = replace(
            context.settings,
            supabase_url=storage.url,
            supabase_service_key=KEY,
            slack_webhook_url="https://hooks.slack.com/services/x",
        )
        context = replace(context, settings=settings)
        scheduled_reports.run(context)  # nothing is due yet
        with context.database.transaction() as conn:
            assert [each.last_run_at for each in reports.listed(conn)] == [None] * 3
            conn.execute(DUE)
        scheduled_reports.run(context)
    with context.database.transaction() as conn:
        stalled, metrics, broken = reports.listed(conn, [portal])
    assert (stalled.last_error, metrics.last_error, stalled.last_rows) == (None, None, 1)
    assert broken.last_error and "FileExistsError" in broken.last_error
    assert broken.last_file is None and broken.next_at < stalled.next_at
    [line] = csv.DictReader((tmp_path / "out" / str(stalled.last_file)).open())
    assert line["name"] == f"'{EVIL}"
    assert sorted(each.name for each in (tmp_path / "out").iterdir()) == [stalled.last_file]
    [stored] = storage.objects.items()
    assert stored[0] == f"b/r/{metrics.last_file}"
    (tmp_path / "metrics.parquet").write_bytes(stored[1])
    table = pq.read_table(tmp_path / "metrics.parquet")
    assert table.num_rows == metrics.last_rows and str(table.schema.field("value").type) == "double"
    [told] = rows("select payload::text as said from outgoing_messages where channel = 'slack'")
    assert f"/object/sign/b/r/{metrics.last_file}?token=signed|" in told["said"]
    scheduled_reports.run(context)  # none is due again
    assert len(storage.objects) == 1
