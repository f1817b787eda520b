"""Count the touches of deals and the first answers to contacts again, portal after portal."""

from __future__ import annotations

from db.queries import QUERIES
from db.row_shapes import values
from workers.context import Context


def run(context: Context) -> None:
    """Run the job: each portal in a transaction of its own, the longest waiting first."""
    with context.database.transaction() as conn:
        due = values(conn, QUERIES["activity_due"])
    for portal_id in due:
        context.stop.check()
        with context.database.transaction() as conn:
            conn.execute(QUERIES["refresh_activity"], {"portal_id": portal_id})
