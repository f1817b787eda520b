"""Strange answers with status 200: each is Unavailable with a reason, or read as what it says.

Each method's good answer is damaged at every place in every way, and sent over HTTP. What comes
through is read on as the workers read it.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
import requests

from hubspot import records
from hubspot.catalogue import catalogue
from hubspot.client import Client
from hubspot.errors import Circular, MissingScopes, Unavailable, from_response
from hubspot.objects import CONTACTS, DEALS
from hubspot.rate_limit import RateLimit
from hubspot.versions import of_record
from workers.differences import differences
from workers.properties import values_since

ODD: list[Any] = [None, True, 5, -1, "x", "٣", [], [None], {"x": 1}]
GONE = object()
TIME = "2026-01-02T03:04:05.678Z"
RECORD = {"id": "1", "properties": {"email": "a@example.com"}, "updatedAt": TIME}
LIST = {"results": [RECORD], "paging": {"next": {"after": "1"}}}
VERSION = {"value": "x", "timestamp": TIME, "sourceType": "CRM", "sourceId": "1"}
HISTORY = {"results": [{"id": "1", "propertiesWithHistory": {"dealstage": [VERSION]}}]}
TYPES = [{"typeId": 1, "category": "HUBSPOT_DEFINED", "label": "Primary"}]
LINKS = {
    "results": [{"from": {"id": "1"}, "to": [{"toObjectId": "5", "associationTypes": TYPES}]}],
    "errors": [{"category": "OBJECT_NOT_FOUND", "message": "none"}],
}
PROPERTY = {"name": "colour", "calculated": False, "modificationMetadata": {}, "createdAt": TIME}
STAGES = [{"id": "s", "metadata": {"isClosed": "true"}}]
SCHEMA = {
    "objectTypeId": "2-5",
    "name": "cars",
    "labels": {"plural": "Cars"},
    "properties": [PROPERTY],
    "associations": [{"fromObjectTypeId": "2-5", "toObjectTypeId": "0-1"}],
}


def compare(found: list[dict[str, Any]]) -> None:
    theirs = {record["id"]: record for record in found}
    here = {each: {"archived": False, "merged_into": None, "raw_json": RECORD} for each in theirs}
    differences(CONTACTS, theirs, here)


def link(found: dict[str, list[dict[str, Any]]]) -> None:
    assert found.keys() == {"1"}
    records.row(CONTACTS, RECORD, {"companies": found["1"]})
    compare([RECORD | {"links": {"companies": found["1"]}}])


def describe(found: list[dict[str, Any]]) -> None:
    for each in found:
        assert each["name"]
        values_since(each)


def stages(found: list[dict[str, Any]]) -> None:
    for stage in (each for pipeline in found for each in pipeline.get("stages") or []):
        (stage.get("metadata") or {}).get("isClosed")


def versions(found: list[dict[str, Any]]) -> None:
    for each in found:
        list(of_record(DEALS, each))


METHODS: dict[str, tuple[Callable[[Client], Any], dict[str, Any], Callable[[Any], object]]] = {
    "list": (lambda each: each.list_page("contacts", ["email"]).records, LIST, compare),
    "long list": (lambda each: each.list_page("contacts", ["n" * 9_000]).records, LIST, compare),
    "get": (lambda each: [each.get("contacts", "1", [])], RECORD, compare),
    "batch read": (lambda each: each.batch_read("contacts", ["1"], []), LIST, compare),
    "history": (lambda each: each.batch_read_history("deals", ["1"], []), HISTORY, versions),
    "search": (
        lambda each: each.search("contacts", [], "email", []).records,
        LIST | {"total": 1},
        compare,
    ),
    "associations": (lambda each: each.associations("contacts", "companies", ["1"]), LINKS, link),
    "properties": (lambda each: each.properties("contacts"), {"results": [PROPERTY]}, describe),
    "pipelines": (
        lambda each: each.pipelines("deals"),
        {"results": [{"id": "p", "stages": STAGES}]},
        stages,
    ),
    "schemas": (lambda each: each.schemas(), {"results": [SCHEMA]}, catalogue),
    "owners": (
        lambda each: each.owners(),
        {"results": [{"id": "1", "archived": False}], "errors": []},
        lambda found: [owner["id"] for owner in found],
    ),
    "account": (
        lambda each: each.account(),
        {"portalId": 1, "timeZone": "UTC", "companyCurrency": "EUR"},
        lambda found: int(found["portalId"]),
    ),
}
NEVER = {  # without these, or with anything odd in their place, an answer says nothing
    "list": [("results",), ("results", 0, "id"), ("results", 0, "properties")],
    "long list": [("results",), ("results", 0, "id"), ("results", 0, "properties")],
    "get": [("id",), ("properties",)],
    "batch read": [("results",), ("results", 0, "id"), ("results", 0, "properties")],
    "history": [("results",), ("results", 0, "id")],
    "search": [("results",), ("results", 0, "id"), ("results", 0, "properties")],
    "associations": [
        ("results",),
        ("results", 0, "from"),
        ("results", 0, "from", "id"),
        ("results", 0, "to"),
        ("results", 0, "to", 0, "toObjectId"),
    ],
    "properties": [("results",), ("results", 0, "name")],
    "pipelines": [("results",), ("results", 0, "id")],
    "schemas": [("results",), ("results", 0, "properties", 0, "name")],
    "owners": [("results",), ("results", 0, "id")],
    "account": [("portalId",)],
}


@pytest.fixture
def served(limit: RateLimit) -> Iterator[tuple[Client, list[bytes]]]:
    """Give a client of a server that gives one answer to everything: the last that was put
    there."""
    answers = [b"{}"]

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # one packet an answer: a second one waits 40 ms for the first one's receipt

        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(200)
            self.send_header("Content-Length", str(len(answers[-1])))
            self.end_headers()
            self.wfile.write(answers[-1])

        do_GET = do_POST = answer

        def log_message(self, *_: object) -> None:
            """Say nothing: there are thousands."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    with requests.Session() as session:
        session.trust_env = False
        url = f"http://127.0.0.1:{server.server_port}"
        yield Client(url, "token", "2026-09", limit, session), answers
    server.shutdown()


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of every value inside a value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for key, each in inner if isinstance(value, dict | list) else ():
        yield (*path, key)
        if isinstance(each, dict | list):
            yield from places(each, (*path, key))


