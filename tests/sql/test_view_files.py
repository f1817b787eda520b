"""The rules of sql/views: one view a file, in a folder of its subject, explained, and safe to
expose."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from db.migrate import VIEWS
from db.per_type import repeated
from db.rebuild import Source, ordered, sources
from hubspot.objects import OBJECT_TYPES

from .conftest import Crm

VIEW_FILES = [each for each in sources(VIEWS) if each.file.startswith("views/")]
FILES = pytest.mark.parametrize("each", VIEW_FILES, ids=lambda each: each.names[0])


@FILES
def test_a_file_is_a_comment_and_one_view_of_its_name(each: Source) -> None:
    text = each.text
    created = r"^create or replace view (\w+) with \(security_invoker = true\) as$"
    assert text.startswith("-- ")
    assert re.findall(created, text, re.M) == [Path(each.file).stem]
    assert re.sub(r"--.*", "", text).count(";\n") == 1


@FILES
def test_the_schema_is_never_named(each: Source) -> None:
    assert not re.search(r"\b(hubspot|extensions|public)\.\w", each.text)


@FILES
def test_people_see_in_the_database_what_the_file_says(each: Source, crm: Crm) -> None:
    view = each.names[0]
    said = crm.rows(f"(select obj_description('{view}'::regclass) as said) as comment", "said")
    assert said == [(each.header,)]
    assert len(each.header) > 80


def test_a_block_is_written_out_for_every_type_or_for_those_that_merge() -> None:
    text = "a <types>\n  -- for each type that merges:\n  b <type>\n  -- end\nc\n"
    kinds = [OBJECT_TYPES["deals"], OBJECT_TYPES["calls"]]
    assert repeated(text, kinds) == "a 'deals', 'calls'\n  b deals\nc\n"
    assert "  b calls\n" in repeated(text.replace(" that merges", ""), kinds)


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
