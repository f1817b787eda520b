"""Requests in, responses out: the few lines every endpoint shares."""

from typing import Any
from urllib.parse import urlencode

from flask import Response, current_app, g, request

from hubspot.objects import ObjectType

from ..errors import Problem
from ..events import Origin
from ..portal import Portal
from ..wire import dumps, iso, loads
from ..world import World

DATED = "<any('2026-09','2026-03','v3'):version>"
DATED_OR_V4 = "<any('2026-09','2026-03','v4'):version>"
DATED_OR_BOTH = "<any('2026-09','2026-03','v3','v4'):version>"


def reply(body: Any, status: int = 200) -> Response:
    return Response(dumps(body), status, content_type="application/json;charset=utf-8")


def empty() -> Response:
    return Response(status=204)


def world() -> World:
    found: World = current_app.extensions["world"]
    return found


def portal() -> Portal:
    found: Portal = g.portal
    return found


def cursor_of(place: int) -> dict[str, dict[str, str]]:
    """Answer the `paging` of an answer whose next page begins at a place."""
    after = world().cursors.put(place, world().settings.opaque_cursors)
    return {"next": {"after": after, "link": f"https://api.hubapi.com/?after={after}"}}


def place_of(cursor: object) -> int:
    """Answer where the page begins that a cursor asks for."""
    return world().cursors.place(str(cursor or ""), world().settings.opaque_cursors)


def kind_named(name: str) -> ObjectType:
    return portal().kind(name)


def origin() -> Origin:
    return Origin(portal().now())


def asked() -> dict[str, Any]:
    """Answer the request's JSON object; raise Problem when it is none."""
    try:
        body = loads(request.get_data() or b"{}")
    except ValueError as error:
        raise Problem(400, f"Invalid input JSON on line 1, column 1: {error}") from error
    if not isinstance(body, dict):
        raise Problem(400, "Invalid input JSON: an object is expected")
    return Body({name: checked(one) for name, one in body.items()})


class Body(dict[str, Any]):
    """A JSON object that refuses the request when a field is missing that the endpoint cannot do
    without."""

    def __missing__(self, name: str) -> Any:
        raise Problem(400, f"Invalid input JSON: '{name}' is missing")


def checked(value: Any) -> Any:
    """Answer the same JSON with a Body for every object."""
    if isinstance(value, dict):
        return Body({name: checked(one) for name, one in value.items()})
    if isinstance(value, list):
        return [checked(one) for one in value]
    return value


def inputs(body: dict[str, Any], most: int) -> list[dict[str, Any]]:
    """Answer a batch's inputs; HubSpot refuses the whole batch when they are too many."""
    found = body.get("inputs")
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise Problem(400, "Invalid input JSON: inputs must be a list of objects")
    if len(found) > most:
        raise Problem(400, f"The maximum number of inputs supported in a batch request is {most}")
    return found


def record_id(text: Any) -> int:
    """Read an id. Ids are numeric; anything else names no record. -1 never exists."""
    return int(text) if str(text).isdecimal() else -1


def batch_of(
    results: list[Any],
    started_ms: int,
    errors: list[dict[str, Any]] | None = None,
    status: int = 200,
) -> Response:
    """Answer with the frame of batch answers; with errors it becomes a 207."""
    body = {
        "status": "COMPLETE",
        "results": results,
        "startedAt": iso(started_ms),
        "completedAt": iso(portal().now()),
    }
    if errors:
        return reply(body | {"numErrors": len(errors), "errors": errors}, 207)
    return reply(body, status)


def batch_error(
    category: str, message: str, context: dict[str, list[str]], sub: str | None = None
) -> dict[str, Any]:
    error: dict[str, Any] = {
        "status": "error",
        "category": category,
        "message": message,
        "context": context,
    }
    return error | {"errors": [], "links": {}} | ({"subCategory": sub} if sub else {})


def whole_number(name: str, default: int, most: int) -> int:
    """Answer a numeric query parameter within 0..most."""
    text = request.args.get(name, str(default))
    if not text.isdecimal() or not 0 <= int(text) <= most:
        raise Problem(400, f"Invalid value for {name}: must be a number of at most {most}")
    return int(text)


def listed(name: str) -> list[str]:
    """Answer a query parameter's names: comma lists and repeated parameters mean the same."""
    parts = ",".join(request.args.getlist(name)).split(",")
    return [part.strip() for part in parts if part.strip()]


def next_page(place: int) -> dict[str, Any]:
    """Answer the cursor of the next page, and its link: the path and query that were asked, with
    that cursor. Its host is always HubSpot's."""
    after = world().cursors.put(place, world().settings.opaque_cursors)
    query = [(name, value) for name, value in request.args.items(multi=True) if name != "after"]
    path = request.environ["spoke.asked_path"]
    link = f"https://api.hubapi.com{path}?{urlencode([*query, ('after', after)])}"
    return {"next": {"after": after, "link": link}}


def flag(name: str) -> bool:
    return request.args.get(name, "false").lower() == "true"
