"""Properties, pipelines, owners, account, schemas."""

from datetime import UTC, datetime, timedelta

import pytest

from hubspot.objects import OBJECT_TYPES


@pytest.mark.parametrize("kind", OBJECT_TYPES.values(), ids=lambda kind: kind.name)
def test_definitions_cover_the_columns_and_everything_the_data_carries(simulator, kind):
    known = {
        one["name"]: one for one in simulator.get(f"/crm/properties/2026-09/{kind.name}")["results"]
    }

    carried = {
        name
        for record in simulator.truth(kind.name, full=1).values()
        for name in record["properties"]
    }
    assert carried <= known.keys()
    assert {column.property for column in kind.columns} <= known.keys()
    assert {"hs_object_id", kind.modified} <= known.keys()


@pytest.mark.parametrize(
    ("name", "least"), [("contacts", 50), ("companies", 40), ("deals", 45), ("calls", 25)]
)
def test_there_are_as_many_properties_as_in_a_real_portal(simulator, name, least):
    assert len(simulator.get(f"/crm/v3/properties/{name}")["results"]) >= least


def test_a_definition_has_hubspots_shape(simulator):
    found = simulator.get("/crm/properties/2026-09/contacts/areas_of_interest")

    expected = {
        "name",
        "label",
        "type",
        "fieldType",
        "groupName",
        "options",
        "calculated",
        "hasUniqueValue",
        "archived",
    }
    assert expected <= found.keys()
    assert (found["type"], found["fieldType"], found["hubspotDefined"]) == (
        "enumeration",
        "checkbox",
        False,
    )
    assert [option["value"] for option in found["options"]][:2] == ["pricing", "onboarding"]
    read_only = simulator.get("/crm/properties/2026-09/contacts/hs_object_id")
    assert read_only["modificationMetadata"]["readOnlyValue"] is True


def test_a_new_property_can_be_written_searched_and_kept_unique(simulator):
    wanted = {
        "name": "shoe_size",
        "label": "Shoe size",
        "type": "number",
        "fieldType": "number",
        "groupName": "custom",
    }
    made = simulator.post(
        "/crm/properties/2026-09/contacts", wanted | {"hasUniqueValue": True}, 201
    )

    contact_id = simulator.create("contacts", shoe_size="43")

    assert made["hasUniqueValue"] is True
    assert simulator.get("/crm/v3/objects/contacts/43", idProperty="shoe_size")["id"] == contact_id
    assert (
        simulator.api(
            "POST", "/crm/v3/objects/contacts", json={"properties": {"shoe_size": "43"}}
        ).status_code
        == 409
    )
    assert simulator.api("POST", "/crm/properties/2026-09/contacts", json=wanted).status_code == 409
    assert (
        simulator.api("POST", "/crm/properties/2026-09/contacts", json={"name": "x"}).status_code
        == 400
    )


def test_a_new_property_says_when_it_was_created_and_a_calculated_one_is_filled_in_silence(
    simulator,
):
    before = simulator.truth("companies")
    wanted = {"name": "rank", "label": "Rank", "type": "number", "groupName": "custom"}
    made = simulator.post(
        "/crm/properties/2026-09/companies",
        wanted | {"fieldType": "calculation_equation", "calculationFormula": "7"},
        201,
    )

    age = datetime.now(UTC) - datetime.fromisoformat(made["createdAt"])
    assert (made["calculated"], made["modificationMetadata"]["readOnlyValue"]) == (True, True)
    assert timedelta(0) <= age < timedelta(minutes=1)
    after = simulator.truth("companies")
    assert {one["updatedAt"] for one in after.values()} == {
        one["updatedAt"] for one in before.values()
    }
    shown = simulator.get("/crm/v3/objects/companies", properties="rank")["results"]
    assert {one["properties"]["rank"] for one in shown} == {"7"}


