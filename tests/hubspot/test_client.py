"""Every call of the client against the simulated HubSpot, whole answers compared."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from hubspot.client import Client
from hubspot.errors import Refused, Unauthorized
from tests import processes

MANY_NAMES = [
    "email",
    "firstname",
    *(f"a_property_that_nobody_defined_{number:03}" for number in range(400)),
]


def truth(simulated: processes.Simulator, object_type: str) -> dict[str, Any]:
    url = f"{simulated.url}/simulator/records/{object_type}?full=1"
    records: dict[str, Any] = requests.get(url, timeout=20).json()["records"]
    return records


def alive(simulated: processes.Simulator, object_type: str) -> list[str]:
    return [
        each for each, record in truth(simulated, object_type).items() if not record["archived"]
    ]


def as_shown(record: dict[str, Any], names: list[str]) -> dict[str, Any]:
    """Answer a record of the truth as an answer shows it: asked properties, null where unset, no
    links."""
    shown = {name: record["properties"].get(name) for name in names}
    return {key: value for key, value in record.items() if key != "associations"} | {
        "properties": shown
    }


def pages(client: Client, names: list[str]) -> list[list[dict[str, Any]]]:
    found, after = [], None
    while True:
        page = client.list_page("contacts", names, after)
        found.append(page.records)
        if not (after := page.after):
            return found


@pytest.mark.parametrize(
    "names", [["email", "firstname"], MANY_NAMES], ids=["few properties", "too many for a URL"]
)
def test_lists_every_record_page_by_page(
    client: Client, simulated: processes.Simulator, names: list[str]
) -> None:
    found, records = pages(client, names), truth(simulated, "contacts")
    assert [len(page) for page in found[:2]] == [100, 100]
    shown = [
        name for name in ("email", "firstname", "createdate", "hs_object_id", "lastmodifieddate")
    ]
    assert [record for page in found for record in page] == [
        as_shown(records[each], shown) for each in alive(simulated, "contacts")
    ]


def test_lists_archived_records_apart(client: Client, simulated: processes.Simulator) -> None:
    gone = simulated.create("contacts", {"email": "gone@example.com"})
    simulated.archive("contacts", gone)
    archived = as_shown(
        truth(simulated, "contacts")[gone],
        ["email", "createdate", "hs_object_id", "lastmodifieddate"],
    )
    for names in (["email"], MANY_NAMES[:1] + MANY_NAMES[2:]):
        assert [
            record
            for record in client.list_page("contacts", names, archived=True).records
            if record["id"] == gone
        ] == [archived]
    assert archived["archivedAt"]


def test_reads_a_batch_and_leaves_out_what_is_missing(
    client: Client, simulated: processes.Simulator
) -> None:
    ids, gone = (
        alive(simulated, "contacts")[:98],
        simulated.create("contacts", {"email": "gone2@example.com"}),
    )
    simulated.archive("contacts", gone)
    found = client.batch_read("contacts", [*ids, gone, "999999999999"], ["email"])
    assert {record["id"] for record in found} == set(ids)
    assert [
        record["id"]
        for record in client.batch_read("contacts", [ids[0], gone], ["email"], archived=True)
    ] == [gone]
    assert client.batch_read("contacts", ["999999999999"], ["email"]) == []


def test_gets_one_record_as_a_batch_would(client: Client, simulated: processes.Simulator) -> None:
    first = alive(simulated, "contacts")[0]
    assert [client.get("contacts", first, ["email"])] == client.batch_read(
        "contacts", [first], ["email"]
    )


def test_searches_in_order_and_in_pages(client: Client, simulated: processes.Simulator) -> None:
    records = truth(simulated, "calls")
    loud = [{"propertyName": "hs_call_direction", "operator": "EQ", "value": "OUTBOUND"}]
    after, found = None, []
    while True:
        page = client.search("calls", loud, "hs_object_id", ["hs_call_direction"], after)
        found += page.records
        if not (after := page.after):
            break
    expected = [
        each
        for each in records
        if records[each]["properties"].get("hs_call_direction") == "OUTBOUND"
    ]
    assert [record["id"] for record in found] == expected
    assert (page.total, len(expected) > 200) == (len(expected), True)
    assert {record["properties"]["hs_call_direction"] for record in found} == {"OUTBOUND"}


def test_reads_the_links_of_a_thousand_records_through_every_page(
    client: Client, simulated: processes.Simulator
) -> None:
    simulated.control("settings", association_page=1)
    records = truth(simulated, "contacts")
    ids = [*list(records)[:250], *(str(10**9 + number) for number in range(750))]
    links = client.associations("contacts", "calls", ids)
    expected = {
        each: {
            (to, kind)
            for to, kinds in records[each]["associations"].get("calls", {}).items()
            for kind in kinds
        }
        if each in records
        else set()
        for each in ids
    }
    assert {
        each: {(link["id"], link["typeId"]) for link in found} for each, found in links.items()
    } == expected
    assert max(map(len, expected.values())) > 2


def test_a_link_says_its_type_category_and_label(
    client: Client, simulated: processes.Simulator
) -> None:
    contact, company = (
        simulated.create("contacts", {}),
        simulated.create("companies", {"name": "Acme"}),
    )
    primary = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 1}]
    body = {"inputs": [{"from": {"id": contact}, "to": {"id": company}, "types": primary}]}
    simulated.call("POST", "/crm/associations/2026-09/contacts/companies/batch/create", body)
    assert client.associations("contacts", "companies", [contact]) == {
        contact: [
            {
                "id": company,
                "type": "contact_to_company",
                "typeId": kind,
                "category": "HUBSPOT_DEFINED",
                "label": label,
            }
            for kind, label in ((279, None), (1, "Primary"))
        ]
    }


def test_reads_what_describes_the_records(client: Client, simulated: processes.Simulator) -> None:
    assert {"email", "lastmodifieddate"} <= {each["name"] for each in client.properties("contacts")}
    assert all(pipeline["stages"] for pipeline in client.pipelines("deals"))
    assert client.account()["portalId"] == simulated.portal_id


def test_reads_owners_who_work_and_owners_who_left(client: Client) -> None:
    working, left = client.owners(), client.owners(archived=True)
    assert working and left
    assert ({each["archived"] for each in working}, {each["archived"] for each in left}) == (
        {False},
        {True},
    )


@pytest.mark.parametrize("version", ["2026-03", "v3"])
def test_every_call_exists_in_older_versions_too(
    client_of: Any, simulated: processes.Simulator, version: str
) -> None:
    old, new = client_of(simulated.url, version=version), client_of(simulated.url)
    ids = alive(simulated, "contacts")[:20]
    for call in (
        lambda each: each.list_page("contacts", ["email"]),
        lambda each: each.batch_read("contacts", ids, ["email"]),
        lambda each: each.get("contacts", ids[0], ["email"]),
        lambda each: each.associations("contacts", "calls", ids),
        lambda each: each.properties("deals"),
        lambda each: each.pipelines("deals"),
        lambda each: each.owners(),
        lambda each: each.account(),
    ):
        assert call(old) == call(new)


def test_a_token_sees_its_own_portal_only(
    client_of: Any, client: Client, simulated: processes.Simulator
) -> None:
    other = client_of(simulated.url, processes.OTHER_TOKEN)
    assert other.account()["portalId"] != client.account()["portalId"]


def test_a_wrong_token_is_unauthorized(client_of: Any, simulated: processes.Simulator) -> None:
    with pytest.raises(Unauthorized):
        client_of(simulated.url, "wrong").account()


def test_an_unknown_type_is_refused(client: Client) -> None:
    with pytest.raises(Refused):
        client.list_page("unicorns", [])
