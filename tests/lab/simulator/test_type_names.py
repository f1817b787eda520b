"""How paths call a type, and the standard types that the registry lacks."""

import pytest

from lab.simulator.standard_types import UNFILLED

SCHEMA = {
    "name": "boats", "labels": {"singular": "Boat", "plural": "Boats"},
    "primaryDisplayProperty": "name", "requiredProperties": ["name"],
    "properties": [{"name": "name", "label": "Name", "type": "string", "fieldType": "text"}],
    "associatedObjects": ["CONTACT"],
}  # fmt: skip


@pytest.mark.parametrize("name", ["CONTACT", "Contacts", "contact", "0-1"])
def test_a_types_name_may_be_singular_and_in_any_case(simulator, name):
    assert simulator.get(f"/crm/v3/objects/{name}", limit=1)["results"][0]["id"] == "101"
    labels = simulator.get(f"/crm/v4/associations/{name}/COMPANY/labels")["results"]
    assert [label["typeId"] for label in labels][:2] == [279, 1]


@pytest.mark.parametrize(
    "name", ["quotes", "postal_mail", "INVOICE", "communications", "0-115", "deal_split", "carts"]
)
def test_a_standard_type_without_records_is_an_empty_list_and_not_an_error(simulator, name):
    assert simulator.get(f"/crm/v3/objects/{name}", limit=100) == {"results": []}
    found = simulator.post(f"/crm/v3/objects/{name}/search", {"filterGroups": []})
    assert (found["total"], found["results"]) == (0, [])
    properties = simulator.get(f"/crm/v3/properties/{name}")["results"]
    assert {"hs_object_id", "hs_lastmodifieddate"} <= {one["name"] for one in properties}
    assert simulator.get(f"/crm/v3/pipelines/{name}") == {"results": []}


def test_every_standard_type_has_an_id_of_its_own():
    kinds = {kind.name: kind for kind in UNFILLED.values()}
    assert len({kind.type_id for kind in kinds.values()}) == len(kinds) == 3


def test_inline_links_to_types_without_records_are_left_out(simulator):
    contact_id = simulator.create("contacts")

    found = simulator.get(f"/crm/v3/objects/contacts/{contact_id}", associations="quotes,lead")

    assert "associations" not in found


def test_a_custom_type_has_three_names_and_its_base_name_is_none_of_them(simulator):
    made = simulator.post("/crm-object-schemas/2026-09/schemas", SCHEMA, 201)
    boat = simulator.create("p_boats", name="Ada")

    names = ["p_boats", "P_Boats", "p62515_boats", made["objectTypeId"]]
    for name in names:
        assert [one["id"] for one in simulator.get(f"/crm/v3/objects/{name}")["results"]] == [boat]
        assert simulator.get(f"/crm/v3/schemas/{name}") == made
    for name in ("boats", "p_boat", "p1_boats"):
        answer = simulator.api("GET", f"/crm/v3/objects/{name}")
        assert (answer.status_code, answer.json()["message"]) == (
            400,
            f"Unable to infer object type from: {name}",
        )


@pytest.mark.parametrize("to", ["contacts", "deals", "line_items"])
def test_products_are_linked_to_nothing(simulator, to):
    product, other = simulator.create("products", name="Hat"), simulator.create(to)

    assert simulator.get(f"/crm/v4/associations/products/{to}/labels")["results"] == []
    ends = {"from": {"id": product}, "to": {"id": other}}
    back = {"from": ends["to"], "to": ends["from"]}
    for path, link in ((f"products/{to}", ends), (f"{to}/products", back)):
        path = f"/crm/associations/2026-09/{path}/batch/associate/default"
        refused = simulator.post(path, {"inputs": [link]}, 400)
        assert refused["message"].startswith("No association types exist between")
