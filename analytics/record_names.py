"""What people call a record, and finding records by that, by e-mail address or by id.

An id is looked up by key, an address by index, and the words of a name by an index of parts of
words. Where a type has none, all of its records are read, so the types with long texts for names
are left out.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

from psycopg import sql

from analytics.record_fields import Shape
from analytics.record_filters import as_pattern
from db.connect import Connection
from db.mirrored_tables import of_type
from db.queries import QueryRow
from hubspot.objects import ObjectType

_ID = re.compile(r"[1-9]\d{0,18}", re.ASCII)
_MARKUP = re.compile(r"<[^>]*>")
LONGEST_NAME, MOST_OF_A_TYPE, SHORTEST_WORD = 120, 8, 3
_ROWS = """
select {place} as place, record.hubspot_id, record.updated_at, array[{values}]::text[] as values
from {table} as record
where record.portal_id = {portal_id}{of_type}
    and not record.archived and record.merged_into is null and {condition}
limit {limit}
"""


def name_of(kind: ObjectType, properties: Mapping[str, str | None]) -> str | None:
    """Answer what people call a record; None where nothing that names it has a value."""
    for words in kind.named_by:
        found = " ".join(filter(None, (_plain(properties.get(each)) for each in words.split())))
        if found:
            if len(found) <= LONGEST_NAME:
                return found
            return found[: LONGEST_NAME - 1] + "…"
    return None


def _plain(text: str | None) -> str:
    """Take the markup from the text of a note or mail, which HubSpot keeps as HTML."""
    text = text or ""
    has_markup = "</" in text or "<br" in text
    return " ".join((_MARKUP.sub(" ", text) if has_markup else text).split())


def names(conn: Connection, shape: Shape, hubspot_ids: Collection[str]) -> dict[str, str | None]:
    """Answer the names of the records of these ids that show: id → name."""
    if not hubspot_ids:
        return {}
    ids = sql.SQL("record.hubspot_id = any ({})").format(sql.Literal(sorted(hubspot_ids)))
    rows = conn.execute(_statement(shape, ids, len(hubspot_ids))).fetchall()
    return {row["hubspot_id"]: _name(shape, row) for row in rows}


def is_id(text: str) -> bool:
    """Tell whether HubSpot could give such an id."""
    return _ID.fullmatch(text) is not None


def search(
    conn: Connection, shapes: Iterable[Shape], text: str, most: int = MOST_OF_A_TYPE
) -> list[tuple[Shape, list[QueryRow]]]:
    """Find records by id, e-mail address or a part of their name: at most `most` of each type.

    All types are asked at once: asked one by one, the way there and back took most of the time.
    """
    wanted, every = text.replace("\0", "").strip(), list(shapes)
    parts = [
        sql.SQL("({})").format(_statement(shape, condition, most, place))
        for place, shape in enumerate(every)
        if wanted and (condition := _condition(shape, wanted))
    ]
    if not parts:
        return []
    rows = conn.execute(sql.SQL(" union all ").join(parts)).fetchall()
    found = [
        (shape, [row | {"name": _name(shape, row)} for row in rows if row["place"] == place])
        for place, shape in enumerate(every)
    ]
    return [(shape, own) for shape, own in found if own]


def _condition(shape: Shape, text: str) -> sql.Composable | None:
    """Say which records of a type are found; None where none can be."""
    conditions = list(_conditions(shape, text))
    if not conditions:
        return None
    condition: sql.Composable = sql.SQL("({})").format(sql.SQL(" or ").join(conditions))
    if shape.kind.finds_names and "@" not in text and (words := _words(text)):
        condition = sql.SQL("{} and {}").format(_candidates(shape, text, words), condition)
    return condition


def _words(text: str) -> list[str]:
    """Answer the parts of a text that the index of parts of words can find."""
    return [word for word in text.split() if sum(map(str.isalnum, word)) >= SHORTEST_WORD]


def _candidates(shape: Shape, text: str, words: list[str]) -> sql.Composed:
    """Say which rows are looked at: the one of this id, and the ones with all of the words."""
    return sql.SQL(
        "record.hubspot_id in (select {} union select found.hubspot_id"
        " from records_named({}, {}) as found where found.portal_id = {})"
    ).format(*map(sql.Literal, (text, shape.kind.name, words, shape.portal_id)))


def _conditions(shape: Shape, text: str) -> Iterable[sql.Composable]:
    """Say which rows fit. A long id is nothing else; an address is looked up where one is kept."""
    if is_id(text):
        yield sql.SQL("record.hubspot_id = {}").format(sql.Literal(text))
        if len(text) > 4:
            return
    email = shape.fields.get("email")
    if "@" in text and email is not None and email.column is not None:
        # As written and in lower case, as HubSpot keeps it: lower(…) uses no index for readers.
        written = sorted({text, text.lower()})
        yield sql.SQL("{} = any ({})").format(email.value, sql.Literal(written))
        return
    columns = {column.property for column in shape.kind.columns}
    kept = [name for name in shape.names if name in columns or shape.kind.shared]
    if kept and "@" not in text and not _is_long(shape.kind):
        values = (shape.fields[name].value for name in kept)
        called = sql.SQL("concat_ws(' ', {})").format(sql.SQL(", ").join(values))
        yield sql.SQL("{} ilike {}").format(called, sql.Literal(as_pattern(text)))


def _is_long(kind: ObjectType) -> bool:
    """Tell whether records are called by a text that people wrote, as notes are."""
    return any(word.startswith("hs_") for each in kind.named_by for word in each.split())


def _statement(shape: Shape, condition: sql.Composable, limit: int, place: int = 0) -> sql.Composed:
    values = (shape.fields[name].text for name in shape.names)
    return sql.SQL(_ROWS).format(
        place=sql.Literal(place),
        values=sql.SQL(", ").join(values),
        table=sql.Identifier(shape.kind.table),
        portal_id=sql.Literal(shape.portal_id),
        of_type=of_type(shape.kind, "record"),
        condition=condition,
        limit=sql.Literal(limit),
    )


def _name(shape: Shape, row: QueryRow) -> str | None:
    return name_of(shape.kind, dict(zip(shape.names, row["values"], strict=True)))
