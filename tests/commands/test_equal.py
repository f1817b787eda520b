"""verify and reconcile on the command line: what they say, and with what they exit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.commands.conftest import Spoke
from tests.processes import Simulator
from tests.workers.conftest import arrive
from workers.context import Context

Rows = Callable[..., list[dict[str, Any]]]
REFUSED = {"fault": "status", "status": 403, "types": ["deals"]}


def test_verify_exits_0_when_equal_and_1_with_the_ids_when_not(
    run: Spoke, context: Context, simulator: Simulator, rows: Rows
) -> None:
    contact = simulator.create("contacts", {"firstname": "Verified"})
    run("backfill", "--type", "contacts")
    arrive(context, simulator)  # what is on its way is waited for, a minute
    equal = run("verify", "--type", "contacts")
    assert equal.exit_code == 0 and ", 0 differ" in equal.output
    rows(
        "update hubspot_contacts_raw set archived = true where hubspot_id = %s returning 1", contact
    )
    unequal = run("verify", "--type", "contacts")
    assert unequal.exit_code == 1 and f"  archived: {contact}\n" in unequal.output


def test_a_type_that_cannot_be_read_is_told_beside_the_others(
    run: Spoke, context: Context, simulator: Simulator
) -> None:
    """And neither verify nor reconcile ends as if all were well."""
    types = ("--type", "contacts", "--type", "deals")
    run("backfill", *types)
    simulator.control("faults", api=[REFUSED])
    verified, reconciled = run("verify", *types), run("reconcile")
    assert (verified.exit_code, reconciled.exit_code) == (1, 1)
    assert "deals: 0 compared, 0 differ\n  not compared: HubSpot answered 403" in verified.output
    assert "contacts: 0 records to fetch again" in reconciled.output
    simulator.control("faults", api=[])
    assert run("reconcile").exit_code == 0
