"""Texts of deals are looked through for competitors as they come and change, each once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from operations import competitor_list
from operations.competitor_list import CompetitorError, WantedCompetitor
from tests.sql.conftest import Crm
from workers import competitor_reading
from workers.competitor_reading import plain
from workers.context import Context

Rows = Callable[..., list[dict[str, Any]]]
FOUND = "select deal_id, competitor, source from competitor_mentions order by 1, 2, 3"
LOSSES = "select deal_id, competitor, noticed_at from competitive_losses order by 1, 2"
LATELY = "now() - interval '1 day'"


def _set(context: Context, table: str, hubspot_id: str, column: str, value: str) -> None:
    """Change a record as an upsert does; the value is SQL."""
    with context.database.transaction() as conn:
        statement = f"update {table} set {column} = {value} where portal_id = 1 and hubspot_id = %s"
        conn.execute(statement.encode(), [hubspot_id])


def test_mentions_follow_the_texts_and_a_loss_is_noticed_once(context: Context, rows: Rows) -> None:
    with context.database.transaction() as conn:
        crm = Crm(conn)
        crm.portal()
        crm.deal("1", properties={"closed_lost_reason": "Lost to Zoho, price"})
        crm.deal("2", properties={"main_competitor": "close", "hs_note": "Zoho"})
        crm.deal("3")
        note = {"hs_note_body": "<p>They use&nbsp;<b>Zoho</b> and&#39;re close</p>"}
        crm.custom("notes", "9", note, deal_ids=["2", "3"])
    assert rows("select from competitor_marks") == [], "nobody is looked for yet"
    wanted = [WantedCompetitor("Zoho"), WantedCompetitor(" Close ", ("Close CRM",))]
    assert competitor_list.put(context, 1, wanted) == 2
    assert competitor_list.is_reading(context, 1)
    competitor_reading.run(context, batch=2)
    found = [tuple(row.values()) for row in rows(FOUND)]
    assert found == [
        ("1", "Zoho", "lost_reason"),
        ("2", "Close", "competitor_property"),
        ("2", "Zoho", "notes"),
        ("3", "Zoho", "notes"),
    ]
    assert not competitor_list.is_reading(context, 1) and rows(LOSSES) == []

    for deal_id in ("2", "3"):
        _set(context, "hubspot_deals_raw", deal_id, "dealstage", "'closedlost'")
        _set(context, "hubspot_deals_raw", deal_id, "closedate", LATELY)
    competitor_reading.run(context)
    first = rows(LOSSES)
    assert [(row["deal_id"], row["competitor"]) for row in first] == [
        ("2", "Close"),
        ("2", "Zoho"),
        ("3", "Zoho"),
    ]
    assert rows("select from competitor_patterns") == []
    _set(context, "hubspot_deals_raw", "1", "dealstage", "'closedlost'")
    _set(context, "hubspot_deals_raw", "1", "closedate", LATELY)
    _set(context, "hubspot_deals_raw", "2", "synced_at", "now()")
    competitor_reading.run(context)
    assert [row for row in rows(LOSSES) if row["deal_id"] != "1"] == first, "told once"
    [pattern] = rows("select competitor, losses_30_days from competitor_patterns")
    assert pattern == {"competitor": "Zoho", "losses_30_days": 3}

    _set(context, "hubspot_notes_raw", "9", "deal_ids", "'{3}'")
    _set(context, "hubspot_deals_raw", "1", "archived", "true")
    competitor_reading.run(context)
    assert [tuple(row.values())[:2] for row in rows(FOUND)] == [("2", "Close"), ("3", "Zoho")]
    [result] = rows(
        "select won, lost, open, win_rate from competitor_results where won + lost > 0"
        " and competitor = 'Zoho'"
    )
    assert result == {"won": 0, "lost": 1, "open": 0, "win_rate": 0}
    assert competitor_list.remove(context, 1, "Zoho")
    assert not competitor_list.remove(context, 1, "Zoho")
    competitor_reading.run(context)
    assert [row["competitor"] for row in rows(FOUND)] == ["Close"]
    with pytest.raises(CompetitorError, match="2 letters"):
        competitor_list.put(context, 1, [WantedCompetitor("Zoho", ("!",))])


def test_competitors_come_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "competitors.csv"
    file.write_text("\ufeffname,aliases,never\nApple,Apple Business ; ,apple pie;Big Apple\n")
    [found] = competitor_list.in_file(file)
    assert found == WantedCompetitor("Apple", ("Apple Business",), ("apple pie", "Big Apple"))
    file.write_text("competitor\nApple\n")
    with pytest.raises(CompetitorError, match="name its columns"):
        competitor_list.in_file(file)
    assert plain("<p>a&amp;b</p> 3 < 4") == " a&b  3 < 4"
