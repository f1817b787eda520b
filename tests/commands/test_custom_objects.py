"""Custom objects on the command line: by name or type id, in every command that takes a type."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.commands.conftest import Spoke
from tests.commands.test_doctor import line
from tests.processes import OTHER_TOKEN, Simulator
from tests.workers.conftest import arrive
from workers.backfill import backfill
from workers.context import Context
from workers.definitions import refresh

Rows = Callable[..., list[dict[str, Any]]]


@pytest.fixture(scope="module")
def shared_simulator(simulator_with_custom_objects: Simulator) -> Simulator:
    return simulator_with_custom_objects


@pytest.fixture
def cars(context: Context) -> str:
    """Give the type id of cars, of a portal that was refreshed and whose cars were fetched."""
    [portal] = context.portals()
    types = refresh(context, portal)
    assert backfill(context, portal, ["cars"], lambda scan: None) == []
    return types["cars"].type_id


def test_backfill_takes_any_name_of_a_type_even_before_anybody_asked_for_schemas(
    run: Spoke, context: Context, rows: Rows
) -> None:
    result = run("backfill", "--type", "p62515_deal", "--type", "cars")
    assert result.exit_code == 0, result.output
    found = rows("select distinct object_type from hubspot_objects_raw order by 1")
    assert [row["object_type"] for row in found] == ["cars", "p62515_deal"]


def test_verify_and_trace_take_a_type_id(run: Spoke, cars: str, rows: Rows) -> None:
    result = run("verify", "--type", cars)
    assert (result.exit_code, result.output) == (
        0,
        f"62515 cars: {len(rows('select from custom_objects'))} compared, 0 differ\n",
    )
    (car, *_) = rows("select hubspot_id from custom_objects where object_type = 'cars'")
    assert (
        f"{cars} {car['hubspot_id']} of portal 62515"
        in run("trace", cars, car["hubspot_id"]).output
    )


def test_a_type_that_no_portal_has_is_named(run: Spoke, cars: str) -> None:
    for command in ("verify --type trucks", "trace trucks 1", "backfill --type trucks"):
        result = run(*command.split())
        assert result.exit_code == 1, command
        assert (
            "There is no object type trucks. There are appointments, calls, cars" in result.output
        )


def test_status_names_the_types_and_those_that_are_gone(run: Spoke, cars: str, rows: Rows) -> None:
    rows(
        "update hubspot_schemas set gone_at = '2026-11-20 10:00Z' where object_type = 'tyres'"
        " returning 1"
    )
    output = run("status").output
    section = output.split("Custom objects\n")[1].splitlines()[1:4]
    assert [each.split(maxsplit=4) for each in section] == [
        ["62515", "cars", cars, "Cars", "mirrored"],
        ["62515", "p62515_deal", "2-6251503", "Deal", "mirrored"],
        [
            "62515",
            "tyres",
            "2-6251501",
            "Tyres",
            "gone from HubSpot since 2026-11-20 10:00; rows stay",
        ],
    ]


def test_a_token_that_may_not_see_schemas_is_said_by_status_and_doctor_and_is_nothing_to_mend(
    run: Spoke, context: Context, simulator: Simulator
) -> None:
    simulator.control("faults", api=[{"fault": "status", "status": 403, "kinds": ["schemas"]}])
    added = run("portals", "add", typed=f"{OTHER_TOKEN}\n")
    assert added.exit_code == 0, added.output
    assert "Those of portal 62516 cannot be seen: HubSpot answered 403" in run(
        "status"
    ).output.replace("\n    ", " ")
    name = "Portal 62516 custom objects"
    assert line(run("doctor").output, name).startswith(
        f"✓ {name}: cannot be seen: the app has no scope"
    )


def test_doctor_reads_custom_objects_and_prints_their_subscriptions(
    run: Spoke, context: Context, simulator: Simulator, cars: str
) -> None:
    arrive(context, simulator)
    output = run("doctor").output
    assert (
        line(output, "Portal 62515 custom objects")
        == "✓ Portal 62515 custom objects: cars, deal, tyres"
    )
    assert "all 14 types and the owners can be read" in output
    printed = json.loads(
        run("doctor", "--subscriptions", PUBLIC_URL="https://spoke.example.com").output
    )
    ours = [
        each
        for each in printed["config"]["subscriptions"]["crmObjects"]
        if each["objectType"] == "p62515_cars"
    ]
    assert {(each["subscriptionType"], each.get("propertyName")) for each in ours} == {
        *(
            (f"object.{action}", None)
            for action in ("creation", "deletion", "restore", "merge", "associationChange")
        ),
        *(("object.propertyChange", name) for name in ("title", "amount", "begins_at", "active")),
    }
