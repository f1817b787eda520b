"""Look for what Slack is to be told of, and put it into the outbox; off without SLACK_WEBHOOK_URL.

What comes once a day or week is looked for once: a mark in Redis says so, and where that is lost,
the message's key keeps it from coming twice.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import jobs
from db.connect import Connection
from db.portals import Portal
from db.queries import QUERIES, QueryRow
from hubspot import daily_limit
from operations import lately_refused, sync_state
from outgoing import outbox, slack_reports
from outgoing.alert_list import ALERTS, Alert, AlertWatch
from outgoing.slack import CHANNEL
from workers.context import Context

AWAY_SECONDS = 180  # a restart takes less
_MARK = "spoke:alerts"
_MARK_KEPT = timedelta(days=8)


def run(context: Context, now: datetime | None = None, away_seconds: int = AWAY_SECONDS) -> None:
    """Run the job: look at every portal that is not paused."""
    jobs.lower_flag(context.server, jobs.ALERTS)
    if not context.settings.slack_webhook_url:
        return
    refused, away = _refused(context), list(_away(context, away_seconds))
    put = 0
    for place, portal in enumerate(context.portals()):
        context.stop.check()
        of_all = (refused, away) if place == 0 else ((), ())
        put += _look(context, portal, now or datetime.now(UTC), *of_all)
    if put:
        jobs.wake(context.server, jobs.OUTGOING)


def watch(
    conn: Connection,
    portal_id: int,
    now: datetime,
    refused: Sequence[QueryRow] = (),
    away: Sequence[QueryRow] = (),
) -> AlertWatch:
    """Answer what alerts and reports of a portal look at."""
    words = conn.execute(QUERIES["portal_words"], {"portal_id": portal_id}).fetchone()
    assert words is not None
    local = now.astimezone(daily_limit.zone(words["time_zone"]))
    return AlertWatch(conn, portal_id, words["name"], words["currency"], local, refused, away)


def _look(
    context: Context,
    portal: Portal,
    now: datetime,
    refused: Sequence[QueryRow],
    away: Sequence[QueryRow],
) -> int:
    """Put what is to be told of a portal; answer how many messages are new."""
    with context.database.transaction() as conn:
        seen = watch(conn, portal.portal_id, now, refused, away)
        put, marks = 0, list[str]()
        for alert in ALERTS:
            mark = _mark(portal.portal_id, alert.name, alert.period(seen.now))
            if not alert.is_due(seen.now) or (alert.is_digest and context.server.exists(mark)):
                continue
            drafts = list(alert.drafts(seen))
            put += _put(conn, portal.portal_id, alert, drafts, now)
            if alert.is_digest and (drafts or alert.from_hour):
                marks.append(mark)
        for report in slack_reports.REPORTS:
            mark = _mark(portal.portal_id, report.name, str(report.period(seen.now)[0]))
            if report.is_due(seen.now) and not context.server.exists(mark):
                told = [slack_reports.draft(report, seen)]
                ends = now + slack_reports.KEEPS
                put += outbox.put_all(conn, portal.portal_id, CHANNEL, told, expires_at=ends)
                marks.append(mark)
    for mark in marks:  # after the commit: a mark of what was not put would lose it
        context.server.set(mark, 1, ex=_MARK_KEPT)
    return put


def _put(
    conn: Connection, portal_id: int, alert: Alert, drafts: Sequence[outbox.Draft], now: datetime
) -> int:
    return outbox.put_all(conn, portal_id, CHANNEL, drafts, expires_at=now + alert.keeps)


def _mark(portal_id: int, name: str, period: str) -> str:
    return f"{_MARK}:{portal_id}:{name}:{period}"


def _refused(context: Context) -> list[QueryRow]:
    found = lately_refused.refused(context.server)
    return [asdict(each) | {"what": str(each)} for each in found if each.is_recent]


def _away(context: Context, seconds: int) -> Iterator[QueryRow]:
    """Yield the processes that did not run for so many seconds: each look notes since when."""
    for each in sync_state.processes(context):
        since = f"{_MARK}:away:{each['name']}"
        if each["count"]:
            context.server.delete(since)
            continue
        context.server.set(since, int(time.time()), nx=True, ex=86_400)
        if int(context.server.get(since) or 0) <= time.time() - seconds:
            yield each
