"""On any data: every metric is what a plain loop over the same rows computes, for every owner,
portal and period."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.connect import Connection, Database

from .conftest import Crm
from .naive_metrics import Naive, World

# Few values, so that they meet often: portals share ids, calls share numbers. Times are days around
# 2025-11-02, when clocks change in New York at two and in Havana at midnight, and seconds from
# their local midnight: most at its edge.
ids = st.sampled_from(["1", "2", "3", "9", "10", "11"])
links = st.sampled_from(
    [None, [], ["1"], ["2"], ["3"], ["9"], ["10"], ["1", "2"], ["9", "9"], ["11", "2", "1"]]
)
owners = st.sampled_from([None, "7", "7", "8", "404"])
phones = st.sampled_from([None, "", "972", "+14155550100", "001 415 555 0100", "+14155550199"])
moments = st.sampled_from(
    [None] * 6 + list(product([-1, 0, 0, 1, 1, 1, 2, 2, 29, 39, 120], [-1, 0, 0, 0, 1, 3600, 5400]))
)
amounts = st.sampled_from(
    [None, None, Decimal("-40"), Decimal(0), Decimal("99.95"), Decimal("1200.5")]
)
answers = st.sampled_from([None, "yes", " YES ", "1", "on", "no", "maybe", ""])
truths = st.sampled_from([None, False, True])
stages = st.sampled_from([None, "closedwon", "closedwon", "closedlost", "signed", "open"])
prices = st.sampled_from(
    [{}, {"price": "12.50"}, {"price": ""}, {"price": "1,000"}, {"price": " -3e1 "}]
)
gone = st.sampled_from([{}, {}, {}, {}, {"archived": True}, {"merged_into": "1"}])


def records(**columns: st.SearchStrategy[Any]) -> st.SearchStrategy[list[dict[str, Any]]]:
    values = st.tuples(st.fixed_dictionaries({"hubspot_id": ids} | columns), gone).map(
        lambda pair: pair[0] | pair[1]
    )
    return st.lists(values, min_size=2, max_size=6, unique_by=lambda record: record["hubspot_id"])


contacts = records(
    createdate=moments,
    lifecyclestage=st.sampled_from([None, "lead", "customer", "evangelist"]),
    hubspot_owner_id=owners,
    phone=phones,
    vsl_watched=truths,
    sales_script_version=st.sampled_from([None, "A", "B"]),
)
deals = records(
    amount=amounts,
    deal_whole_amount=amounts,
    upfront_payment=amounts,
    dealstage=stages,
    createdate=moments,
    closedate=moments,
    qualified_status=answers,
    trial_status=answers,
    number_of_installments__months=st.sampled_from([None, -1, 0, 6, 12]),
    offer_given=truths,
    offer_accepted=truths,
    payment_status=st.sampled_from([None, "active", " Active ", "REFUNDED", "chargeback", ""]),
    hubspot_owner_id=owners,
    contact_ids=links,
    properties=prices,
)
calls = records(
    call_duration=st.sampled_from([None, 0, 1, 299_999, 300_000, 2_000_000]),
    call_direction=st.sampled_from(["INBOUND", "OUTBOUND"]),
    call_to_number=phones,
    call_from_number=phones,
    call_timestamp=moments,
    call_disposition=st.sampled_from([None, "f240bbac-87c9-4f6e-bf70-924b57d47db7", "busy"]),
    hubspot_owner_id=owners,
    contact_ids=links,
)
zones = st.sampled_from(
    [
        "UTC",
        "America/New_York",
        "America/Havana",
        "Asia/Kolkata",
        "Pacific/Auckland",
        "Pacific/Pago_Pago",
    ]
)
custom = st.fixed_dictionaries(
    {},
    optional={
        "sale_property": st.just("price"),
        "upfront_property": st.just("price"),
        "connected_dispositions": st.just(["busy"]),
        "yes_words": st.just([" Maybe"]),
        "customer_stages": st.just(["lead"]),
    },
)
pipelines = st.dictionaries(
    st.sampled_from(["closedwon", "closedlost", "signed"]),
    st.sampled_from([("true", "1.0"), ("true", "0.0"), ("false", "0.5")]),
)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[World, dict[str, tuple[str, str]]]:
    """Answer a portal, and what its pipelines say of their stages."""
    said, zone = draw(pipelines), ZoneInfo(draw(zones))
    world = World(
        zone.key,
        [_in(zone, record) for record in draw(contacts)],
        [_in(zone, record) for record in draw(deals)],
        [_in(zone, record) for record in draw(calls)],
        won={stage: meaning == ("true", "1.0") for stage, meaning in said.items()},
        lost={stage: meaning == ("true", "0.0") for stage, meaning in said.items()},
        probability={stage: meaning[1] for stage, meaning in said.items()},
        settings=draw(custom),
    )
    return world, said


def _in(zone: ZoneInfo, record: dict[str, Any]) -> dict[str, Any]:
    """Put real moments in place of days and seconds."""
    return record | {name: _moment(zone, *record[name]) for name in MOMENTS if record.get(name)}


def _moment(zone: ZoneInfo, days: int, seconds: int) -> datetime:
    """`seconds` after a day began, the first time where clocks go back over midnight."""
    midnight = datetime(2025, 11, 1, tzinfo=zone) + timedelta(days=days)
    return midnight.astimezone(UTC) + timedelta(seconds=seconds)


MOMENTS = ("createdate", "closedate", "call_timestamp")
periods = st.sampled_from(
    [
        (date(2025, 11, 2), date(2025, 11, 2)),
        (date(2025, 11, 1), date(2025, 11, 2)),
        (date(2025, 10, 31), date(2025, 11, 29)),
        (date(2025, 10, 1), date(2025, 12, 9)),
        (date(2025, 10, 1), date(2026, 2, 28)),
    ]
)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(ours=worlds(), theirs=worlds(), owner=owners, period=periods, pipeline=stages)
def test_every_metric_is_what_a_plain_loop_computes(
    shared_database: Database,
    ours: Any,
    theirs: Any,
    owner: str | None,
    period: tuple[date, date],
    pipeline: str | None,
) -> None:
    with shared_database.transaction() as conn, conn.transaction(force_rollback=True):
        for portal_id, (world, said) in enumerate((ours, theirs), start=1):
            _fill(Crm(conn, portal_id), world, said)
        conn.execute("select settle_days(1)")  # the other portal's days are not added up
        for portal_id, (world, _) in enumerate((ours, theirs), start=1):
            _hold(conn, portal_id, world, owner, *period, pipeline)
            _equal_row(conn, [None, *period, portal_id, None], Naive(world, None, *period))


def _hold(
    conn: Connection,
    portal_id: int,
    world: World,
    owner: str | None,
    first: date,
    last: date,
    pipeline: str | None,
) -> None:
    asked = [owner, first, last, portal_id, pipeline]
    naive = Naive(world, owner, first, last, pipeline)
    _equal_row(conn, asked, naive)
    for row in _rows(conn, "sales_timeline", asked):
        step = Naive(world, owner, row.pop("starts_on"), row.pop("ends_on"), pipeline)
        _equal(row, step.metrics())
    [outlook] = _rows(conn, "sales_outlook", asked)
    _equal(outlook, naive.outlook())
    _hold_tables(conn, asked, naive)
    everybody = Naive(world, None, first, last, pipeline)
    _hold_rates(conn, asked, naive, everybody)
    _hold_calls_to_close(conn, asked, everybody)


def _hold_rates(conn: Connection, asked: list[Any], naive: Naive, everybody: Naive) -> None:
    """Compare the scripts' win rates, and the leaderboard of all owners."""
    rates = ("deals", "won", "lost", "winRate")
    scripts = _rows(conn, "win_rates", ["script", *asked])
    assert {row["value"]: tuple(row[name] for name in rates) for row in scripts} == (
        naive.win_rates()
    )
    places = (*rates, "revenue", "calls")
    board = _rows(conn, "sales_leaderboard", [None, *asked[1:]])
    assert {row["id"]: tuple(row[name] for name in places) for row in board} == (
        everybody.leaderboard()
    )


