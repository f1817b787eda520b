"""What the document says of every route alike: its scope, its errors, its headers.

A route documents its answers; this adds the refusals that any of them may give, so that a client
made from the document knows each of them.
"""

from __future__ import annotations

import re
from typing import Any

from apiflask import APIFlask
from werkzeug.routing import Rule

from api import guard, problems

METHODS = ("get", "post", "put", "patch", "delete")
RETRY_AFTER = {
    "Retry-After": {"description": "Seconds to wait", "schema": {"type": "string"}},
}
ETAG = {"ETag": {"description": "A hash of the answer", "schema": {"type": "string"}}}
REFUSALS: dict[str, tuple[str, dict[str, Any]]] = {
    "400": ("The request's body cannot be read", {}),
    "401": ("No valid token", {}),
    "403": ("The token lacks the scope", {}),
    "404": ("There is no such thing that this token may see", {}),
    "409": ("Not in the state that it is in now", {}),
    "415": ("The body is not JSON, as Content-Type says", {}),
    "422": ("A part of the request cannot be understood; errors names it", {}),
    "429": ("Too many requests", RETRY_AFTER),
    "503": ("Not just now", RETRY_AFTER),
}
_CHOICE = re.compile(r"<any\(([^)]*)\):(\w+)>")


def register(app: APIFlask) -> None:
    """Let the document be completed when it is made."""

    @app.spec_processor  # type: ignore[arg-type]  # made as a dict, never as YAML
    def complete(document: dict[str, Any]) -> dict[str, Any]:
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        for name in ("ValidationError", "HTTPError"):  # the framework's, of the same form
            schemas.pop(name, None)
        schemas["Problem"] = problems.Problem.model_json_schema()
        _name_shortly(document, schemas)
        for rule in app.url_map.iter_rules():
            for operation in _operations(document, rule):
                _complete(operation, rule, guard.scope_of(app, rule.endpoint))
        return document


def _name_shortly(document: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Let a model have one name, `TypeOut`, wherever it is used.

    The framework calls it `TypesOut.TypeOut` inside another. Raises ValueError for two of a name.
    """
    longer = [name for name in schemas if "." in name]
    for name in longer:
        short, schema = name.rpartition(".")[2], schemas.pop(name)
        if _fields(schemas.setdefault(short, schema)) != _fields(schema):
            raise ValueError(f"Two models are called {short}")
    _point_to_short_names(document)


def _fields(schema: dict[str, Any]) -> list[str]:
    return sorted(schema.get("properties", {}))


def _point_to_short_names(part: Any) -> None:
    if isinstance(part, dict):
        if isinstance(place := part.get("$ref"), str) and "." in place:
            part["$ref"] = f"#/components/schemas/{place.rpartition('.')[2]}"
        part = list(part.values())
    if isinstance(part, list):
        for each in part:
            _point_to_short_names(each)


def _operations(document: dict[str, Any], rule: Rule) -> list[dict[str, Any]]:
    """Answer what the document says of a route, method by method."""
    path = re.sub(r"<(?:[^<>]*:)?(\w+)>", r"{\1}", rule.rule)
    found, ours = document["paths"].get(path, {}), rule.methods or set()
    return [found[each] for each in METHODS if each in found and each.upper() in ours]


def _complete(operation: dict[str, Any], rule: Rule, scope: str | None) -> None:
    family, _, name = rule.endpoint.partition(".")
    choices = {name: re.findall("'([^']*)'", text) for text, name in _CHOICE.findall(rule.rule)}
    operation["operationId"] = f"{family}_{name}"
    operation["tags"] = [family]
    operation["security"] = [{"token": []}]
    operation["x-scope"] = scope
    for parameter in operation.get("parameters", []):
        if parameter["name"] in choices:
            parameter["schema"]["enum"] = choices[parameter["name"]]
    answers = operation["responses"]
    for status, (words, headers) in REFUSALS.items():
        answers[status] = _problem(words, headers)
    if any(each["name"] == "fresh_since" for each in operation.get("parameters", [])):
        answers["504"] = _problem("The copy has not seen that moment yet", {})
    if "GET" in (rule.methods or ()):
        answers["200"]["headers"] = ETAG
        answers["304"] = {"description": "As before: If-None-Match names it", "headers": ETAG}


def _problem(words: str, headers: dict[str, Any]) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    answer = {"description": words, "content": {problems.MEDIA_TYPE: {"schema": schema}}}
    return answer | ({"headers": headers} if headers else {})
