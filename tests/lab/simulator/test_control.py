"""The control API: random edits, imports, truth, statistics."""

import json
import time

import pytest


def test_edits_spread_over_as_many_records_as_asked(simulator):
    before = simulator.truth("contacts")

    # none of the ten is left out
    done = simulator.control("edits", count=200, over=10, types=["contacts"], seed=5)

    after = simulator.truth("contacts")
    changed = {one for one in before if before[one] != after[one]}
    assert (done["edits"], done["by_kind"], done["by_type"]) == (
        200,
        {"update": 200},
        {"contacts": 200},
    )
    assert {record_id for _, record_id in done["records"]} == changed
    assert len(changed) == 10
    assert after.keys() == before.keys()


@pytest.mark.parametrize(
    "kind", ["create", "archive", "associate", "dissociate", "merge", "purge", "calculate"]
)
def test_each_kind_of_edit_can_be_asked_for(start, kind):
    with start() as simulator:
        done = simulator.control("edits", count=5, types=["contacts"], kinds=[kind], seed=1)

    assert done["by_kind"] == {kind: 5}


def test_archived_records_can_be_restored_at_random(start):
    with start() as simulator:
        simulator.control("edits", count=5, types=["deals"], kinds=["archive"], seed=1)
        simulator.control("edits", count=5, types=["deals"], kinds=["restore"], seed=1)
        stats = simulator.stats()

    assert (stats["records"]["deals"], stats["archived"]["deals"]) == (50, 0)


def test_calculated_properties_move_without_a_modified_date(start):
    with start() as simulator:
        before = simulator.truth("contacts")
        done = simulator.control("edits", count=1, types=["contacts"], kinds=["calculate"], seed=1)
        after = simulator.truth("contacts")

    record_id = done["records"][0][1]
    assert before[record_id]["properties_hash"] != after[record_id]["properties_hash"]
    assert before[record_id]["updatedAt"] == after[record_id]["updatedAt"]


def test_an_unknown_kind_of_edit_is_explained(simulator):
    answer = simulator.session.post(f"{simulator.url}/simulator/edits", json={"kinds": ["explode"]})

    assert (answer.status_code, "['explode'] are no kinds of edits" in answer.text) == (400, True)


HOSTILE = {
    "nul": "a\u0000b",
    "surrogate": "\ud800",
    "huge_number": "1" + "0" * 400,
    "far_year": "99999-01-01T00:00:00Z",
    "long": "x" * 5_000_000,
    "quotes": "'; drop table contacts; --",
}


def test_imported_values_come_back_exactly_as_they_went_in(simulator):
    record = {"properties": HOSTILE | {"amount": 10**400, "createdate": "99999-12-31T00:00:00Z"}}
    (deal_id,) = simulator.session.post(
        f"{simulator.url}/simulator/import", data=json.dumps({"type": "deals", "records": [record]})
    ).json()["ids"]

    names = [*HOSTILE, "amount", "createdate"]
    body = {"inputs": [{"id": deal_id}], "properties": names}
    found = simulator.post("/crm/v3/objects/deals/batch/read", body)["results"][0]["properties"]

    assert {name: found[name] for name in HOSTILE} == HOSTILE
    assert found["amount"] == str(10**400)
    assert found["createdate"] == "99999-12-31T00:00:00Z"
    listed = simulator.get(
        "/crm/v3/objects/deals", after=int(deal_id) - 1, properties=",".join(names)
    )["results"]
    assert listed[0]["properties"]["surrogate"] == "\ud800"
    simulator.api("DELETE", f"/crm/v3/objects/deals/{deal_id}")


@pytest.mark.parametrize("value", ["9" * 5_000, "9" * 17, "--1", "-1", "soon"])
def test_an_imported_time_may_be_anything(simulator, value):
    records = [{"properties": {"closedate": value}}]
    [deal] = simulator.control("import", type="deals", records=records, events=True)["ids"]
    read = simulator.get(f"/crm/objects/2026-09/deals/{deal}", properties="closedate")
    assert read["properties"]["closedate"] == value or value == "-1"


def test_an_import_can_choose_ids_links_and_archived_records(simulator):
    record = {
        "id": "77",
        "properties": {"name": "Acorn"},
        "archived": True,
        "associations": {"contacts": ["101"]},
    }

    simulator.control("import", type="companies", records=[record])

    truth = simulator.truth("companies", full=1)["77"]
    assert (truth["archived"], truth["properties"]["name"]) == (True, "Acorn")
    assert list(truth["associations"]["contacts"]) == ["101"]
    simulator.control(
        "import", type="companies", records=[{"id": "77", "properties": {"name": "Oak"}}]
    )
    assert simulator.truth("companies", full=1)["77"]["properties"]["name"] == "Oak"


