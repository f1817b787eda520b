"""The tables of the page Activity as CSV, as data."""

from __future__ import annotations

from analytics import activity_reads
from dashboard import activity_page
from dashboard.asked import Asked
from dashboard.page_table import MOST_ROWS, PageTable, Rows
from operations.callers import Caller
from operations.servers import Servers


def _of_activity(name: str, shown: str) -> PageTable:
    def read(servers: Servers, caller: Caller, asked: Asked) -> Rows:
        with servers.reading([asked.portal_id]) as conn:
            period = activity_page.period_of(asked)
            if name == "stalled":
                return activity_reads.stalled(conn, period, MOST_ROWS)
            return activity_reads.activity_table(conn, name, period)

    return PageTable(f"activity-{name}", "metrics:read", read, shown)


_BETWEEN = "low: At least, %; high: At most, %"
ACTIVITY = (
    _of_activity("touch-bands", f"band: Touches; deals; won; lost; winRate: Win rate; {_BETWEEN}"),
    _of_activity("response-bands", f"band: First response; contacts; customers; rate; {_BETWEEN}"),
    _of_activity(
        "reps",
        f"owner_name: Owner; deals; won; lost; winRate: Win rate; {_BETWEEN}; touches; "
        "per_won: Touches a won deal; per_lost: A lost deal; open; stalled",
    ),
    _of_activity(
        "stalled",
        "deal_id: Deal; pipeline_label: Pipeline; stage_label: Stage; owner_name: Owner; "
        "sale: Worth; touches; last_touch_at: Last touch; days",
    ),
)
