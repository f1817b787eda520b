"""The rules of sql/functions: one function a file, in a folder of its subject, explained, and right
from any schema."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from db.migrate import VIEWS
from db.rebuild import FUNCTIONS

from .conftest import Crm

FOLDER = VIEWS.parent / FUNCTIONS
FILES = pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.sql")), ids=lambda path: path.stem)


@FILES
def test_a_file_is_a_comment_and_one_function_of_its_name(path: Path) -> None:
    text = path.read_text()
    assert text.startswith("-- ")
    assert re.findall(
        r"^create or replace function (\w+)\($", re.sub(r"\(.*", "(", text), re.M
    ) == [path.stem]
    assert text.endswith("$$;\n")


# asks itself what its caller may see: tests/db/test_reader_people.py
WITH_OUR_RIGHTS = {"search_as_reader"}


@FILES
def test_it_finds_our_tables_whoever_calls_it_and_reads_only_what_the_caller_may(
    path: Path,
) -> None:
    text = path.read_text()
    assert "set search_path from current" in text
    assert ("security definer" in text.lower()) == (path.stem in WITH_OUR_RIGHTS)
    assert not re.search(r"\b(hubspot|extensions|public)\.\w", text)


def test_a_caller_without_our_schema_in_its_search_path_gets_the_same(crm: Crm) -> None:
    crm.portal()
    crm.call("1", call_timestamp="2026-01-01")
    crm.conn.execute(
        "create schema elsewhere; create view elsewhere.portals as select 1 as nothing"
    )
    crm.conn.execute("set local search_path = elsewhere")
    assert crm.rows("hubspot.sales_metrics()", '"totalCalls"') == [(1,)]