def damaged(good: dict[str, Any], path: tuple[Any, ...], odd: Any) -> bytes:
    """Answer the answer with another value at one place, or with none."""
    body = copy.deepcopy(good)
    at: Any = body
    for key in path[:-1]:
        at = at[key]
    if odd is GONE:
        del at[path[-1]]
    else:
        at[path[-1]] = odd
    return json.dumps(body).encode()


@pytest.mark.parametrize("method", METHODS)
def test_an_answer_that_is_odd_anywhere_is_unavailable_or_can_be_read(
    served: tuple[Client, list[bytes]], method: str
) -> None:
    client, answers = served
    ask, good, read = METHODS[method]
    answers[0] = json.dumps(good).encode()
    read(ask(client))
    for path in places(good):
        for odd in (GONE, *ODD):
            answers[0] = damaged(good, path, odd)
            try:
                read(ask(client))
            except Unavailable as error:
                assert "HubSpot" in str(error)
            else:
                assert path not in NEVER[method] or may_be(method, path[-1], odd), (path, odd)


def may_be(method: str, field: Any, odd: Any) -> bool:
    """Tell whether a value that looks odd says something all the same: no record, no property, no
    link; a record's id as a number; a name or key that is opaque."""
    if field in ("results", "to", "properties"):
        return odd in ([], {"x": 1})
    keys = {"properties", "pipelines", "schemas", "owners"}
    fine = ["x", "٣", 5, -1] if method in keys else [5]
    return type(odd) in (int, str) and odd in fine


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("body", [b"", b"[]", b"null", b'"text"', b"5", b"<html>", b"{}"])
def test_an_answer_that_is_no_object_or_an_empty_one_is_unavailable(
    served: tuple[Client, list[bytes]], method: str, body: bytes
) -> None:
    client, answers = served
    answers[0] = body
    with pytest.raises(Unavailable, match="HubSpot"):
        METHODS[method][0](client)


@pytest.mark.parametrize(
    ("paging", "error"),
    [
        ({"next": {"after": "1"}}, Circular),
        ({"next": {"after": 5}}, Circular),
        ({"next": {"after": "opaque"}}, Circular),
        ({"next": {"link": "https://elsewhere.example"}}, Unavailable),
        ({"next": {"after": None}}, Unavailable),
        ({"next": "5"}, Unavailable),
        ("5", Unavailable),
        ([], Unavailable),
    ],
)
def test_a_walk_ends_where_its_pages_do_not_lead_on(
    served: tuple[Client, list[bytes]], paging: Any, error: type
) -> None:
    """The same page again and again; or a page that does not say what follows, taken for the last
    one, would let rows look as if HubSpot had them no longer."""
    client, answers = served
    answers[0] = json.dumps({"results": [{"id": "1"}], "paging": paging}).encode()
    with pytest.raises(Unavailable) as raised:
        client.owners()
    assert type(raised.value) is error
    ends = {"from": {"id": "1"}, "to": [{"toObjectId": "5"}], "paging": paging}
    answers[0] = json.dumps({"results": [ends]}).encode()
    with pytest.raises(Unavailable) as raised:
        client.associations("contacts", "companies", ["1"])
    assert type(raised.value) is error


def test_links_of_a_record_that_was_not_asked_for_are_left_out(
    served: tuple[Client, list[bytes]],
) -> None:
    """And their further pages are not asked for."""
    client, answers = served
    more = [LINKS["results"][0] | {"paging": {"next": {"after": "2"}}}]
    answers[0] = json.dumps({"results": more}).encode()
    assert client.associations("contacts", "companies", ["7"]) == {"7": []}


@pytest.mark.parametrize("errors", [5, "x", [5], {"context": 5}, [{"context": [5]}]])
def test_a_refusal_whose_errors_are_odd_is_the_same_refusal(errors: Any) -> None:
    found = from_response(403, {"errors": errors, "message": ["x"]}, {}, "GET /")
    assert type(found) is MissingScopes
    odd = {"errors": [{"context": {"requiredGranularScopes": [5, "b", None]}}]}
    assert "5, None, b" in str(from_response(403, odd, {}, "GET /"))
