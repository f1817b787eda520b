"""Activity: what was done for deals, and what came of them; which deals stand still."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from analytics import activity_reads, sales_reads
from analytics.sales_reads import Period
from dashboard.asked import Asked
from dashboard.charts import bars
from dashboard.charts.drawing import Series
from operations.callers import Caller
from operations.servers import Servers

SHOWN = 25  # stalled deals on the page; the file has them all


def fill(servers: Servers, caller: Caller, asked: Asked) -> dict[str, Any]:
    """Find the bands of touches and of response, the owners and the stalled deals."""
    period = period_of(asked)
    with servers.reading([asked.portal_id]) as conn:
        tables = {
            name: activity_reads.activity_table(conn, name, period)
            for name in activity_reads.ACTIVITY_TABLES
        }
        found = {
            "counted_at": activity_reads.counted_at(conn, asked.portal_id),
            "stalled": activity_reads.stalled(conn, period, SHOWN),
            "stalled_sums": activity_reads.stalled_sums(conn, period),
            "usage": activity_reads.usage(conn, asked.portal_id),
            "owners": sales_reads.owners(conn, asked.portal_id),
            "pipelines": sales_reads.pipelines(conn, asked.portal_id),
        }
    touches, responses = tables["touch-bands"], tables["response-bands"]
    return found | {
        "touch_bands": touches,
        "touch_chart": _drawn("Win rate by touches, per cent", touches, "winRate", "deals"),
        "response_bands": responses,
        "response_chart": _drawn("Customers by response, per cent", responses, "rate", "contacts"),
        "reps": tables["reps"],
        "may_open": "records:read" in caller.scopes,
    }


def period_of(asked: Asked) -> Period:
    """Answer the period that a URL asks for."""
    return Period(asked.portal_id, asked.begins, asked.ends, asked.owner, asked.pipeline)


def _drawn(title: str, rows: Sequence[dict[str, Any]], rate: str, n: str) -> Markup:
    """Draw the rates of bands; each label says of how many."""
    labels = [f"{row['band']} (n {row[n]})" for row in rows]
    values = [float(row[rate] or 0) for row in rows]
    return bars.bars(title, labels, [Series(title, values)], is_named=True)
