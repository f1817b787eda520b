"""Write the daily and the weekly report for Slack: every metric against the period before.

A report is of a whole day or week that ended, in the portal's time zone, and comes in the morning
after it. Its key is the period's first day, so it arrives once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from analytics import activity_reads, sales_reads
from analytics.sales_reads import Period
from db import schema_findings
from outgoing import block_kit
from outgoing.alert_list import MORNING, AlertWatch
from outgoing.block_kit import Block, escaped
from outgoing.figures import change, shown
from outgoing.outbox import Draft
from outgoing.slack import DESTINATION

KEEPS = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class SlackReport:
    """Describe a report: how many days it is of, and on which day of the week it comes."""

    name: str
    title: str
    days: int
    weekday: int | None = None  # None: every day

    def is_due(self, now: datetime) -> bool:
        """Tell whether the last period is to be told by now."""
        return now.hour >= MORNING and self.weekday in (None, now.weekday())

    def period(self, now: datetime) -> tuple[date, date]:
        """Answer the first and the last day of the period that ended last."""
        ends = now.date() - timedelta(days=1)
        return ends - timedelta(days=self.days - 1), ends


REPORTS = (
    SlackReport("daily", "Sales yesterday", 1),
    SlackReport("weekly", "Sales last week", 7, weekday=0),
)


def draft(report: SlackReport, watch: AlertWatch) -> Draft:
    """Answer the report that is due."""
    begins, _ = report.period(watch.now)
    return Draft(DESTINATION, f"{report.name}:{begins}", message(report, watch))


def message(report: SlackReport, watch: AlertWatch) -> dict[str, Any]:
    """Write a report. Figures that are of now have nothing to be compared with."""
    begins, ends = report.period(watch.now)
    back = timedelta(days=report.days)
    figures = sales_reads.figures(watch.conn, Period(watch.portal_id, begins, ends))
    before = sales_reads.figures(watch.conn, Period(watch.portal_id, begins - back, ends - back))
    days, others = _days(begins, ends), _days(begins - back, ends - back)
    blocks = [
        block_kit.header(f"{report.title}: {days}"),
        block_kit.context(f"{escaped(watch.portal_name)} · against {others}"),
        *block_kit.fields(list(_metrics(watch, figures, before))),
        *_also(watch),
    ]
    total = shown(figures["totalSales"], "money", watch.currency)
    return block_kit.message(f"{report.title}: {total} ({watch.portal_name})", blocks)


def _days(begins: date, ends: date) -> str:
    if begins == ends:
        return f"{begins:%a %-d %b %Y}"
    return f"{begins:%-d %b} to {ends:%-d %b %Y}"


def _metrics(
    watch: AlertWatch, figures: Mapping[str, Any], before: Mapping[str, Any]
) -> Iterator[str]:
    """Yield each metric that is one figure, in the order of the registry."""
    for row in sales_reads.described(watch.conn):
        key, unit = row["key"], row["unit"]
        if key not in figures:
            continue
        now, moved = shown(figures[key], unit, watch.currency), ""
        if row["answered_by"] != "sales_outlook":  # which is of now in both
            moved = change(figures[key], before[key], unit)
        was = f" ({moved} from {shown(before[key], unit, watch.currency)})" if moved else ""
        yield f"*{escaped(row['label'])}*\n{now}{was}"


def _also(watch: AlertWatch) -> Iterator[Block]:
    """Yield what else is to be known: deals that stand still, definitions that changed."""
    sums = activity_reads.stalled_sums(watch.conn, Period(watch.portal_id))
    if sums["deals"]:
        worth = shown(sums["sale"], "money", watch.currency)
        yield block_kit.section(f"*{sums['deals']:,}* open deals stand still, worth {worth}.")
    found = schema_findings.still_open(watch.conn, [watch.portal_id])
    if found:
        told = [f"• {escaped(each)}." for each in found[:10]]
        yield from block_kit.lines(["*Numbers may be wrong*: definitions changed.", *told])
