"""Batches of up to a hundred records."""

CONTACTS = "/crm/objects/2026-09/contacts/batch"


def test_batch_read_lists_missing_ids_in_a_207(simulator):
    body = {
        "inputs": [{"id": "101"}, {"id": "102"}, {"id": "x"}, {"id": "101"}],
        "properties": ["phone"],
    }

    answer = simulator.post(f"{CONTACTS}/read", body, 207)

    assert [one["id"] for one in answer["results"]] == ["101"]
    assert answer["results"][0]["properties"].keys() == {
        "phone",
        "hs_object_id",
        "createdate",
        "lastmodifieddate",
    }
    assert (answer["status"], answer["numErrors"]) == ("COMPLETE", 1)
    assert answer["errors"][0]["category"] == "OBJECT_NOT_FOUND"
    assert answer["errors"][0]["context"] == {"ids": ["102", "x"]}


def test_batch_read_of_what_exists_is_a_plain_200(simulator):
    answer = simulator.post(f"{CONTACTS}/read", {"inputs": [{"id": "101"}, {"id": "151"}]})

    assert {"numErrors", "errors"}.isdisjoint(answer)
    assert len(answer["results"]) == 2


def test_batch_read_takes_a_hundred_inputs_and_no_more(simulator):
    ids = [{"id": str(101 + 50 * place)} for place in range(101)]

    assert len(simulator.post(f"{CONTACTS}/read", {"inputs": ids[:100]})["results"]) == 100
    assert (
        simulator.post(f"{CONTACTS}/read", {"inputs": ids}, 400)["category"] == "VALIDATION_ERROR"
    )


def test_batch_read_finds_by_another_unique_property(simulator):
    contact_id = simulator.create("contacts", email="batch@example.com")

    answer = simulator.post(
        f"{CONTACTS}/read", {"inputs": [{"id": "batch@example.com"}], "idProperty": "email"}
    )

    assert [one["id"] for one in answer["results"]] == [contact_id]


def test_batch_read_shows_archived_records_only_when_asked(simulator):
    contact_id = simulator.create("contacts", firstname="Gone")
    simulator.post(f"{CONTACTS}/archive", {"inputs": [{"id": contact_id}]}, 204)

    answer = simulator.post(
        f"{CONTACTS}/read?archived=true", {"inputs": [{"id": contact_id}, {"id": "101"}]}, 207
    )

    assert [(one["id"], one["archived"]) for one in answer["results"]] == [(contact_id, True)]
    assert answer["errors"][0]["context"] == {"ids": ["101"]}


def test_batches_create_and_update(simulator):
    made = simulator.post(
        f"{CONTACTS}/create", {"inputs": [{"properties": {"firstname": n}} for n in "ab"]}, 201
    )
    ids = [one["id"] for one in made["results"]]
    body = {
        "inputs": [{"id": one, "properties": {"firstname": "c"}} for one in [*ids, "999999999"]]
    }

    changed = simulator.post(f"{CONTACTS}/update", body, 207)

    assert [one["properties"]["firstname"] for one in changed["results"]] == ["c", "c"]
    assert changed["errors"][0]["context"] == {"ids": ["999999999"]}


def test_one_bad_input_refuses_the_whole_creation(simulator):
    before = len(simulator.truth("contacts"))

    simulator.post(
        f"{CONTACTS}/create",
        {"inputs": [{"properties": {}}, {"properties": {"unicorn": "1"}}]},
        400,
    )

    assert len(simulator.truth("contacts")) == before


def test_upsert_says_which_records_are_new(simulator):
    simulator.create("contacts", email="known@example.com", firstname="Old")
    inputs = [
        {"id": address, "idProperty": "email", "properties": {"firstname": "New"}}
        for address in ("known@example.com", "unknown@example.com")
    ]

    answer = simulator.post(f"{CONTACTS}/upsert", {"inputs": inputs})

    assert [(one["new"], one["properties"]["firstname"]) for one in answer["results"]] == [
        (False, "New"),
        (True, "New"),
    ]
    assert answer["results"][1]["properties"]["email"] == "unknown@example.com"


def test_upsert_needs_a_unique_property(simulator):
    simulator.post(
        f"{CONTACTS}/upsert",
        {"inputs": [{"id": "x", "idProperty": "firstname", "properties": {}}]},
        400,
    )


def test_a_body_without_a_needed_field_is_refused(simulator):
    path = "/crm/associations/2026-09/contacts/companies/batch/create"

    assert simulator.post(path, {"inputs": [{"from": {"id": "101"}}]}, 400)["message"].endswith(
        "'to' is missing"
    )


def test_a_body_that_is_no_json_is_refused(simulator):
    answer = simulator.api("POST", f"{CONTACTS}/read", data=b"{")

    assert (answer.status_code, answer.json()["category"]) == (400, "VALIDATION_ERROR")
