"""/crm/objects/{version}/{type}/search."""

from typing import Any

from flask import Blueprint, Response, request

from ..errors import Problem
from ..rendering import shown, wanted_properties
from ..search import found, parsed
from .reply import DATED, asked, kind_named, portal, reply

MAX_BODY = 3_000


def register(api: Blueprint) -> None:
    api.post(f"/crm/objects/{DATED}/<object_type>/search")(search)


def search(version: str, object_type: str) -> Response:
    if len(request.get_data(as_text=True)) > MAX_BODY:
        raise Problem(400, f"The request body must have at most {MAX_BODY} characters")
    kind, body = kind_named(object_type), asked()
    query = parsed(body)
    names = wanted_properties(portal(), kind, body.get("properties") or ())
    records = found(portal(), kind, query)
    end = query.after + query.limit
    answer: dict[str, Any] = {
        "total": len(records),
        "results": [shown(record, names) for record in records[query.after : end]],
    }
    if len(records) > end:
        answer["paging"] = {"next": {"after": str(end), "link": "?after=" + str(end)}}
    return reply(answer)
