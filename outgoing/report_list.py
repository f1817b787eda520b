"""List the reports that are written as files: every table that API and pages show, by name.

There is no list of them here: each registry of tables is one entry below.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial

from analytics import activity_reads, aggregation_reads, sales_reads
from analytics.aggregations import AGGREGATIONS, Aggregation
from analytics.sales_reads import Period
from db.connect import Connection
from db.queries import QueryRow

ReportRows = Callable[[Connection, Period], Sequence[QueryRow]]
MOST_STALLED = 100_000


def metrics(conn: Connection, period: Period) -> list[QueryRow]:
    """Answer every metric that is one figure, with the one of the period before."""
    figures = sales_reads.figures(conn, period)
    before = sales_reads.figures(conn, _before(period))
    return [
        {
            "metric": row["label"],
            "key": row["key"],
            "unit": row["unit"],
            "value": figures[row["key"]],
            "before": before[row["key"]],
        }
        for row in sales_reads.described(conn)
        if row["key"] in figures
    ]


def _before(period: Period) -> Period:
    assert period.begins and period.ends
    days = period.ends - period.begins + timedelta(days=1)
    return replace(period, begins=period.begins - days, ends=period.ends - days)


def _sales(name: str, conn: Connection, period: Period) -> list[QueryRow]:
    return sales_reads.table(conn, name, period)


def _activity(name: str, conn: Connection, period: Period) -> list[QueryRow]:
    return activity_reads.activity_table(conn, name, period)


def _stalled(conn: Connection, period: Period) -> list[QueryRow]:
    return activity_reads.stalled(conn, period, MOST_STALLED)


def _aggregation(each: Aggregation, conn: Connection, period: Period) -> list[QueryRow]:
    return list(aggregation_reads.rows(conn, each, period.portal_id))


FILE_REPORTS: Mapping[str, ReportRows] = {
    "metrics": metrics,
    "stalled-deals": _stalled,
    **{name: partial(_sales, name) for name in sales_reads.TABLES},
    **{name: partial(_activity, name) for name in activity_reads.ACTIVITY_TABLES},
    **{each.view.replace("_", "-"): partial(_aggregation, each) for each in AGGREGATIONS},
}
