"""Links: both directions, type ids, labels, paging, refusals."""

import pytest

READ = "/crm/associations/2026-09/{}/{}/batch/read"
CREATE = "/crm/associations/2026-09/{}/{}/batch/create"


def types(*type_ids, category="HUBSPOT_DEFINED"):
    return [{"associationCategory": category, "associationTypeId": type_id} for type_id in type_ids]


def link(simulator, start, from_id, end, to_id, *type_ids):
    body = {"inputs": [{"from": {"id": from_id}, "to": {"id": to_id}, "types": types(*type_ids)}]}
    return simulator.post(CREATE.format(start, end), body)


def linked(simulator, start, from_id, end):
    """Answer the associationTypes by the far id."""
    answer = simulator.post(READ.format(start, end), {"inputs": [{"id": from_id}]})
    return {to["toObjectId"]: to["associationTypes"] for to in answer["results"][0]["to"]}


@pytest.mark.parametrize(
    ("start", "end", "there", "back"),
    [
        ("contacts", "companies", 279, 280),
        ("deals", "contacts", 3, 4),
        ("deals", "companies", 341, 342),
        ("contacts", "calls", 193, 194),
        ("deals", "calls", 205, 206),
    ],
)
def test_a_link_shows_on_both_sides_with_the_ids_of_each_direction(
    simulator, start, end, there, back
):
    from_id, to_id = simulator.create(start), simulator.create(end)

    link(simulator, start, from_id, end, to_id, there)

    unlabelled = {"category": "HUBSPOT_DEFINED", "label": None}
    assert linked(simulator, start, from_id, end) == {to_id: [unlabelled | {"typeId": there}]}
    assert linked(simulator, end, to_id, start) == {from_id: [unlabelled | {"typeId": back}]}


def test_a_primary_company_brings_the_unlabelled_type_and_displaces_the_former_primary(simulator):
    contact_id = simulator.create("contacts")
    first, second = simulator.create("companies"), simulator.create("companies")
    link(simulator, "contacts", contact_id, "companies", first, 1)
    assert [
        one["typeId"] for one in linked(simulator, "contacts", contact_id, "companies")[first]
    ] == [279, 1]

    link(simulator, "contacts", contact_id, "companies", second, 1)

    found = linked(simulator, "contacts", contact_id, "companies")
    assert {to_id: [one["typeId"] for one in found[to_id]] for to_id in found} == {
        first: [279],
        second: [279, 1],
    }
    assert found[second][1]["label"] == "Primary"


def test_records_without_links_are_errors_of_a_207(simulator):
    lonely = simulator.create("contacts")

    answer = simulator.post(
        READ.format("contacts", "companies"), {"inputs": [{"id": lonely}, {"id": "7"}]}, 207
    )

    assert (answer["results"], answer["numErrors"]) == ([], 2)
    error = answer["errors"][0]
    assert (error["category"], error["subCategory"]) == (
        "OBJECT_NOT_FOUND",
        "crm.associations.NO_ASSOCIATIONS_FOUND",
    )
    assert error["context"]["fromObjectId"] == [lonely]


def test_ids_are_numbers_in_v4_and_strings_since_the_dated_versions(simulator):
    contact_id, company_id = simulator.create("contacts"), simulator.create("companies")
    link(simulator, "contacts", contact_id, "companies", company_id, 279)
    path = "/crm/v4/associations/contacts/companies/batch/read"

    answer = simulator.post(path, {"inputs": [{"id": contact_id}]})

    assert answer["results"][0]["to"][0]["toObjectId"] == int(company_id)
    assert list(linked(simulator, "contacts", contact_id, "companies")) == [company_id]


def test_a_batch_read_takes_a_thousand_inputs_and_no_more(simulator):
    inputs = [{"id": str(place)} for place in range(1_001)]

    simulator.post(READ.format("contacts", "deals"), {"inputs": inputs}, 400)
    assert (
        simulator.post(READ.format("contacts", "deals"), {"inputs": inputs[:1_000]}, 207)["status"]
        == "COMPLETE"
    )


def test_many_links_are_paged_within_their_result(start):
    with start() as simulator:
        simulator.control("settings", association_page=2)
        contact_id, calls = (
            simulator.create("contacts"),
            [simulator.create("calls") for _ in range(3)],
        )
        for call in calls:
            link(simulator, "contacts", contact_id, "calls", call)
        first = simulator.post(READ.format("contacts", "calls"), {"inputs": [{"id": contact_id}]})[
            "results"
        ][0]
        again = {"id": contact_id, "after": first["paging"]["next"]["after"]}
        second = simulator.post(READ.format("contacts", "calls"), {"inputs": [again]})["results"][0]

        assert [to["toObjectId"] for to in first["to"] + second["to"]] == calls
        assert "paging" not in second