def _hold_tables(conn: Connection, asked: list[Any], naive: Naive) -> None:
    """Compare the tables whose rows stand in their own order, and the deals by stage."""
    assert [
        tuple(row.values()) for row in _rows(conn, "sales_script_stats", asked)
    ] == naive.scripts()
    assert [tuple(row.values()) for row in _rows(conn, "vsl_watch_stats", asked)] == naive.vsl()
    assert [tuple(row.values()) for row in _rows(conn, "retention", asked)] == naive.retention()
    assert [tuple(row.values()) for row in _rows(conn, "sales_funnel", asked)] == naive.funnel()
    columns = ("is_won", "is_lost", "deals", "amount", "share")
    stages = {
        row["stage_id"]: tuple(row[name] for name in columns)
        for row in _rows(conn, "deals_by_stage", asked)
    }
    assert stages == naive.stages()


def _hold_calls_to_close(conn: Connection, asked: list[Any], everybody: Naive) -> None:
    expected = everybody.call_to_close()
    found = {
        (row["is_team"], row["owner_id"]): row
        for row in _rows(conn, "call_to_close", [None, *asked[1:]])
    }
    figures = ("calls", "deals", "won", "revenue", "wonRate", "callToCloseRate")
    team = expected.setdefault((True, None), (0, 0, 0, Decimal(0), None, None))
    assert {key: tuple(row[name] for name in figures) for key, row in found.items()} == expected, (
        team
    )


def _equal_row(conn: Connection, asked: list[Any], naive: Naive) -> None:
    [row] = _rows(conn, "sales_metrics", asked)
    assert (row.pop("starts_on"), row.pop("ends_on")) == (naive.first, naive.last)
    _equal(row, naive.metrics())


def _rows(conn: Connection, function: str, asked: list[Any]) -> list[dict[str, Any]]:
    marks = ", ".join(["%s"] * len(asked))
    return list(conn.execute(f"select * from {function}({marks})", asked).fetchall())


def _equal(row: Mapping[str, Any], expected: Mapping[str, Any]) -> None:
    """Fractions to twelve digits, everything else exactly."""
    assert list(row) == list(expected)
    for key, value in expected.items():
        if isinstance(value, Fraction):
            assert row[key] is not None and abs(Fraction(row[key]) - value) < Fraction(1, 10**12), (
                key
            )
        else:
            assert row[key] == value, key


def _fill(crm: Crm, world: World, said: Mapping[str, tuple[str, str]]) -> None:
    crm.portal(world.time_zone)
    for each in ("7", "8", "404"):
        crm.owner(each)
    if world.settings:
        crm.insert("metric_settings", {"portal_id": crm.portal_id, **world.settings})
    for stage, (closed, probability) in said.items():
        crm.stage(stage, closed=closed == "true", probability=probability)
    for contact in world.contacts:
        crm.contact(**contact)
    for deal in world.deals:
        crm.deal(**deal, pipeline=deal["dealstage"])
    for call in world.calls:
        crm.call(**call)
