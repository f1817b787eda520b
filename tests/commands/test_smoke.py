"""`spoke smoke` reads a portal, writes nothing, and says what holds, differs or stays open."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.commands.conftest import Spoke
from tests.processes import Simulator
from workers import smoke
from workers.context import Context
from workers.smoke import Verdict

Rows = Callable[..., list[dict[str, Any]]]


def test_the_simulated_hubspot_behaves_as_spoke_relies_on(
    run: Spoke, context: Context, simulator: Simulator, rows: Rows
) -> None:
    one, other = (simulator.create("contacts", {"firstname": name}) for name in "ab")
    simulator.call(
        "POST",
        "/crm/objects/2026-09/contacts/merge",
        {"primaryObjectId": one, "objectIdToMerge": other},
    )
    before = simulator.stats()["requests"]
    said = run("smoke")
    assert said.exit_code == 0, said.output
    lines = said.output.splitlines()
    assert lines[0] == f"Portal {simulator.portal_id}"
    marks = [line.split()[0] for line in lines[1:] if line.startswith("  ") and line[2] in "✓✗?"]
    assert len(marks) == len(smoke.QUESTIONS) + 1
    assert "✗" not in marks and marks.count("✓") >= len(marks) - 2
    assert "a batch read of" in said.output
    made = simulator.stats()["requests"]
    changed = {name for name in made if made[name] != before.get(name)}
    assert {name for name in changed if "create" in name or "update" in name} == set()
    assert rows("select count(*) as n from pending_changes")[0]["n"] == 0
    assert rows("select from contacts") == []


def test_what_differs_or_is_refused_is_told(
    run: Spoke, context: Context, simulator: Simulator
) -> None:
    """Cursors that are no ids; contacts that the token may not see, deals that are refused."""
    simulator.control("settings", opaque_cursors=True)
    said = run("smoke")
    assert said.exit_code == 1
    assert "✗ A list's cursor is the id of its last record: the page ends with" in said.output
    portal = context.portal(simulator.portal_id)
    assert portal is not None
    simulator.control("settings", opaque_cursors=False)
    refusing = [("contacts", 403), ("deals", 400)]
    faults = [{"fault": "status", "status": code, "types": [name]} for name, code in refusing]
    simulator.control("faults", api=faults)
    answers = {each.question: each for each in smoke.smoke(context, portal)}
    hidden, odd = answers["Lists ascend by id"], answers["HubSpot's clock is not ahead of ours"]
    assert (hidden.verdict, odd.verdict) == (Verdict.OPEN, Verdict.OPEN)
    assert hidden.seen.startswith("the token may not see it: ")
    assert "400" in odd.seen and len(answers) == len(smoke.QUESTIONS) + 1
    simulator.control("faults", api=[])
