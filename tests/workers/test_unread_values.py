"""Values that a column cannot show are counted, whether the column is typed or generated."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from hubspot import records
from hubspot.mirrored import Mirrored
from hubspot.objects import DEALS
from tests.processes import Simulator
from workers.context import Context
from workers.save import Fetched, save

Rows = Callable[..., list[dict[str, Any]]]
MOMENT = datetime(2026, 1, 2, tzinfo=UTC)


def test_a_value_that_a_generated_column_cannot_show_is_counted(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    told = {
        "id": "1",
        "updatedAt": "2026-01-02T00:00:00Z",
        "properties": {
            "amount": "1,800",  # typed
            "deal_whole_amount": "1,800.00",  # typed, and a number
            "days_to_close": "3 or 4",
            # generated from here on
            "num_notes": "1,234,567",
            "notes_last_contacted": "20240102",
            "hs_is_closed": "perhaps",
            "dealtype": "anything",
            "hs_projected_amount": "",
        },
    }
    with context.database.transaction() as conn:
        row = records.row(DEALS, told, {})
        save(conn, Mirrored(simulator.portal_id, DEALS), Fetched([row], frozenset(), MOMENT))
    found = rows("select property, reason, occurrences from value_issues order by property")
    assert [tuple(each.values()) for each in found] == [
        ("amount", "not of type numeric", 1),
        ("days_to_close", "not of type integer", 1),
        ("hs_is_closed", "not of type boolean", 1),
        ("notes_last_contacted", "not of type timestamp", 1),
    ]
    shown = rows("select deal_whole_amount::text, num_notes::text, days_to_close from deals")
    assert [tuple(each.values()) for each in shown] == [("1800.00", "1234567", None)]
