"""/marketing/forms: make, read, change and remove forms.

https://developers.hubspot.com/docs/api-reference/latest/marketing/forms/guide
"""

from typing import Any
from uuid import uuid4

from flask import Blueprint, Response

from ..errors import not_found
from ..wire import iso
from .families import held, paged
from .reply import DATED, asked, empty, portal, reply

_ALL = f"/marketing/forms/{DATED}"
_FORM = f"{_ALL}/<form_id>"


def register(api: Blueprint) -> None:
    api.get(_ALL)(forms)
    api.post(_ALL)(create_form)
    api.get(_FORM)(one_form)
    api.patch(_FORM)(change_form)
    api.put(_FORM)(replace_form)
    api.delete(_FORM)(delete_form)


def found(form_id: str) -> dict[str, Any]:
    """Find a form; raise Problem where there is none."""
    one: dict[str, Any] | None = held("forms").get(form_id)
    if one is None:
        raise not_found(f"form {form_id}")
    return one


def forms(version: str) -> Response:
    return paged(list(held("forms").values()), 100)


def create_form(version: str) -> Response:
    form_id, now = str(uuid4()), iso(portal().now())
    given = {"id": form_id, "createdAt": now, "updatedAt": now, "archived": False}
    held("forms")[form_id] = dict(asked()) | given
    return reply(held("forms")[form_id])


def one_form(version: str, form_id: str) -> Response:
    return reply(found(form_id))


def change_form(version: str, form_id: str) -> Response:
    one = found(form_id)
    one |= dict(asked()) | {"id": form_id, "updatedAt": iso(portal().now())}
    return reply(one)


def replace_form(version: str, form_id: str) -> Response:
    kept = {name: found(form_id)[name] for name in ("id", "createdAt", "archived")}
    held("forms")[form_id] = dict(asked()) | kept | {"updatedAt": iso(portal().now())}
    return reply(held("forms")[form_id])


def delete_form(version: str, form_id: str) -> Response:
    found(form_id)
    del held("forms")[form_id]
    return empty()
