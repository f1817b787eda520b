"""Associations of pairs of types that only some portals use: found, kept, compared and healed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import deliveries
from tests.processes import Simulator
from tests.workers.conftest import arrive
from tests.workers.test_backfill import run as backfill
from tests.workers.test_nightly import compare as compare_by_night
from workers.context import Context
from workers.definitions import refresh
from workers.differences import Report
from workers.verify import verify

Rows = Callable[..., list[dict[str, Any]]]
PARENT = 14  # child → parent


@pytest.fixture
def family(context: Context, simulator: Simulator) -> tuple[str, str]:
    """Give a company and its parent, which the simulator links silently: no event tells of it."""
    child = simulator.create("companies", {"name": "Child"})
    parent = simulator.create("companies", {"name": "Parent"})
    arrive(context, simulator)
    return child, parent


def link(
    simulator: Simulator, one: str, other: str, types: str = "companies", type_id: int = PARENT
) -> None:
    body = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": type_id}]
    path = f"/crm/objects/2026-09/{types}/{one}/associations/{types}/{other}"
    simulator.call("PUT", path, body)


def unlink(simulator: Simulator, one: str, other: str, types: str = "companies") -> None:
    path = f"/crm/objects/2026-09/{types}/{one}/associations/{types}/{other}"
    simulator.call("DELETE", path)


def pairs(rows: Rows, object_type: str = "companies") -> list[tuple[str, str, list[str]]]:
    found = rows(
        "select hubspot_id, to_id, labels from associations where object_type = %s and to_type = %s"
        " order by hubspot_id::bigint, to_id::bigint",
        object_type,
        object_type,
    )
    return [(row["hubspot_id"], row["to_id"], row["labels"]) for row in found]


def compared(context: Context, simulator: Simulator, **options: Any) -> Report:
    portal = context.portal(simulator.portal_id)
    assert portal is not None
    return verify(context, portal, ["companies"], **({"patience": 0} | options))[0]


def both(child: str, parent: str) -> list[tuple[str, str, list[str]]]:
    return [(child, parent, ["Parent Company"]), (parent, child, ["Child Company"])]


def lose_events(context: Context, simulator: Simulator) -> None:
    simulator.quiet()
    context.server.delete(deliveries.STREAM)


def test_an_event_is_enough_for_a_pair_to_be_kept(
    context: Context, simulator: Simulator, rows: Rows, backfilled: None, family: tuple[str, str]
) -> None:
    child, parent = family
    assert rows("select from association_pairs") == []
    simulator.control("reset-stats")
    assert compared(context, simulator).differences == {}
    assert simulator.stats()["requests"]["associations_read"] == 2  # nothing for what is unused
    link(simulator, child, parent)
    arrive(context, simulator)
    assert pairs(rows) == both(child, parent)
    portal = context.portal(simulator.portal_id)
    assert portal is not None
    refresh(context, portal)
    labels = rows("select type_id, label from hubspot_association_types order by type_id")
    assert [tuple(row.values()) for row in labels] == [
        (13, "Child Company"),
        (14, "Parent Company"),
        (450, None),
    ]
    assert compared(context, simulator).differences == {}
    simulator.archive("companies", parent)
    arrive(context, simulator)
    assert pairs(rows) == []
    assert compared(context, simulator).differences == {}


@pytest.mark.parametrize(
    ("one", "other"),
    [("contacts", "contacts"), ("deals", "deals"), ("tickets", "calls"), ("contacts", "notes")],
)
def test_every_pair_of_types_comes_with_peoples_labels(
    context: Context, simulator: Simulator, rows: Rows, one: str, other: str
) -> None:
    ids = labelled(context, simulator, one, other)
    assert tuple(ids) in named(rows, "Knows") | {pair[::-1] for pair in named(rows, "Known by")}


def labelled(context: Context, simulator: Simulator, one: str, other: str) -> list[str]:
    """Link two new records with a label of people's; answer their ids."""
    there = f"/crm/associations/2026-09/{one}/{other}"
    label = {"name": f"known_{one}_{other}", "label": "Knows", "inverseLabel": "Known by"}
    made = simulator.call("POST", f"{there}/labels", label)["results"]
    ids = [simulator.create(each, {}) for each in (one, other)]
    arrive(context, simulator)
    types = [{"associationCategory": "USER_DEFINED", "associationTypeId": made[0]["typeId"]}]
    pair = {"from": {"id": ids[0]}, "to": {"id": ids[1]}, "types": types}
    simulator.call("POST", f"{there}/batch/create", {"inputs": [pair]})
    arrive(context, simulator)
    return ids


def named(rows: Rows, label: str) -> set[tuple[str, str]]:
    found = rows("select hubspot_id, to_id from associations where %s = any(labels)", label)
    return {(row["hubspot_id"], row["to_id"]) for row in found}


@pytest.mark.parametrize("scan", ["backfill", "nightly", "verify"])
def test_a_scan_finds_a_pair_that_no_event_told_of(
    context: Context,
    simulator: Simulator,
    rows: Rows,
    backfilled: None,
    family: tuple[str, str],
    scan: str,
) -> None:
    child, parent = family
    link(simulator, child, parent)
    lose_events(context, simulator)
    if scan == "backfill":
        backfill(context, simulator)
    elif scan == "nightly":
        compare_by_night(context, simulator)
    else:
        assert compared(context, simulator, heal=True).differences == {
            "associations": [child, parent]
        }
    arrive(context, simulator)
    assert pairs(rows) == both(child, parent)
    assert compared(context, simulator).differences == {}


@pytest.mark.parametrize(
    "damage",
    [
        "delete from hubspot_associations where from_id = %s returning 1",
        "insert into hubspot_associations select portal_id, from_type, from_id, to_type, '1',"
        " type_id, category, label from hubspot_associations where from_id = %s returning 1",
        "update hubspot_companies_raw set raw_json = raw_json #- '{associations,companies}'"
        " where hubspot_id = %s returning 1",
    ],
    ids=["missing", "surplus", "raw"],
)
def test_a_missing_and_a_surplus_pair_are_found_and_healed(
    context: Context, simulator: Simulator, rows: Rows, family: tuple[str, str], damage: str
) -> None:
    child, parent = family
    link(simulator, child, parent)
    backfill(context, simulator)
    arrive(context, simulator)
    assert rows(damage, child)
    assert compared(context, simulator, heal=True).differences == {"associations": [child]}
    arrive(context, simulator)
    assert pairs(rows) == both(child, parent)
    assert compared(context, simulator).differences == {}
