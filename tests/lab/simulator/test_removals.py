"""Merges and privacy deletions, and the traces that old ids leave."""

import pytest

CONTACTS = "/crm/v3/objects/contacts"


@pytest.fixture
def live(start, receiver):
    with start("--deliver-to", receiver.url) as started:
        yield started


def merge(simulator, primary, other, object_type="contacts"):
    body = {"primaryObjectId": primary, "objectIdToMerge": other}
    return simulator.post(f"/crm/objects/2026-09/{object_type}/merge", body)["id"]


def companies_of(simulator, contact_id):
    answer = simulator.api(
        "POST",
        "/crm/v4/associations/contacts/companies/batch/read",
        json={"inputs": [{"id": contact_id}]},
    ).json()
    return [to["toObjectId"] for result in answer["results"] for to in result["to"]]


def linked_contact(simulator, company_id, **properties):
    types = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 279}]
    body = {"properties": properties, "associations": [{"to": {"id": company_id}, "types": types}]}
    return simulator.post(CONTACTS, body, 201)["id"]


def test_the_survivor_has_a_new_id_and_the_old_ones_lead_to_it(simulator):
    primary = simulator.create("contacts", firstname="Ada", phone="1")
    other = simulator.create("contacts", firstname="Eva", lastname="Berg")

    survivor = merge(simulator, primary, other)

    assert survivor not in (primary, other)
    for old in (primary, other):
        found = simulator.get(
            f"{CONTACTS}/{old}", properties="firstname,lastname,phone,hs_merged_object_ids"
        )
        assert found["id"] == survivor
        values = found["properties"]
        assert (values["firstname"], values["lastname"], values["phone"]) == ("Ada", "Berg", "1")
        assert values["hs_merged_object_ids"] == f"{primary};{other}"


def test_chained_merges_are_complete_in_one_property_and_not_in_the_other(simulator):
    one, two, three = (simulator.create("contacts", firstname=name) for name in "abc")
    first = merge(simulator, one, two)

    survivor = merge(simulator, three, first)

    names = "hs_merged_object_ids,hs_calculated_merged_vids"
    values = simulator.get(f"{CONTACTS}/{one}", properties=names)["properties"]
    assert values["hs_object_id"] == survivor
    assert values["hs_merged_object_ids"] == ";".join([one, two, three, first])
    assert [part.split(":")[0] for part in values["hs_calculated_merged_vids"].split(";")] == [
        three,
        first,
    ]


def test_links_move_to_the_survivor_and_the_old_ids_have_none(simulator):
    acorn, birch = (
        simulator.create("companies", name="Acorn"),
        simulator.create("companies", name="Birch"),
    )
    primary, other = linked_contact(simulator, acorn), linked_contact(simulator, birch)

    survivor = merge(simulator, primary, other)

    assert companies_of(simulator, survivor) == [int(acorn), int(birch)]
    assert companies_of(simulator, primary) == companies_of(simulator, other) == []


@pytest.mark.parametrize("follows", [False, True])
def test_whether_batch_read_follows_merges_is_a_setting(start, follows):
    with start() as simulator:
        simulator.control("settings", batch_read_follows_merges=follows)
        old = simulator.create("contacts")
        survivor = merge(simulator, old, simulator.create("contacts"))
        answer = simulator.api("POST", f"{CONTACTS}/batch/read", json={"inputs": [{"id": old}]})

        assert answer.status_code == (200 if follows else 207)
        assert [one["id"] for one in answer.json()["results"]] == ([survivor] if follows else [])


def test_old_ids_can_be_updated_one_by_one_but_not_in_batches(simulator):
    old = simulator.create("contacts")
    merge(simulator, old, simulator.create("contacts"))
    values = {"properties": {"firstname": "New"}}

    assert (
        simulator.api("PATCH", f"{CONTACTS}/{old}", json=values).json()["properties"]["firstname"]
        == "New"
    )
    simulator.post(f"{CONTACTS}/batch/update", {"inputs": [{"id": old} | values]}, 207)


def test_a_merge_is_one_event_and_creates_nothing(live, receiver):
    primary = int(live.create("contacts", firstname="Ada"))
    other = int(live.create("contacts", firstname="Eva", lastname="Berg", phone="1"))
    live.control("quiet")
    receiver.deliveries.clear()

    survivor = int(merge(live, primary, other))
    live.control("quiet")

    (event,) = receiver.events
    assert event["subscriptionType"] == "contact.merge"
    assert (event["primaryObjectId"], event["mergedObjectIds"], event["newObjectId"]) == (
        primary,
        [other],
        survivor,
    )
    assert (event["objectId"], event["numberOfPropertiesMoved"]) == (survivor, 2)


@pytest.mark.parametrize("body", [{"primaryObjectId": "101", "objectIdToMerge": "7"}, {}])
def test_only_records_that_exist_can_be_merged(simulator, body):
    simulator.post("/crm/objects/2026-09/contacts/merge", body, 404)


def test_a_record_cannot_be_merged_with_itself(simulator):
    simulator.post(
        "/crm/v3/objects/contacts/merge", {"primaryObjectId": "101", "objectIdToMerge": "101"}, 400
    )


def test_a_privacy_deletion_leaves_nothing_and_frees_the_email(simulator):
    company_id = simulator.create("companies", name="Acorn")
    contact_id = linked_contact(simulator, company_id, email="private@example.com")

    simulator.post(
        "/crm/objects/2026-09/contacts/gdpr-delete",
        {"objectId": "private@example.com", "idProperty": "email"},
        204,
    )

    assert simulator.api("GET", f"{CONTACTS}/{contact_id}").status_code == 404
    assert simulator.api("GET", f"{CONTACTS}/{contact_id}?archived=true").status_code == 404
    assert contact_id not in simulator.truth("contacts")
    assert simulator.truth("companies", full=1)[company_id]["associations"] == {}
    simulator.create("contacts", email="private@example.com")


def test_a_privacy_deletion_is_two_events_in_two_deliveries(live, receiver):
    contact_id = live.create("contacts", firstname="Ada")
    live.control("quiet")
    receiver.deliveries.clear()

    live.post("/crm/objects/2026-09/contacts/gdpr-delete", {"objectId": contact_id}, 204)
    live.control("quiet")

    told = sorted(
        (one.events[0]["subscriptionType"], one.events[0]["objectId"])
        for one in receiver.deliveries
    )
    assert told == [
        ("contact.deletion", int(contact_id)),
        ("contact.privacyDeletion", int(contact_id)),
    ]
