"""The rules of sql/views: one view a file, in a folder of its subject, explained, and safe to
expose."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from db.migrate import VIEWS
from db.rebuild import Source, ordered

from .conftest import Crm

FILES = pytest.mark.parametrize("path", sorted(VIEWS.rglob("*.sql")), ids=lambda path: path.stem)


@FILES
def test_a_file_is_a_comment_and_one_view_of_its_name(path: Path) -> None:
    text = path.read_text()
    created = r"^create or replace view (\w+) with \(security_invoker = true\) as$"
    assert text.startswith("-- ")
    assert re.findall(created, text, re.M) == [path.stem]
    statements = re.sub(r"^--.*\n", "", text, flags=re.M)
    assert statements.count(";\n") == 1


@FILES
def test_the_schema_is_never_named(path: Path) -> None:
    assert not re.search(r"\b(hubspot|extensions|public)\.\w", path.read_text())


@FILES
def test_people_see_in_the_database_what_the_file_says(path: Path, crm: Crm) -> None:
    said = crm.rows(f"(select obj_description('{path.stem}'::regclass) as said) as comment", "said")
    first = path.read_text().splitlines()[0].removeprefix("-- ")
    assert str(said[0][0]).startswith(first)


def source(file: str, text: str) -> Source:
    return Source(file, text, (("view", file),))


def test_a_file_comes_after_what_it_needs() -> None:
    found = [
        source("a", "from c -- and b"),
        source("b", "from a"),
        source("c", "from d"),
        source("d", ""),
    ]
    assert [each.file for each in ordered(found)] == ["d", "c", "a", "b"]


def test_files_that_need_one_another_are_named() -> None:
    with pytest.raises(ValueError, match=r"need one another: \['a', 'b'\]"):
        ordered([source("a", "from b"), source("b", "from a"), source("c", "")])


def test_row_level_security_covers_the_tables_of_links(crm: Crm) -> None:
    assert crm.rows("pg_tables where tablename = 'manual_links'", "rowsecurity") == [(True,)]
