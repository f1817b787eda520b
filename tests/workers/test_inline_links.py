"""Links that a backfill reads from lists: only where a list says all there is to know of them."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from db.scans import Scan
from hubspot.catalogue import BUILT_IN
from hubspot.objects import DEALS
from operations import extractions
from tests.processes import Simulator
from tests.workers.conftest import arrive
from workers import backfill, inline_links
from workers.context import Context
from workers.verify import verify
from workers.walks import Walk

CONTACT = {"type": "deal_to_contact", "typeId": 3, "category": "HUBSPOT_DEFINED", "label": None}


def shown(*types: str, ids: tuple[str, ...] = ("7",), paging: bool = False) -> dict[str, Any]:
    """Make a record of a list that shows contacts, linked by association types of these names."""
    results = [{"id": each, "type": name} for each in ids for name in types]
    listed = {"results": results} | ({"paging": {"next": {"after": "9"}}} if paging else {})
    return {"id": "1", "associations": {"contacts": listed}}


def read(*records: dict[str, Any]) -> tuple[inline_links.Links, list[str], Walk]:
    walk = Walk(DEALS, Scan(1, "deals", uuid4()), [], types=BUILT_IN, inline={"contacts": CONTACT})
    return *inline_links.read(walk, "contacts", CONTACT, records), walk


def test_a_list_is_believed_where_it_shows_all_links_and_one_kind_of_them() -> None:
    assert read(shown("deal_to_contact"))[:2] == ({"1": [{"id": "7", **CONTACT}]}, [])
    assert read({"id": "1"})[:2] == ({"1": []}, [])
    assert read(shown("deal_to_contact", paging=True))[:2] == ({}, ["1"])
    odd = {"id": "1", "associations": {"contacts": {"results": [{"id": None}]}}}
    assert read(odd)[:2] == ({}, ["1"])


def test_a_second_kind_of_links_ends_the_reading_from_lists() -> None:
    links, rest, walk = read(shown("deal_to_contact", "decision_maker"), {"id": "2"})
    assert (links, rest, walk.inline) == ({}, ["1", "2"], {})


def test_what_lists_show_is_asked_for_no_more_and_all_is_equal(
    context: Context, simulator: Simulator
) -> None:
    contacts = [{"properties": {"lastname": f"Linked {number}"}} for number in range(101)]
    ids = simulator.control("import", type="contacts", records=contacts)["ids"]
    deals = [{"properties": {"dealname": f"Linked {number}"}} for number in range(60)]
    for number, deal in enumerate(deals):
        deal["associations"] = {"contacts": ids if number == 30 else ids[number : number + 1]}
    simulator.control("import", type="deals", records=deals)
    arrive(context, simulator)
    portal = context.portals()[0]
    order = extractions.Order(portal.portal_id, ("deals",), page_size=10, checkpoint_interval=1)
    extractions.start(context, order, "a test")
    simulator.control("reset-stats")
    assert backfill.backfill(context, portal, ["deals"], lambda scan: None) == []
    asked = simulator.stats()["requests"]
    # Companies of each chunk, contacts of the first one, and of the deal with more than a hundred.
    assert asked["associations_read"] == asked["list_records"] - 1 + 2
    [report] = verify(context, portal, ["deals"], patience=0)
    assert report.compared >= 60 and not report.unequal