def test_links_do_not_move_the_modified_date(simulator):
    contact_id, company_id = simulator.create("contacts"), simulator.create("companies")
    before = simulator.get(f"/crm/v3/objects/contacts/{contact_id}")["updatedAt"]

    link(simulator, "contacts", contact_id, "companies", company_id, 1)

    assert simulator.get(f"/crm/v3/objects/contacts/{contact_id}")["updatedAt"] == before


def test_archiving_a_link_removes_it_from_both_sides(simulator):
    contact_id, company_id = simulator.create("contacts"), simulator.create("companies")
    link(simulator, "contacts", contact_id, "companies", company_id, 1)

    body = {"inputs": [{"from": {"id": company_id}, "to": [{"id": contact_id}]}]}
    simulator.post("/crm/associations/2026-09/companies/contacts/batch/archive", body, 204)

    simulator.post(READ.format("contacts", "companies"), {"inputs": [{"id": contact_id}]}, 207)
    simulator.post(READ.format("companies", "contacts"), {"inputs": [{"id": company_id}]}, 207)


def test_a_label_can_go_while_the_link_stays(simulator):
    contact_id, company_id = simulator.create("contacts"), simulator.create("companies")
    link(simulator, "contacts", contact_id, "companies", company_id, 1)

    body = {"inputs": [{"from": {"id": contact_id}, "to": {"id": company_id}, "types": types(1)}]}
    simulator.post("/crm/associations/2026-09/contacts/companies/batch/labels/archive", body)

    assert [
        one["typeId"] for one in linked(simulator, "contacts", contact_id, "companies")[company_id]
    ] == [279]


def test_archived_neighbours_do_not_show_until_they_are_restored(simulator):
    contact_id, company_id = simulator.create("contacts"), simulator.create("companies")
    link(simulator, "contacts", contact_id, "companies", company_id, 279)

    simulator.api("DELETE", f"/crm/v3/objects/companies/{company_id}")
    simulator.post(READ.format("contacts", "companies"), {"inputs": [{"id": contact_id}]}, 207)

    simulator.control("restore", type="companies", ids=[company_id])
    assert list(linked(simulator, "contacts", contact_id, "companies")) == [company_id]


def test_user_defined_labels_get_type_ids_in_both_directions(simulator):
    path = "/crm/associations/2026-09/{}/{}/labels"
    body = {"name": "boss_of", "label": "Boss", "inverseLabel": "Employer"}
    there, back = simulator.post(path.format("contacts", "companies"), body)["results"]
    contact_id, company_id = simulator.create("contacts"), simulator.create("companies")

    link(simulator, "contacts", contact_id, "companies", company_id, there["typeId"])

    assert linked(simulator, "contacts", contact_id, "companies")[company_id][1] == there
    assert linked(simulator, "companies", company_id, "contacts")[contact_id][1] == back
    assert (there["label"], back["label"], there["category"]) == (
        "Boss",
        "Employer",
        "USER_DEFINED",
    )
    listed = simulator.get(path.format("companies", "contacts"))["results"]
    assert [one["typeId"] for one in listed[:2]] == [280, 2]
    assert back in listed


def test_a_type_id_of_the_other_direction_is_refused(simulator):
    body = {"inputs": [{"from": {"id": "101"}, "to": {"id": "101"}, "types": types(280)}]}

    simulator.post(CREATE.format("contacts", "companies"), body, 400)


def test_a_single_record_can_be_linked_listed_and_unlinked(simulator):
    deal_id, contact_id = simulator.create("deals"), simulator.create("contacts")
    path = f"/crm/v4/objects/deals/{deal_id}/associations/contacts"

    assert simulator.api("PUT", f"{path}/{contact_id}", json=types(3)).status_code == 201
    assert [one["toObjectId"] for one in simulator.get(path)["results"]] == [int(contact_id)]
    assert simulator.api("DELETE", f"{path}/{contact_id}").status_code == 204
    assert simulator.get(path)["results"] == []


def test_the_default_link_of_a_single_pair(simulator):
    deal_id, contact_id = simulator.create("deals"), simulator.create("contacts")

    answer = simulator.api(
        "PUT", f"/crm/v4/objects/deals/{deal_id}/associations/default/contacts/{contact_id}"
    )

    assert answer.json()["results"][0]["associationSpec"]["associationTypeId"] == 3
    assert list(linked(simulator, "deals", deal_id, "contacts")) == [contact_id]
