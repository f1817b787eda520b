"""Pipelines and stages that are created, changed and archived; the options of their properties
follow."""

import pytest

PIPELINES = "/crm/v3/pipelines/deals"
STAGES = [
    {"label": "Talk", "displayOrder": 0, "metadata": {"probability": "0.3"}},
    {"label": "Sold", "displayOrder": 1, "metadata": {"probability": "1.0"}},
]


@pytest.fixture
def pipeline(simulator):
    body = {"label": "Partners", "displayOrder": 5, "stages": STAGES}
    made = simulator.post(PIPELINES, body, 201)
    yield made
    simulator.api("DELETE", f"{PIPELINES}/{made['id']}")


def changed(simulator, method, path, body):
    answer = simulator.api(method, path, json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def options(simulator, name):
    return {
        one["value"]: one["label"]
        for one in simulator.get(f"/crm/v3/properties/deals/{name}")["options"]
    }


def test_a_new_pipeline_has_ids_of_hubspots_choice_and_can_be_used(simulator, pipeline):
    talk, sold = pipeline["stages"]
    assert (sold["label"], sold["metadata"]) == ("Sold", {"isClosed": "true", "probability": "1.0"})
    assert talk["metadata"]["isClosed"] == "false" and talk["id"] != sold["id"]
    assert simulator.get(f"{PIPELINES}/{pipeline['id']}") == pipeline
    assert options(simulator, "pipeline")[pipeline["id"]] == "Partners"
    assert options(simulator, "dealstage")[talk["id"]] == "Talk"

    deal = simulator.create("deals", pipeline=pipeline["id"], dealstage=sold["id"])

    found = simulator.get(f"/crm/v3/objects/deals/{deal}", properties="hs_is_closed_won")
    assert found["properties"]["hs_is_closed_won"] == "true"


def test_labels_change_and_the_modified_time_with_them(simulator, pipeline):
    path, stage = f"{PIPELINES}/{pipeline['id']}", pipeline["stages"][0]

    renamed = changed(simulator, "PATCH", path, {"label": "Resellers", "id": "other"})
    assert renamed == pipeline | {"label": "Resellers", "updatedAt": renamed["updatedAt"]}
    assert options(simulator, "pipeline")[pipeline["id"]] == "Resellers"

    wanted = {"label": "Lost", "metadata": {"probability": "0.0"}}
    assert changed(simulator, "PATCH", f"{path}/stages/{stage['id']}", wanted)["metadata"] == {
        "isClosed": "true",
        "probability": "0.0",
    }
    assert options(simulator, "dealstage")[stage["id"]] == "Lost"
    replaced = changed(simulator, "PUT", f"{path}/stages/{stage['id']}", STAGES[0])
    assert (replaced["id"], replaced["label"]) == (stage["id"], "Talk")


def test_stages_come_and_go(simulator, pipeline):
    path = f"{PIPELINES}/{pipeline['id']}/stages"
    body = {"label": "Paused", "displayOrder": 9, "metadata": {"probability": "0.1"}}
    made = simulator.post(path, body, 201)
    assert simulator.get(f"{path}/{made['id']}") == made
    assert [one["label"] for one in simulator.get(path)["results"]] == ["Talk", "Sold", "Paused"]

    assert simulator.api("DELETE", f"{path}/{made['id']}").status_code == 204
    assert simulator.api("GET", f"{path}/{made['id']}").status_code == 404
    assert made["id"] not in options(simulator, "dealstage")
    again = simulator.post(path, body, 201)
    assert again["id"] != made["id"], "ids are never used again"


def test_a_replaced_pipeline_keeps_its_id_only(simulator, pipeline):
    body = {"label": "New", "displayOrder": 0, "stages": STAGES[:1]}

    found = changed(simulator, "PUT", f"{PIPELINES}/{pipeline['id']}", body)

    assert (found["id"], found["label"], len(found["stages"])) == (pipeline["id"], "New", 1)
    assert not {one["id"] for one in pipeline["stages"]} & options(simulator, "dealstage").keys()


@pytest.mark.parametrize("metadata", [{}, {"probability": "2"}, {"probability": "likely"}])
def test_a_deal_stage_needs_a_probability_and_a_pipeline_a_label(simulator, metadata):
    stage = {"label": "Odd", "displayOrder": 0, "metadata": metadata}
    simulator.post(PIPELINES, {"label": "Odd", "displayOrder": 1, "stages": [stage]}, 400)
    simulator.post(PIPELINES, {"stages": []}, 400)
    assert len(simulator.get(PIPELINES)["results"]) == 2


def test_a_pipeline_in_use_goes_unless_the_request_asks_to_look(simulator, pipeline):
    deal = simulator.create("deals", pipeline=pipeline["id"], dealstage=pipeline["stages"][0]["id"])
    path = f"{PIPELINES}/{pipeline['id']}"

    look = {"validateReferencesBeforeDelete": "true"}
    refused = simulator.api("DELETE", path, params=look)
    assert (refused.status_code, deal in refused.json()["message"]) == (400, True)
    stage = f"{path}/stages/{pipeline['stages'][0]['id']}"
    assert simulator.api("DELETE", stage, params=look).status_code == 400

    assert simulator.api("DELETE", path).status_code == 204
    assert simulator.api("GET", path).status_code == 404
    found = simulator.get(f"/crm/v3/objects/deals/{deal}", properties="pipeline")
    assert found["properties"]["pipeline"] == pipeline["id"]
