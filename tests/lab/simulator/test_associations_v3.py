"""Links by the name of their type, as version 3 has them."""

import pytest

V3 = "/crm/v3/associations/{}/{}"


@pytest.fixture
def ends(simulator):
    return simulator.create("contacts"), simulator.create("companies")


def inputs(contact_id, company_id, name):
    return {"inputs": [{"from": {"id": contact_id}, "to": {"id": company_id}, "type": name}]}


def read(simulator, start, from_id, end, status=200):
    body = {"inputs": [{"id": from_id}]}
    return simulator.post(V3.format(start, end) + "/batch/read", body, status)


def test_a_link_made_by_name_is_read_by_name_from_both_sides(simulator, ends):
    body = inputs(*ends, "contact_to_company")

    made = simulator.post(V3.format("contact", "company") + "/batch/create", body, 201)

    assert made["results"] == body["inputs"]
    found = read(simulator, "company", ends[1], "contact")
    assert found["results"] == [
        {
            "from": {"id": ends[1]},
            "to": [
                {"id": ends[0], "type": "company_to_contact_unlabeled"},
                {"id": ends[0], "type": "company_to_contact"},
            ],
        }
    ]


def test_records_without_links_are_errors_of_a_207(simulator, ends):
    found = read(simulator, "contacts", ends[0], "companies", status=207)

    assert (found["results"], found["errors"][0]["context"]["fromObjectId"]) == ([], [ends[0]])


def test_archiving_a_label_leaves_the_link_and_archiving_the_link_leaves_nothing(simulator, ends):
    path = V3.format("contacts", "companies")
    simulator.post(path + "/batch/create", inputs(*ends, "contact_to_company"), 201)

    simulator.post(path + "/batch/archive", inputs(*ends, "contact_to_company"), 204)
    left = read(simulator, "contacts", ends[0], "companies")["results"][0]["to"]
    assert left == [{"id": ends[1], "type": "contact_to_company_unlabeled"}]

    simulator.post(path + "/batch/archive", inputs(*ends, "contact_to_company_unlabeled"), 204)
    read(simulator, "contacts", ends[0], "companies", status=207)


def test_a_name_of_another_pair_is_refused_and_nothing_is_linked(simulator, ends):
    path = V3.format("contacts", "companies")

    simulator.post(path + "/batch/create", inputs(*ends, "deal_to_contact"), 400)
    simulator.post(path + "/batch/create", inputs(ends[0], "7", "contact_to_company"), 404)
    read(simulator, "contacts", ends[0], "companies", status=207)


def test_the_types_of_a_pair_are_listed(simulator):
    assert simulator.get(V3.format("deals", "contacts") + "/types")["results"] == [
        {"id": "3", "name": "deal_to_contact"}
    ]


def test_a_single_record_is_linked_listed_in_pages_and_unlinked(simulator):
    deal = simulator.create("deals")
    contacts = [simulator.create("contacts") for _ in range(3)]
    path = f"/crm/v3/objects/deals/{deal}/associations/contacts"
    for contact in contacts:
        assert simulator.api("PUT", f"{path}/{contact}/deal_to_contact").status_code == 200

    first = simulator.get(path, limit=2)
    rest = simulator.get(path, limit=2, after=first["paging"]["next"]["after"])
    assert [one["id"] for one in first["results"] + rest["results"]] == contacts
    assert ({one["type"] for one in first["results"]}, "paging" in rest) == (
        {"deal_to_contact"},
        False,
    )

    assert simulator.api("DELETE", f"{path}/{contacts[0]}/3").status_code == 204
    assert [one["id"] for one in simulator.get(path)["results"]] == contacts[1:]
