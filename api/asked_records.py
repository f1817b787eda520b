"""What a request about records means: which type of which portal, which page, which record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from analytics import record_fields, record_filters, record_names, record_pages
from analytics.record_fields import Shape
from analytics.record_pages import Place, Question
from api.guard import caller, note, portal_of, servers_of_app
from api.problems import Refusal, not_found
from api.record_models import RecordsIn
from hubspot.catalogue import Catalogue
from hubspot.objects import ObjectType
from operations import cursors
from operations.freshness import RecordKey

SENSITIVE = "records:read:sensitive"
EVERYTHING = "*"


def types_of(asked: int | None) -> tuple[int, Catalogue]:
    """Answer the portal of a request, and the types that it has."""
    portal_id = portal_of(asked)
    portal = servers_of_app().portal(portal_id)
    if portal is None:
        raise not_found(f"portal {portal_id}")
    return portal_id, servers_of_app().types(portal)


def kind_of(asked: int | None, object_type: str) -> tuple[int, ObjectType]:
    """Answer the portal and the type of a request."""
    portal_id, types = types_of(asked)
    if object_type not in types:
        raise not_found("such type of records")
    return portal_id, types[object_type]


def key_of(asked: int | None, object_type: str, hubspot_id: str) -> RecordKey:
    """Answer the record of a request, which need not be here."""
    portal_id, kind = kind_of(asked, object_type)
    if not record_names.is_id(hubspot_id):
        raise not_found(f"record of this id among {kind.name}")
    return RecordKey(portal_id, kind, hubspot_id)


def may_see_sensitive() -> bool:
    """Tell whether the caller may read what the portal marks as sensitive."""
    return SENSITIVE in caller().scopes


def shape_of(conn: Any, portal_id: int, kind: ObjectType) -> Shape:
    """Answer the properties of a type that the caller may see."""
    return record_fields.shape(conn, portal_id, kind, may_see_sensitive())


def question_of(shape: Shape, asked: RecordsIn) -> Question:
    """Read the question of a page. Raises Unanswerable for what it cannot mean."""
    conditions = tuple(record_filters.read(shape, asked.filter))
    sort, descending = record_pages.sorted_by(shape, asked.sort)
    names = tuple(_names(shape, asked.fields))
    return Question(shape, conditions, sort, descending, names, asked.limit)


def _names(shape: Shape, given: str | None) -> Sequence[str]:
    if given is None:
        return shape.main
    if given == EVERYTHING:
        return list(shape.fields)
    return [shape.field(name).name for name in dict.fromkeys(given.split(",")) if name]


def place_of(shape: Shape, asked: RecordsIn) -> Place | None:
    """Read where a page begins, from a cursor of ours for the same question."""
    if asked.cursor is None:
        return None
    settings = servers_of_app().settings
    try:
        return Place(*cursors.read(settings, _signed(shape, asked), asked.cursor))
    except cursors.CursorError as error:
        raise Refusal(422, str(error)) from error


def cursor_of(shape: Shape, asked: RecordsIn, place: Place | None) -> str | None:
    """Write where the next page begins."""
    if place is None:
        return None
    where = (place.value, place.hubspot_id, place.is_among_empty)
    return cursors.write(servers_of_app().settings, _signed(shape, asked), where)


def _signed(shape: Shape, asked: RecordsIn) -> list[Any]:
    return [shape.portal_id, shape.kind.name, asked.sort, asked.filter]


def note_sensitive(shape: Shape, names: Sequence[str], details: dict[str, Any]) -> None:
    """Enter into the audit that sensitive properties are read: which, and not what they say."""
    read = sorted(name for name in set(names) if shape.fields[name].is_sensitive)
    if read:
        about = {"type": shape.kind.name, "properties": read, **details}
        note(servers_of_app(), "sensitive read", shape.portal_id, about)
