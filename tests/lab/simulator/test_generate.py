"""The generated portal: the same from the same seed, and as untidy as a real one."""

from dataclasses import replace
from random import Random

import pytest

from hubspot.columns import NUMERIC, TEXT, TIMESTAMP, Column
from hubspot.objects import OBJECT_TYPES, ObjectType
from lab.simulator.deliveries import Deliveries
from lab.simulator.events import Writer
from lab.simulator.generate.population import populate
from lab.simulator.generate.scene import owners
from lab.simulator.portal import Portal
from lab.simulator.rendering import whole
from lab.simulator.settings import Settings

NOW_MS = 1_793_491_200_000
COUNTS = {"contacts": 2_000, "companies": 300, "deals": 500, "calls": 3_000}


def portal(seed="1", counts=COUNTS, types=OBJECT_TYPES):
    """Answer a filled portal in this process; nothing here needs HTTP."""
    writer = Writer(62_515, dict(types), Random(seed))
    made = Portal(
        62_515, writer, Deliveries(Settings(), Random(seed)), owners(Random(seed)), dict(types)
    )
    populate(made, counts, seed, NOW_MS)
    return made


@pytest.fixture(scope="module")
def filled():
    return portal()


def records(filled, name):
    return list(filled.stores[name].records.values())


def values(filled, name, property_name):
    return [
        one.properties[property_name]
        for one in records(filled, name)
        if property_name in one.properties
    ]


def everything(filled):
    return {
        name: [whole(filled, kind, one) for one in records(filled, name)]
        for name, kind in filled.types.items()
    }


def test_the_same_seed_gives_the_same_portal_in_another_process(start):
    dumps = []
    for seed in ("7", "7", "8"):
        with start("--seed", seed) as simulator:
            dumps.append({name: simulator.truth(name, full=1) for name in OBJECT_TYPES})

    assert dumps[0] == dumps[1]
    assert dumps[0] != dumps[2]


def test_two_portals_hold_the_same_ids_and_other_values(start):
    with start("--access-token", "one,two") as simulator:
        contacts = [
            simulator.api("GET", "/crm/v3/objects/contacts?limit=100", token=token).json()[
                "results"
            ]
            for token in ("one", "two")
        ]
        portals = [
            simulator.api("GET", "/account-info/v3/details", token=t).json()["portalId"]
            for t in ("one", "two")
        ]

    assert portals == [62515, 62516] == simulator.started["portal_ids"]
    assert [one["id"] for one in contacts[0]] == [one["id"] for one in contacts[1]]
    assert [one["properties"] for one in contacts[0]] != [one["properties"] for one in contacts[1]]


def test_counts_are_met_and_ids_overlap_between_types(filled):
    assert {name: len(store.live) for name, store in filled.stores.items() if store.live} == COUNTS
    assert {101, 151} <= set(filled.stores["contacts"].live) & set(filled.stores["deals"].live)


def test_some_ids_need_more_than_32_bits(filled):
    assert min(filled.stores["calls"].live) > 2**33
    assert sum(one > 2**33 for one in filled.stores["deals"].live) == 250


def test_82_percent_of_deals_have_a_contact(filled):
    assert (
        sum(
            bool(filled.associations.of("deals", one, "contacts"))
            for one in filled.stores["deals"].live
        )
        == 410
    )


def test_a_quarter_of_the_calls_is_linked_to_nothing(filled):
    lonely = sum(
        not filled.associations.neighbours("calls", one) for one in filled.stores["calls"].live
    )

    assert 0.2 < lonely / 3_000 < 0.32


def test_linked_calls_went_to_their_contacts_number(filled):
    """Most of them: fragments aside, the digits of the call end as the contact's do."""
    agreeing = total = 0
    for call in records(filled, "calls"):
        for contact in filled.associations.of("calls", call.id, "contacts"):
            direction = "to" if call.properties["hs_call_direction"] == "OUTBOUND" else "from"
            theirs = digits(call.properties[f"hs_call_{direction}_number"])
            total += 1
            agreeing += (
                theirs[-7:]
                == digits(filled.stores["contacts"].records[contact].properties["phone"])[-7:]
            )

    assert agreeing / total > 0.8


def digits(text):
    return "".join(filter(str.isdecimal, text.split("ext")[0]))


def test_phones_are_messy_shared_and_sometimes_fragments(filled):
    phones = values(filled, "contacts", "phone")

    assert len(phones) < 1_700
    assert {"972", "+972"} & set(phones)
    assert (
        0.005 < sum(len(digits(one)) < 10 and one[:1] != "0" for one in phones) / len(phones) < 0.1
    )
    endings = [digits(one)[-9:] for one in phones if len(digits(one)) >= 10]
    assert len(endings) - len(set(endings)) > 30
    for mark in ("(", "-", ".", " ", "+", "00", "ext."):
        assert any(mark in one for one in phones), mark


def test_a_tenth_of_the_contacts_has_no_email_and_none_is_used_twice(filled):
    emails = values(filled, "contacts", "email")

    assert 0.08 < 1 - len(emails) / 2_000 < 0.16
    assert len(set(emails)) == len(emails)


def test_dates_run_with_the_ids_and_end_before_now(filled):
    created = [
        one.created_at for one in sorted(records(filled, "contacts"), key=lambda one: one.id)
    ]

    assert created == sorted(created)
    assert all(one.created_at <= one.updated_at for one in records(filled, "contacts"))
    assert max(one.modified for one in records(filled, "contacts")) <= NOW_MS


def test_sales_properties_are_as_people_type_them(filled):
    assert {"Yes", "yes", "YES ", "No", "Maybe"} <= set(values(filled, "deals", "qualified_status"))
    assert set(values(filled, "deals", "offer_given")) == {"true", "false"}
    assert any(";" in one for one in values(filled, "contacts", "areas_of_interest"))
    assert "0" in values(filled, "calls", "hs_call_duration")


def test_a_new_registry_entry_needs_no_change_here():
    columns = (
        Column("subject", TEXT),
        Column("hs_cost", NUMERIC),
        Column("closed_date", TIMESTAMP),
    )
    tickets = ObjectType("tickets", "ticket", "0-5", "hs_lastmodifieddate", columns, ("contacts",))

    made = portal(
        counts={"contacts": 50, "tickets": 100}, types=OBJECT_TYPES | {"tickets": tickets}
    )

    ticket = records(made, "tickets")[0]
    assert ticket.properties.keys() <= made.properties["tickets"].keys()
    assert {"subject", "hs_cost", "closed_date"} < {
        name for one in records(made, "tickets") for name in one.properties
    }
    assert "createdate" in ticket.properties
    links = [
        made.associations.of("tickets", one, "contacts") for one in made.stores["tickets"].live
    ]
    assert {types for link in links for types in link.values()} == {(16,)}
    assert everything(made) == everything(
        portal(
            counts={"contacts": 50, "tickets": 100},
            types=OBJECT_TYPES | {"tickets": replace(tickets)},
        )
    )


def test_tickets_have_content_and_products_have_no_links():
    made = portal(counts={"contacts": 30, "tickets": 20, "products": 20, "notes": 20})

    assert all(one.properties["content"] for one in records(made, "tickets"))
    linked = {
        name: [one.id for one in records(made, name) if made.associations.neighbours(name, one.id)]
        for name in ("products", "notes")
    }
    assert not linked["products"] and linked["notes"]


def test_a_portal_may_be_empty():
    assert everything(portal(counts={})) == {name: [] for name in OBJECT_TYPES}
