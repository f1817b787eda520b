"""/crm/pipelines/{version}/{type}: pipelines and their stages, read and written.

https://developers.hubspot.com/docs/api-reference/latest/crm/pipelines/guide
"""

from typing import Any

from flask import Blueprint, Response

from hubspot.objects import ObjectType

from ..errors import Problem, not_found
from ..pipelines import Described, changed, new_pipeline, new_stage
from ..wire import iso
from .reply import DATED, asked, empty, flag, kind_named, portal, reply


def register(api: Blueprint) -> None:
    several = f"/crm/pipelines/{DATED}/<object_type>"
    api.get(several)(pipelines)
    api.post(several)(pipeline_create)
    one = several + "/<pipeline_id>"
    api.get(one)(pipeline)
    api.patch(one)(pipeline_update)
    api.put(one)(pipeline_replace)
    api.delete(one)(pipeline_archive)
    api.get(one + "/stages")(pipeline_stages)
    api.post(one + "/stages")(stage_create)
    api.get(one + "/stages/<stage_id>")(stage)
    api.patch(one + "/stages/<stage_id>")(stage_update)
    api.put(one + "/stages/<stage_id>")(stage_replace)
    api.delete(one + "/stages/<stage_id>")(stage_archive)


def held(kind: ObjectType) -> list[Described]:
    return portal().pipelines.setdefault(kind.name, [])


def now() -> str:
    return iso(portal().now())


def by_id(listed: list[Described], wanted: str, what: str) -> Described:
    for one in listed:
        if one["id"] == wanted:
            return one
    raise not_found(f"{what} {wanted} does not exist")


def the_pipeline(kind: ObjectType, pipeline_id: str) -> Described:
    return by_id(held(kind), pipeline_id, "Pipeline")


def pipelines(version: str, object_type: str) -> Response:
    return reply({"results": portal().pipelines.get(kind_named(object_type).name, [])})


def pipeline(version: str, object_type: str, pipeline_id: str) -> Response:
    return reply(the_pipeline(kind_named(object_type), pipeline_id))


def pipeline_create(version: str, object_type: str) -> Response:
    kind, body = kind_named(object_type), asked()
    made = new_pipeline(portal().next_id, kind, body, now())
    held(kind).append(made)
    portal().choose_again(kind)
    return reply(made, 201)


def pipeline_update(version: str, object_type: str, pipeline_id: str) -> Response:
    kind = kind_named(object_type)
    found = changed(the_pipeline(kind, pipeline_id), asked(), ("label", "displayOrder"), now())
    portal().choose_again(kind)
    return reply(found)


def pipeline_replace(version: str, object_type: str, pipeline_id: str) -> Response:
    """Replace a pipeline: the label, the place and all stages are new, only its id stays."""
    kind = kind_named(object_type)
    found = the_pipeline(kind, pipeline_id)
    made = new_pipeline(portal().next_id, kind, asked(), now())
    found |= made | {"id": found["id"], "createdAt": found["createdAt"]}
    portal().choose_again(kind)
    return reply(found)


def pipeline_archive(version: str, object_type: str, pipeline_id: str) -> Response:
    """Archive a pipeline. Its records keep naming it, unless the request asks to refuse that."""
    kind = kind_named(object_type)
    found = the_pipeline(kind, pipeline_id)
    refuse_used(kind, {"pipeline", "hs_pipeline"}, pipeline_id)
    held(kind).remove(found)
    portal().choose_again(kind)
    return empty()


def refuse_used(kind: ObjectType, properties: set[str], value: str) -> None:
    """Look for records that name a pipeline or stage only when told to, as HubSpot does."""
    if not (flag("validateReferencesBeforeDelete") or flag("validateDealStageUsagesBeforeDelete")):
        return
    store = portal().stores[kind.name]
    for record_id in store.live:
        if value in {store.records[record_id].properties.get(name) for name in properties}:
            raise Problem(400, f"{value} is still in use by {kind.singular} {record_id}")


def pipeline_stages(version: str, object_type: str, pipeline_id: str) -> Response:
    return reply({"results": the_pipeline(kind_named(object_type), pipeline_id)["stages"]})


def the_stage(kind: ObjectType, pipeline_id: str, stage_id: str) -> Described:
    return by_id(the_pipeline(kind, pipeline_id)["stages"], stage_id, "Stage")


def stage(version: str, object_type: str, pipeline_id: str, stage_id: str) -> Response:
    return reply(the_stage(kind_named(object_type), pipeline_id, stage_id))


def stage_create(version: str, object_type: str, pipeline_id: str) -> Response:
    kind, body = kind_named(object_type), asked()
    made = new_stage(portal().next_id, kind, body, now())
    the_pipeline(kind, pipeline_id)["stages"].append(made)
    portal().choose_again(kind)
    return reply(made, 201)


def stage_update(version: str, object_type: str, pipeline_id: str, stage_id: str) -> Response:
    kind, body = kind_named(object_type), asked()
    found = the_stage(kind, pipeline_id, stage_id)
    if "metadata" in body:
        wanted: dict[str, Any] = {"label": found["label"], "metadata": body["metadata"]}
        body |= {"metadata": new_stage(lambda: stage_id, kind, wanted, now())["metadata"]}
    changed(found, body, ("label", "displayOrder", "metadata"), now())
    portal().choose_again(kind)
    return reply(found)


def stage_replace(version: str, object_type: str, pipeline_id: str, stage_id: str) -> Response:
    kind, body = kind_named(object_type), asked()
    found = the_stage(kind, pipeline_id, stage_id)
    made = new_stage(lambda: stage_id, kind, body, now())
    found |= made | {"createdAt": found["createdAt"]}
    portal().choose_again(kind)
    return reply(found)


def stage_archive(version: str, object_type: str, pipeline_id: str, stage_id: str) -> Response:
    kind = kind_named(object_type)
    found = the_stage(kind, pipeline_id, stage_id)
    refuse_used(kind, {"dealstage", "hs_pipeline_stage"}, stage_id)
    the_pipeline(kind, pipeline_id)["stages"].remove(found)
    portal().choose_again(kind)
    return empty()
