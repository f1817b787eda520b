"""Stays of deals in stages, how long they took, who came where in a period, and the pipeline as it
was."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from .conftest import Crm


def day(number: int) -> datetime:
    return datetime(2026, 1, number, tzinfo=UTC)


def past(
    crm: Crm,
    deal_id: str,
    property_: str,
    *versions: tuple[int, str | None],
    object_type: str = "deals",
) -> None:
    for number, value in versions:
        keys = {"portal_id": crm.portal_id, "object_type": object_type, "hubspot_id": deal_id}
        crm.insert(
            "property_history",
            keys | {"property": property_, "changed_at": day(number), "value": value},
        )


@pytest.fixture
def deals(crm: Crm) -> Crm:
    """1 went from new to won and came back to talk; 2 is archived; 3 was merged into 1; 4 has no
    history yet."""
    crm.portal()
    crm.stage("new", closed=False, probability="0.1")
    crm.deal(
        "1", amount=30, createdate=day(1), dealstage="won", pipeline="sales", hubspot_owner_id="9"
    )
    crm.deal("2", createdate=day(2), archived=True, archived_at=day(9), dealstage="talk")
    crm.deal("3", createdate=day(1), merged_into="1")
    crm.deal("4", amount=7, createdate=day(6), dealstage="new", pipeline="new")
    crm.insert("history_marks", {"portal_id": 1, "object_type": "deals", "hubspot_id": "4"})
    past(crm, "1", "dealstage", (1, "new"), (3, "talk"), (4, "talk"), (5, "new"), (7, "won"))
    past(crm, "1", "pipeline", (1, "new"), (7, "sales"))
    past(crm, "1", "amount", (1, "10"), (4, "abc"), (6, None), (8, "30"))
    past(crm, "1", "hubspot_owner_id", (2, "9"))
    past(crm, "1", "closedate", (1, "2026-03-01T00:00:00Z"), (4, "soon"), (6, "1767225600000"))
    past(crm, "2", "dealstage", (2, "new"), (3, "talk"))
    past(crm, "3", "dealstage", (1, "new"))
    past(crm, "1", "dealstage", (2, "no deal"), object_type="tickets")
    return crm


def stays(crm: Crm, deal_id: str) -> list[tuple[Any, ...]]:
    return crm.rows(
        f"(select * from deal_stage_history where deal_id = '{deal_id}') as it",
        "entered_at, stage_id, pipeline_id, left_at, is_current",
    )


def test_a_stage_that_is_set_again_is_one_stay_and_the_pipeline_is_that_of_then(deals: Crm) -> None:
    assert stays(deals, "1") == [
        (day(1), "new", "new", day(3), False),
        (day(3), "talk", "new", day(5), False),
        (day(5), "new", "new", day(7), False),
        (day(7), "won", "sales", None, True),
    ]


def test_an_archived_deal_left_when_it_was_archived_and_a_merged_one_never_was(deals: Crm) -> None:
    assert stays(deals, "2") == [
        (day(2), "new", None, day(3), False),
        (day(3), "talk", None, day(9), False),
    ]
    assert stays(deals, "3") == stays(deals, "4") == []


def test_durations_are_of_stays_that_ended(deals: Crm) -> None:
    found = deals.rows(
        "deal_stage_durations", "stage_id, pipeline_id, stage_label, stays, open, average, median"
    )
    assert found == [
        ("new", "new", "new", 2, 0, timedelta(days=2), timedelta(days=2)),
        ("new", None, None, 1, 0, timedelta(days=1), timedelta(days=1)),
        ("talk", "new", None, 1, 0, timedelta(days=2), timedelta(days=2)),
        ("talk", None, None, 1, 0, timedelta(days=6), timedelta(days=6)),
        ("won", "sales", None, 0, 1, None, None),
    ]


def test_advancement_is_to_a_later_stage_that_is_not_lost(crm: Crm) -> None:
    """10 deals leave the stage talk after 1 to 10 days: to where, `ends` says. Of 6 another one
    moves to another pipeline's won."""
    crm.portal()
    stages = [("new", "false", "0.1"), ("talk", "false", "0.5"), ("won", "true", "1.0")]
    crm.pipeline("sales", *stages, ("lost", "true", "0.0"))
    crm.pipeline("other", ("new", "false", "0.1"), ("gone", "true", "1.0"), ("far", "true", "1.0"))
    ends = ["won"] * 6 + ["lost"] * 2 + ["new"] + ["far"]
    for number, stage in enumerate(ends, 1):
        crm.deal(str(number), pipeline="sales", dealstage=stage)
        past(crm, str(number), "pipeline", (1, "sales"))
        past(crm, str(number), "dealstage", (1, "talk"), (1 + number, stage))
    past(crm, "10", "pipeline", (11, "other"))
    asked = "deal_stage_durations where stage_id = 'talk'"
    assert crm.rows(asked, "stays, median, p90, advanced, advancement") == [
        (10, timedelta(days=5.5), timedelta(days=9.1), 6, 60)
    ]


def test_entries_count_a_deal_once_and_every_time(deals: Crm) -> None:
    columns = "pipeline_id, stage_id, deals, entries"
    assert deals.rows("deal_stage_entries('2026-01-01', '2026-01-05')", columns) == [
        ("new", "new", 1, 2),
        ("new", "talk", 1, 1),
        (None, "new", 1, 1),
        (None, "talk", 1, 1),
    ]
    assert deals.rows("deal_stage_entries('2026-01-06', '2026-01-06')", columns) == []
    assert deals.rows("deal_stage_entries('2026-01-07')", columns) == [("sales", "won", 1, 1)]


def as_of(crm: Crm, moment: datetime) -> list[tuple[Any, ...]]:
    return crm.rows(
        f"deals_as_of('{moment.isoformat()}')",
        "deal_id, stage_id, pipeline_id, amount, owner_id, is_known",
    )


def test_the_pipeline_as_it_was(deals: Crm) -> None:
    """A value that is no number, like one that was cleared, is none."""
    assert as_of(deals, day(1) - timedelta(seconds=1)) == []
    assert as_of(deals, day(1)) == [("1", "new", "new", 10, None, True)]
    assert as_of(deals, day(4)) == [
        ("1", "talk", "new", None, "9", True),
        ("2", "talk", None, None, None, True),
    ]
    assert as_of(deals, day(9)) == [
        ("1", "won", "sales", 30, "9", True),
        ("4", "new", "new", 7, None, False),
    ]


def test_the_close_date_as_it_was(deals: Crm) -> None:
    """As HubSpot's history writes it, as a date or in milliseconds; a text that is no time is
    NULL."""
    expected = {
        day(1): datetime(2026, 3, 1, tzinfo=UTC),
        day(4): None,
        day(6): datetime(2026, 1, 1, tzinfo=UTC),
    }
    for moment, closedate in expected.items():
        found = deals.rows(f"deals_as_of('{moment.isoformat()}') where deal_id = '1'", "closedate")
        assert found == [(closedate,)]
