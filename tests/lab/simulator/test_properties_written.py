"""Property definitions that are changed, in batches as well, their groups, and the legacy list."""

import pytest

PROPERTIES = "/crm/properties/2026-09/companies"


@pytest.fixture
def size(simulator):
    """Give a property of this test's own."""
    wanted = {
        "name": "hat_size", "label": "Hat size", "type": "enumeration", "fieldType": "select",
        "groupName": "companyinformation", "options": [{"label": "Small", "value": "s"}],
    }  # fmt: skip
    yield simulator.post(PROPERTIES, wanted, 201)
    simulator.api("DELETE", f"{PROPERTIES}/hat_size")


def test_a_definition_changes_but_never_its_name(simulator, size):
    options = size["options"] + [{"label": "Large", "value": "l"}]
    body = {"label": "Size of hat", "options": options, "name": "other", "archived": True}

    answer = simulator.api("PATCH", f"{PROPERTIES}/hat_size", json=body)

    found = answer.json()
    assert found == size | {
        "label": "Size of hat",
        "options": options,
        "updatedAt": found["updatedAt"],
    }
    assert (
        found["updatedAt"] > size["updatedAt"] and simulator.get(f"{PROPERTIES}/hat_size") == found
    )
    assert simulator.create("companies", hat_size="l")


def test_hubspots_own_definitions_and_absent_ones_are_refused(simulator):
    for name, status in (("name", 400), ("unicorn", 404)):
        answer = simulator.api("PATCH", f"{PROPERTIES}/{name}", json={"label": "Mine"})
        assert answer.status_code == status


def test_batches_create_read_and_archive(simulator):
    names = ["batch_a", "batch_b"]
    wanted = [
        {"name": name, "label": name, "type": "string", "fieldType": "text", "groupName": "batch"}
        for name in names
    ]
    made = simulator.post(f"{PROPERTIES}/batch/create", {"inputs": wanted}, 201)["results"]
    simulator.post(f"{PROPERTIES}/batch/create", {"inputs": wanted}, 409)

    inputs = {"inputs": [{"name": name} for name in (*names, "unicorn")]}
    found = simulator.post(f"{PROPERTIES}/batch/read", inputs | {"archived": False}, 207)
    assert (found["results"], found["errors"][0]["context"]) == (made, {"name": ["unicorn"]})

    simulator.post(f"{PROPERTIES}/batch/archive", inputs, 204)
    listed = {one["name"] for one in simulator.get(PROPERTIES)["results"]}
    gone = {
        one["name"]: one["archived"]
        for one in simulator.get(PROPERTIES, archived="true")["results"]
    }
    assert not listed & set(names) and all(gone[name] for name in names)
    again = simulator.post(f"{PROPERTIES}/batch/read", inputs | {"archived": True}, 207)
    assert [one["name"] for one in again["results"]] == names


def test_groups_are_those_of_the_properties_and_those_that_were_made(simulator, size):
    groups = f"{PROPERTIES}/groups"
    before = {one["name"]: one for one in simulator.get(groups)["results"]}
    named = {one["groupName"] for one in simulator.get(PROPERTIES)["results"]}
    assert named <= before.keys() and "companyinformation" in named

    body = {"name": "hats", "label": "Hats", "displayOrder": 7}
    made = simulator.post(groups, body, 201)
    assert made == body | {"archived": False} == simulator.get(f"{groups}/hats")
    simulator.post(groups, body, 409)
    changed = simulator.api("PATCH", f"{groups}/hats", json={"label": "Hats and caps"}).json()
    assert changed == made | {"label": "Hats and caps"} == simulator.get(f"{groups}/hats")

    simulator.api("PATCH", f"{PROPERTIES}/hat_size", json={"groupName": "hats"})
    assert simulator.api("DELETE", f"{groups}/hats").status_code == 400
    simulator.api("PATCH", f"{PROPERTIES}/hat_size", json={"groupName": "companyinformation"})
    assert simulator.api("DELETE", f"{groups}/hats").status_code == 204
    assert simulator.api("GET", f"{groups}/hats").status_code == 404


def test_the_legacy_list_is_an_array_that_says_what_is_read_only(simulator):
    listed = simulator.api("GET", "/properties/v2/company/properties").json()

    found = {one["name"]: one["readOnlyValue"] for one in listed}
    assert found.keys() == {one["name"] for one in simulator.get(PROPERTIES)["results"]}
    assert (found["hs_object_id"], found["name"]) == (True, False)
