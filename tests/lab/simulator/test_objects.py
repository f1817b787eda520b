"""List, get, create, update and archive: shapes, cursors, defaults and refusals."""

import pytest

CONTACTS = "/crm/objects/2026-09/contacts"


@pytest.mark.parametrize(
    "path",
    [
        "/crm/objects/2026-09/contacts",
        "/crm/objects/2026-03/contacts",
        "/crm/objects/v3/contacts",
        "/crm/v3/objects/contacts",
        "/crm/v3/objects/contact",
        "/crm/v3/objects/0-1/",
    ],
)
def test_every_version_and_name_of_a_type_leads_to_the_same_list(simulator, path):
    first = simulator.get(path, limit=1)["results"][0]

    assert first["id"] == "101"


def test_an_unknown_version_is_not_found(simulator):
    assert simulator.api("GET", "/crm/objects/2025-09/contacts").status_code == 404


def test_an_unknown_type_is_refused_in_hubspots_words(simulator):
    answer = simulator.api("GET", "/crm/v3/objects/unicorns")

    assert answer.status_code == 400
    assert answer.json()["message"] == "Unable to infer object type from: unicorns"
    assert answer.json().keys() == {"status", "message", "correlationId", "category"}


def test_a_wrong_token_is_refused_and_a_right_one_in_another_portal_is_not(simulator):
    answer = simulator.api("GET", CONTACTS, token="stolen")

    assert (answer.status_code, answer.json()["category"]) == (401, "INVALID_AUTHENTICATION")


def test_pages_follow_ascending_ids_until_the_cursor_is_missing(simulator):
    ids, after = [], "0"
    for _ in range(10):
        page = simulator.get("/crm/v3/objects/calls", limit=40, after=after)
        ids += [int(record["id"]) for record in page["results"]]
        after = page.get("paging", {}).get("next", {}).get("after")
        if after is None:
            break

    assert ids == sorted(map(int, simulator.truth("calls")))
    assert len(ids) >= 150


def test_a_page_has_ten_records_by_default_and_at_most_a_hundred(simulator):
    assert len(simulator.get(CONTACTS)["results"]) == 10
    assert len(simulator.get(CONTACTS, limit=100)["results"]) == 100
    assert simulator.api("GET", CONTACTS, params={"limit": 101}).status_code == 400


def test_only_a_small_set_of_properties_comes_unasked(simulator):
    contact = simulator.get(CONTACTS, limit=1)["results"][0]

    defaults = {"hs_object_id", "createdate", "lastmodifieddate", "email", "firstname", "lastname"}
    assert contact.keys() == {"id", "properties", "createdAt", "updatedAt", "archived"}
    assert contact["properties"].keys() == defaults


def test_asked_properties_come_as_strings_or_null_and_unknown_ones_are_ignored(simulator):
    contact_id = simulator.create("contacts", vsl_watch_duration="12", vsl_watched="true")

    found = simulator.get(
        f"{CONTACTS}/{contact_id}", properties="vsl_watch_duration,vsl_watched,phone,unicorn"
    )

    always = {
        "hs_object_id": contact_id,
        "createdate": found["createdAt"],
        "lastmodifieddate": found["updatedAt"],
    }
    assert (
        found["properties"]
        == {"vsl_watch_duration": "12", "vsl_watched": "true", "phone": None} | always
    )


def test_repeated_property_parameters_mean_the_same_as_a_comma_list(simulator):
    found = simulator.get(CONTACTS, limit=1, properties=["phone", "email"])["results"][0]

    assert {"phone", "email"} < found["properties"].keys()


def test_inline_associations_repeat_an_id_once_per_association_type(simulator):
    contact_id, company_id = (
        simulator.create("contacts"),
        simulator.create("companies", name="Acorn"),
    )
    types = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 1}]
    link = {"from": {"id": contact_id}, "to": {"id": company_id}, "types": types}
    simulator.post("/crm/associations/2026-09/contacts/companies/batch/create", {"inputs": [link]})

    found = simulator.get(f"{CONTACTS}/{contact_id}", associations="companies,deals")

    kinds = ["contact_to_company_unlabeled", "contact_to_company"]
    assert found["associations"] == {
        "companies": {"results": [{"id": company_id, "type": kind} for kind in kinds]}
    }


def test_more_than_a_hundred_inline_associations_are_paged(simulator):
    contact_id = simulator.create("contacts")
    calls = [
        record["id"] for record in simulator.get("/crm/v3/objects/calls", limit=100)["results"]
    ]
    calls.append(simulator.create("calls", hs_call_title="one more"))
    links = [{"from": {"id": contact_id}, "to": {"id": call}} for call in calls]
    simulator.post(
        "/crm/associations/2026-09/contacts/calls/batch/associate/default", {"inputs": links}
    )

    found = simulator.get(f"{CONTACTS}/{contact_id}", associations="calls")["associations"]["calls"]

    assert len(found["results"]) == 100
    assert found["paging"]["next"]["after"] == calls[-1]


def test_create_returns_the_record_and_its_times(simulator):
    created = simulator.post(
        CONTACTS, {"properties": {"firstname": "Ada", "vsl_watched": True}}, 201
    )

    assert created["properties"]["vsl_watched"] == "true"
    assert created["createdAt"] == created["updatedAt"] == created["properties"]["lastmodifieddate"]
    assert simulator.get(f"{CONTACTS}/{created['id']}")["createdAt"] == created["createdAt"]


