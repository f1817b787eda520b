"""Verify finds each kind of difference, says which records, and heals them."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from functools import partial
from typing import Any

import pytest

from hubspot.client import LINK_BATCH
from tests.processes import Simulator
from tests.workers.conftest import arrive
from workers.context import Context
from workers.differences import Report
from workers.verify import verify

Rows = Callable[..., list[dict[str, Any]]]

DAMAGE = {
    "missing": "delete from hubspot_contacts_raw where hubspot_id = %s returning 1",
    "archived": "update hubspot_contacts_raw set archived = true where hubspot_id = %s returning 1",
    "extra": "insert into hubspot_contacts_raw (portal_id, hubspot_id, raw_json, fetched_at, "
    "updated_at)"
    " select portal_id, '999' || hubspot_id, raw_json, fetched_at, updated_at"
    " from hubspot_contacts_raw where hubspot_id = %s returning 1",
    "properties": "update hubspot_contacts_raw set raw_json = jsonb_set(raw_json, "
    "'{properties,firstname}', '\"x\"')"
    " where hubspot_id = %s returning 1",
    "modified": "update hubspot_contacts_raw set raw_json = jsonb_set(raw_json, '{updatedAt}', "
    "'\"2020-01-01\"')"
    " where hubspot_id = %s returning 1",
    "associations": "update hubspot_contacts_raw set raw_json = jsonb_set(raw_json, "
    "'{associations,deals,results}',"
    ' \'[{"id": "1"}]\') where hubspot_id = %s returning 1',
}


def contacts(context: Context, simulator: Simulator, **options: Any) -> Report:
    portal = context.portal(simulator.portal_id)
    assert portal is not None
    return verify(context, portal, ["contacts"], **({"patience": 0} | options))[0]


@pytest.mark.parametrize("kind", DAMAGE)
def test_each_kind_of_difference_is_found_by_id_and_healed(
    context: Context, simulator: Simulator, rows: Rows, backfilled: None, kind: str
) -> None:
    contact = simulator.create("contacts", {"firstname": "Verified"})
    arrive(context, simulator)
    assert contacts(context, simulator).differences == {}
    rows(DAMAGE[kind], contact)
    damaged = f"999{contact}" if kind == "extra" else contact
    assert contacts(context, simulator).differences == {kind: [damaged]}
    contacts(context, simulator, heal=True)
    arrive(context, simulator)
    assert contacts(context, simulator).differences == {}
    runs = rows(
        "select sampled, unequal, healed, differences from verify_runs order by finished_at"
    )
    assert [(run["unequal"], run["healed"]) for run in runs] == [
        (0, False),
        (1, False),
        (1, True),
        (0, False),
    ]
    assert runs[1]["differences"] == {kind: [damaged]}


def test_more_differences_than_one_request_for_links_takes_are_healed(
    context: Context, simulator: Simulator, backfilled: None
) -> None:
    portal = context.portal(simulator.portal_id)
    assert portal is not None
    simulator.control("import", type="companies", records=[{"properties": {}}] * (LINK_BATCH + 1))
    compare = partial(verify, context, portal, ["companies"], patience=0)
    [report] = compare(heal=True)
    assert (report.failure, len(report.differences["missing"])) == ("", LINK_BATCH + 1)
    arrive(context, simulator)
    assert [(each.failure, each.differences) for each in compare()] == [("", {})]


def test_what_is_on_its_way_is_waited_for(
    context: Context, simulator: Simulator, backfilled: None
) -> None:
    contact = simulator.create("contacts", {"firstname": "Before"})
    arrive(context, simulator)
    simulator.update("contacts", contact, {"firstname": "After"})
    with ThreadPoolExecutor(1) as threads:
        comparing = threads.submit(contacts, context, simulator, patience=20)
        assert wait([comparing], timeout=2).not_done
        arrive(context, simulator)
        assert comparing.result().differences == {}


def test_a_sample_compares_stretches_from_random_places(
    context: Context, simulator: Simulator, rows: Rows, backfilled: None
) -> None:
    damaged = rows(
        'update hubspot_contacts_raw set raw_json = raw_json || \'{"updatedAt": "2020"}\' '
        "returning 1"
    )
    report = contacts(context, simulator, sample=1_000)
    assert report.differences.keys() == {"modified"} and 0 < report.unequal <= min(
        report.compared, len(damaged)
    )
    assert rows("select distinct sampled from verify_runs") == [{"sampled": True}]