def test_an_import_can_lie_in_the_past(simulator):
    now_ms = time.time() * 1_000
    (made,) = simulator.control(
        "import", type="deals", records=[{"properties": {}}], seconds_ago=3_600
    )["ids"]
    filters = [{"propertyName": "hs_object_id", "operator": "EQ", "value": made}]
    for low, found in ((now_ms - 3_660_000, 1), (now_ms - 3_540_000, 0)):
        since = {"propertyName": "hs_lastmodifieddate", "operator": "GTE", "value": str(int(low))}
        body = {"filterGroups": [{"filters": [*filters, since]}]}
        assert simulator.post("/crm/v3/objects/deals/search", body)["total"] == found


def test_everything_is_put_back_and_nobody_is_told(start, receiver):
    with start("--deliver-to", receiver.url, "--seed", "2") as simulator:

        def told():
            paths = ("properties/2026-09/contacts", "pipelines/v3/deals")
            described = [simulator.api("GET", f"/crm/{path}").json() for path in paths]
            return described, simulator.truth("contacts", full=1), simulator.truth("deals", full=1)

        simulator.control("settings", search_limit=7)
        simulator.control("keep")
        before = told()
        path, group = "/crm/properties/2026-09/contacts", "contactinformation"
        mood = {"name": "mood", "label": "Mood", "type": "string", "fieldType": "text"}
        for _ in range(2):
            simulator.post(path, mood | {"groupName": group}, 201)
            simulator.api("DELETE", f"{path}/firstname")
            simulator.control("edits", count=60, seed=1)
            made = simulator.create("companies", name="Elm")
            simulator.control("settings", search_limit=1)
            simulator.control("faults", api=[{"fault": "status"}], webhooks={"duplicates": 1})
            assert simulator.control("put-back")["quiet"]
            events = len(receiver.events)
            assert told() == before and made not in simulator.truth("companies")
            assert simulator.control("settings")["search_limit"] == 7
        faults = simulator.control("faults")
        assert (faults["api"], faults["webhooks"]["duplicates"]) == ([], 0)
        assert simulator.control("quiet")["quiet"] and len(receiver.events) == events > 0


@pytest.mark.parametrize(("loud", "events"), [(False, 0), (True, 2)])
def test_an_import_is_silent_unless_asked(start, receiver, loud, events):
    with start("--deliver-to", receiver.url) as simulator:
        record = {"properties": {"firstname": "Ada", "hubspotscore": "calculated, so never told"}}
        simulator.control("import", type="contacts", records=[record], events=loud)
        simulator.control("quiet")

    assert len(receiver.events) == events


def test_the_truth_can_be_paged_and_shows_whole_records(simulator):
    deals = simulator.truth("deals", full=1)
    answer = simulator.session.get(
        f"{simulator.url}/simulator/records/deals", params={"limit": 3, "full": 1}
    ).json()

    assert list(answer["records"]) == list(deals)[:3]
    assert answer["next"] == list(deals)[2]
    again = simulator.truth("deals", full=1, after=answer["next"], limit=1)
    assert list(again) == [list(deals)[3]]
    record = deals["101"]
    shown = simulator.get("/crm/v3/objects/deals/101", properties=",".join(record["properties"]))
    assert shown["properties"] == record["properties"]


def test_settings_show_and_change(simulator):
    assert simulator.control("settings", latency_ms=1)["latency_ms"] == 1
    assert simulator.control("settings", latency_ms=0)["latency_ms"] == 0
    refused = simulator.session.post(f"{simulator.url}/simulator/settings", json={"colour": "blue"})
    assert refused.status_code == 400


def test_statistics_count_by_kind_and_can_start_again(start):
    with start() as simulator:
        simulator.get("/crm/v3/objects/contacts")
        simulator.post("/crm/v3/objects/deals/batch/read", {"inputs": [{"id": "101"}]})
        stats = simulator.stats()
        assert stats["requests"] == {"list_records": 1, "batch_read": 1}
        assert stats["requests_by_type"] == {"list_records contacts": 1, "batch_read deals": 1}
        assert stats["statuses"] == {"200": 2}
        counted = {name: count for name, count in stats["records"].items() if count}
        assert counted == {"contacts": 120, "companies": 30, "deals": 50, "calls": 150}

        simulator.control("reset-stats")

        assert simulator.stats()["requests_total"] == 0


def test_quiet_gives_up_after_its_timeout(start):
    with start("--deliver-to", "http://127.0.0.1:9/nobody", "--retry-scale", "1") as simulator:
        simulator.create("contacts", firstname="Ada")

        answer = simulator.control("quiet", timeout=0.1)
        assert (answer["quiet"], answer["pending"]) == (False, 1)
