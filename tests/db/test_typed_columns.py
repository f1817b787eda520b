"""Names and types of the columns of a typed view, for any names that portals give their
properties."""

from __future__ import annotations

import pytest

from db.typed_columns import (
    Definition,
    Fixed,
    PropertyColumn,
    arranged,
    comments,
    sql_names,
    wanted,
)

FIXED = (
    Fixed("portal_id", None),
    Fixed("email", "email"),
    Fixed("status", "hs_task_status"),
    Fixed("raw_json", None),
)
NAMES = {"portal_id", "email", "status", "raw_json"}


def definition(name: str, *types: tuple[str, str], label: str | None = None) -> Definition:
    return Definition(name, types or (("string", "text"),), label)


@pytest.mark.parametrize(
    "name", ["favourite_colour", "_x", "order", "xmin", "a" * 63, "campaign_20240101"]
)
def test_a_plain_name_stays_what_it_is(name: str) -> None:
    assert sql_names([name], NAMES) == {name: name}


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("a" * 64, "a" * 54 + "_014842d4"),
        ("größe", "gr__e_fdbb3a56"),
        ("Größe", "gr__e_d2484533"),
        ("1st", "_1st_ec31383c"),
        ("", "__d41d8cd9"),
        ('"; drop table x; --', "___drop_table_x_____81d6989b"),
        ("raw_json", "raw_json_305cc153"),
        ("status", "status_9acb4454"),
    ],
)
def test_any_other_is_told_apart_by_its_hash(name: str, column: str) -> None:
    assert sql_names([name], NAMES) == {name: column}


def test_a_stand_in_does_not_depend_on_the_other_properties_and_never_takes_their_names() -> None:
    long, other = "x" * 66 + "_one", "x" * 66 + "_two"
    alone = sql_names([long], NAMES)[long]
    both = sql_names([other, long], NAMES)
    assert both[long] == alone != both[other]
    assert all(len(name) <= 63 for name in both.values())
    taken = sql_names([long, alone], NAMES)
    assert taken[alone] == alone
    assert taken[long] not in (alone, long)


def test_a_property_that_a_fixed_column_shows_is_not_repeated() -> None:
    found = wanted(FIXED, [definition("email"), definition("hs_task_status"), definition("status")])
    assert [(column.name, column.source) for column in found] == [
        ("hs_task_status", "hs_task_status"),
        ("status_9acb4454", "status"),
    ]


@pytest.mark.parametrize(
    ("types", "expected"),
    [
        ([("string", "textarea")], "text"),
        ([("number", "number")], "numeric"),
        ([("date", "date")], "date"),
        ([("datetime", "date")], "timestamptz"),
        ([("bool", "booleancheckbox")], "boolean"),
        ([("enumeration", "select")], "text"),
        ([("enumeration", "checkbox")], "text[]"),
        ([("object_coordinates", "text")], "text"),
        ([("", "")], "text"),
        ([("number", "number"), ("number", "calculation_equation")], "numeric"),
        ([("number", "number"), ("string", "text")], None),
        ([("enumeration", "checkbox"), ("enumeration", "radio")], None),
    ],
)
def test_a_type_is_hubspots_or_text(types: list[tuple[str, str]], expected: str | None) -> None:
    """Several are of several portals; None: they do not agree."""
    found = definition("x", *types)
    assert (found.sql_type if found.is_agreed else None) == expected


def test_a_list_of_ids_is_a_list_though_hubspot_calls_it_a_number() -> None:
    assert definition("hs_hd_ticket_ids", ("number", "number")).sql_type == "text[]"


def columns(*names: str, type: str = "text") -> list[PropertyColumn]:
    return [PropertyColumn(name, name, type) for name in names]


def test_columns_keep_their_places_and_new_ones_come_last() -> None:
    assert arranged(columns("a", "b", "c"), columns("c", "gone", "a"), 9) == (
        columns("c", "a", "b"),
        [],
    )


def test_what_does_not_fit_is_left_out_and_named() -> None:
    assert arranged(columns("d", "a", "b"), columns("b"), 2) == (columns("b", "d"), ["a"])


def test_kept_columns_stay_as_they_were() -> None:
    before = columns("a", "gone", type="numeric")
    assert arranged(columns("a", "b"), before, 9, keep=True) == (before + columns("b"), [])


def test_comments_say_the_label_and_the_internal_name_where_it_differs() -> None:
    labels = {"email": "E-mail", "hs_task_status": "Status", "größe": "Größe", "plain": None}
    found = comments(FIXED, wanted(FIXED, [definition(name) for name in labels]), labels)
    assert found == {
        "email": "E-mail",
        "status": "Status (HubSpot property hs_task_status)",
        "hs_task_status": "Status",
        "gr__e_fdbb3a56": "Größe (HubSpot property größe)",
        "plain": "plain",
    }