def test_an_archived_property_is_unseen_until_it_is_restored(simulator):
    wanted = {
        "name": "hat_size",
        "label": "Hat size",
        "type": "string",
        "fieldType": "text",
        "groupName": "custom",
    }
    made = simulator.post("/crm/properties/2026-09/contacts", wanted, 201)
    contact_id = simulator.create("contacts", hat_size="58")

    assert simulator.api("DELETE", "/crm/properties/2026-09/contacts/hat_size").status_code == 204
    assert simulator.api("DELETE", "/crm/properties/2026-09/contacts/hat_size").status_code == 404
    assert simulator.api("DELETE", "/crm/properties/2026-09/contacts/email").status_code == 400
    gone = simulator.get(f"/crm/v3/objects/contacts/{contact_id}", properties="hat_size")
    assert "hat_size" not in gone["properties"]

    assert (
        simulator.post("/simulator/restore-property", {"type": "contacts", "property": "hat_size"})
        == made
    )
    back = simulator.get(f"/crm/v3/objects/contacts/{contact_id}", properties="hat_size")
    assert back["properties"]["hat_size"] == "58"


def test_deal_pipelines_say_what_is_closed_and_how_probable_in_strings(simulator):
    default, second = simulator.get("/crm/pipelines/2026-09/deals")["results"]

    stages = {one["id"]: one["metadata"] for one in default["stages"]}
    options = simulator.get("/crm/properties/2026-09/deals/dealstage")["options"]
    assert {one["value"] for one in options} > stages.keys()
    assert stages["closedwon"] == {"isClosed": "true", "probability": "1.0"}
    assert stages["closedlost"] == {"isClosed": "true", "probability": "0.0"}
    assert stages["contractsent"] == {"isClosed": "false", "probability": "0.9"}
    assert simulator.get(f"/crm/v3/pipelines/deals/{second['id']}") == second
    assert simulator.get("/crm/v3/pipelines/deals/default/stages")["results"] == default["stages"]
    assert simulator.get("/crm/v3/pipelines/contacts")["results"] == []


def test_owners_are_paged_and_deactivated_ones_apart(simulator):
    first = simulator.get("/crm/owners/2026-09", limit=6)
    rest = simulator.get("/crm/v3/owners/", limit=6, after=first["paging"]["next"]["after"])
    retired = simulator.get("/crm/v3/owners", archived="true")["results"]

    assert (len(first["results"]), len(rest["results"]), "paging" in rest) == (6, 4, False)
    assert all(one["userId"] is None and one["userIdIncludingInactive"] for one in retired)
    assert simulator.get(f"/crm/v3/owners/{first['results'][0]['id']}") == first["results"][0]
    email = rest["results"][0]["email"]
    assert [one["email"] for one in simulator.get("/crm/v3/owners", email=email)["results"]] == [
        email
    ]


@pytest.mark.parametrize("path", ["/account-info/2026-09/details", "/account-info/v3/details"])
def test_account_details(simulator, path):
    details = simulator.get(path)

    assert (details["portalId"], details["timeZone"], details["companyCurrency"]) == (
        62515,
        "US/Eastern",
        "USD",
    )


def test_a_custom_object_lives_like_any_other(simulator):
    name = {
        "name": "license_plate",
        "label": "Plate",
        "type": "string",
        "fieldType": "text",
        "hasUniqueValue": True,
    }
    schema = {
        "name": "cars", "labels": {"singular": "Car", "plural": "Cars"},
        "primaryDisplayProperty": "license_plate",
        "requiredProperties": ["license_plate"], "properties": [name],
        "associatedObjects": ["CONTACT"],
    }  # fmt: skip
    made = simulator.post("/crm-object-schemas/2026-09/schemas", schema, 201)
    assert (made["fullyQualifiedName"], made["objectTypeId"][:2]) == ("p62515_cars", "2-")

    car_id = simulator.create(made["objectTypeId"], license_plate="B-1")
    link = {"inputs": [{"from": {"id": car_id}, "to": {"id": "101"}}]}
    simulator.post("/crm/associations/2026-09/p_cars/contacts/batch/associate/default", link)

    car = simulator.get(
        "/crm/v3/objects/p62515_cars", associations="contacts", properties="license_plate"
    )["results"][0]
    assert (car["id"], car["properties"]["license_plate"]) == (car_id, "B-1")
    assert car["associations"] == {
        "contacts": {"results": [{"id": "101", "type": "cars_to_contact"}]}
    }
    assert simulator.get("/crm/v3/schemas")["results"] == [made]
    assert simulator.get("/crm-object-schemas/v3/schemas/p_cars") == made
    assert simulator.api("POST", "/crm/v3/schemas", json=schema).status_code == 409
    assert simulator.api("GET", "/crm/v3/schemas/contacts").status_code == 404