def test_create_links_the_record_as_the_body_asks(simulator):
    company_id = simulator.create("companies", name="Acorn")
    types = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 279}]
    body = {
        "properties": {"firstname": "Ada"},
        "associations": [{"to": {"id": company_id}, "types": types}],
    }

    contact_id = simulator.post(CONTACTS, body, 201)["id"]

    linked = simulator.get(f"/crm/v4/objects/companies/{company_id}/associations/contacts")
    assert [link["toObjectId"] for link in linked["results"]] == [int(contact_id)]


def test_an_email_that_another_contact_has_is_a_conflict_that_names_it(simulator):
    contact_id = simulator.create("contacts", email="Twice@example.com")

    answer = simulator.api("POST", CONTACTS, json={"properties": {"email": "twice@EXAMPLE.com"}})

    assert (answer.status_code, answer.json()["category"]) == (409, "CONFLICT")
    assert answer.json()["message"] == f"Contact already exists. Existing ID: {contact_id}"


def test_an_email_that_was_given_up_can_be_taken(simulator):
    contact_id = simulator.create("contacts", email="first@example.com")
    values = {"properties": {"email": "second@example.com"}}

    assert simulator.api("PATCH", f"{CONTACTS}/{contact_id}", json=values).status_code == 200

    assert simulator.create("contacts", email="first@example.com") != contact_id


@pytest.mark.parametrize(
    ("properties", "error"),
    [
        ({"unicorn": "x"}, "PROPERTY_DOESNT_EXIST"),
        ({"hs_object_id": "7"}, "READ_ONLY_VALUE"),
        ({"lifecyclestage": "unicorn"}, "INVALID_OPTION"),
        ({"hubspot_owner_id": "7"}, "INVALID_OPTION"),
        ({"areas_of_interest": "pricing;unicorn"}, "INVALID_OPTION"),
        ({"vsl_watch_duration": "long"}, "INVALID_INTEGER"),
        ({"createdate": "soon"}, "INVALID_DATE"),
    ],
)
def test_refused_values_are_listed_in_the_message(simulator, properties, error):
    answer = simulator.api("POST", CONTACTS, json={"properties": properties})

    assert (answer.status_code, answer.json()["category"]) == (400, "VALIDATION_ERROR")
    assert answer.json()["message"].startswith("Property values were not valid: [")
    assert f'"error":"{error}"' in answer.json()["message"]


def test_update_moves_the_modified_date_only_when_something_changes(simulator):
    contact_id = simulator.create("contacts", firstname="Ada")
    before = simulator.get(f"{CONTACTS}/{contact_id}")

    same = simulator.api(
        "PATCH", f"{CONTACTS}/{contact_id}", json={"properties": {"firstname": "Ada"}}
    ).json()
    other = simulator.api(
        "PATCH", f"{CONTACTS}/{contact_id}", json={"properties": {"firstname": "Eva"}}
    ).json()

    assert same["updatedAt"] == before["updatedAt"]
    assert other["updatedAt"] > before["updatedAt"]
    assert other["properties"]["lastmodifieddate"] == other["updatedAt"]
    assert other["createdAt"] == before["createdAt"]


@pytest.mark.parametrize(
    "email", ["soon", "a@b", "a b@example.com", "a@example..com", "@example.com"]
)
def test_an_invalid_email_is_refused(simulator, email):
    answer = simulator.api("POST", CONTACTS, json={"properties": {"email": email}})

    assert (answer.status_code, "INVALID_EMAIL" in answer.json()["message"]) == (400, True)


def test_a_cleared_value_comes_back_as_an_empty_string(simulator):
    contact_id = simulator.create("contacts", phone="972")

    simulator.api("PATCH", f"{CONTACTS}/{contact_id}", json={"properties": {"phone": ""}})

    assert (
        simulator.get(f"{CONTACTS}/{contact_id}", properties="phone,city")["properties"]["phone"]
        == ""
    )


def test_a_deals_stage_moves_its_calculated_properties(simulator):
    deal_id = simulator.create("deals", dealname="Slate", dealstage="closedwon", pipeline="default")

    found = simulator.get(
        f"/crm/v3/objects/deals/{deal_id}", properties="hs_is_closed_won,hs_is_closed_lost"
    )

    assert (found["properties"]["hs_is_closed_won"], found["properties"]["hs_is_closed_lost"]) == (
        "true",
        "false",
    )


def test_a_record_can_be_read_by_a_unique_property(simulator):
    contact_id = simulator.create("contacts", email="unique@example.com")

    assert simulator.get(f"{CONTACTS}/unique@example.com", idProperty="email")["id"] == contact_id


def test_archiving_hides_a_record_everywhere_and_leaves_its_modified_date(simulator):
    contact_id = simulator.create("contacts", firstname="Gone")
    before = simulator.get(f"{CONTACTS}/{contact_id}")

    assert simulator.api("DELETE", f"{CONTACTS}/{contact_id}").status_code == 204

    assert simulator.api("GET", f"{CONTACTS}/{contact_id}").json()["category"] == "OBJECT_NOT_FOUND"
    after = str(int(contact_id) - 1)
    assert contact_id not in [
        one["id"] for one in simulator.get(CONTACTS, after=after, limit=100)["results"]
    ]
    listed = simulator.get(CONTACTS, archived="true", after=after)["results"][0]
    assert listed["id"] == contact_id
    assert (listed["archived"], listed["updatedAt"]) == (True, before["updatedAt"])
    assert listed["archivedAt"] > before["updatedAt"]
    assert (
        simulator.get(f"{CONTACTS}/{contact_id}", archived="true")["archivedAt"]
        == listed["archivedAt"]
    )


def test_archiving_what_is_not_there_succeeds(simulator):
    assert simulator.api("DELETE", f"{CONTACTS}/999999999").status_code == 204
