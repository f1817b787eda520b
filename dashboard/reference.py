"""/docs: the API's document as a page of ours. It is made on the server, and asks no other server.

The document itself names no portal and no record, so the page is open to everybody.
"""

from __future__ import annotations

from itertools import starmap
from typing import Any

from flask import Blueprint, abort, current_app, render_template

METHODS = ("get", "post", "put", "patch", "delete")


def add(site: Blueprint) -> None:
    """Add the page to the others."""

    @site.get("/docs")
    def docs() -> str:
        document: dict[str, Any] | None = getattr(current_app, "spec", None)
        if document is None:  # pages without an API
            abort(404)
        return render_template("docs.html", **content(document))


def content(document: dict[str, Any]) -> dict[str, Any]:
    """Answer what the page shows: routes by family, then what goes in and comes out."""
    schemas = document.get("components", {}).get("schemas", {})
    return {
        "about": document["info"],
        "families": [_family(document, tag) for tag in document["tags"]],
        "shapes": [_shape(name, schemas[name]) for name in sorted(schemas)],
    }


def _family(document: dict[str, Any], tag: dict[str, str]) -> dict[str, Any]:
    found = []
    for path, operations in sorted(document["paths"].items()):
        for method in METHODS:
            if method in operations and tag["name"] in operations[method]["tags"]:
                found.append(_route(method, path, operations[method]))
    return {"name": tag["name"], "about": tag["description"], "routes": found}


def _route(method: str, path: str, operation: dict[str, Any]) -> dict[str, Any]:
    return {
        "method": method.upper(),
        "path": path,
        "anchor": operation["operationId"],
        "summary": operation.get("summary", ""),
        "description": operation.get("description", ""),
        "scope": operation["x-scope"],
        "parameters": [_parameter(each) for each in operation.get("parameters", [])],
        "body": _body(operation.get("requestBody", {})),
        "answers": list(starmap(_answer, sorted(operation["responses"].items()))),
    }


def _answer(status: str, answer: dict[str, Any]) -> dict[str, str]:
    return {"status": status, "about": answer["description"], "shape": _body(answer)}


def _parameter(given: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": given["name"],
        "place": given["in"],
        "is_needed": given.get("required", False),
        "shape": shape_of(given["schema"]),
        "about": given.get("description") or given["schema"].get("description", ""),
    }


def _body(holder: dict[str, Any]) -> str:
    """Answer the shape of the first content that there is."""
    for kind, content in holder.get("content", {}).items():
        if "schema" in content:
            return shape_of(content["schema"])
        return str(kind)
    return ""


def _shape(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    needed = schema.get("required", [])
    fields = []
    for field, each in schema.get("properties", {}).items():
        about = {"name": field, "about": each.get("description", "")}
        fields.append(about | {"shape": shape_of(each), "is_needed": field in needed})
    return {"name": name, "about": schema.get("description", ""), "fields": fields}


def shape_of(schema: dict[str, Any]) -> str:
    """Say in words which values a schema allows."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "enum" in schema:
        return " | ".join(str(each) for each in schema["enum"])
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            return " or ".join(dict.fromkeys(shape_of(each) for each in schema[several]))
    if schema.get("type") == "array":
        return f"list of {shape_of(schema.get('items', {}))}"
    return str(schema.get("format") or schema.get("type") or "anything")
