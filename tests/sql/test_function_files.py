"""The rules of sql/functions: one function a file with its triggers, in a folder of its subject,
explained, used, and right from any schema."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from db.migrate import VIEWS
from db.rebuild import FUNCTIONS, sources

from .conftest import Crm

ROOT = VIEWS.parents[1]
FOLDER = VIEWS.parent / FUNCTIONS
FILES = pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.sql")), ids=lambda path: path.stem)
WITH_OUR_RIGHTS = {
    "search_as_reader",  # asks itself what its caller may see: tests/db/test_reader_people.py
    "search_names_as_reader",
    "records_in_order",
    "keep_users",  # the program that writes its users has no rights here
    "forget_users",
}
PRODUCT = ("analytics", "commands", "db", "hubspot", "operations", "workers")
# What people call, these pages say, and tests/sql/test_docs.py runs it.
FOR_PEOPLE = ("metrics.md", "sql.md", "readers.md")


def code(text: str) -> str:
    """Answer the text of a file without its comments."""
    return re.sub(r"--.*", "", text)


@FILES
def test_a_file_is_a_comment_and_one_function_of_its_name(path: Path) -> None:
    text = path.read_text()
    assert text.startswith("-- ")
    assert re.findall(r"^create or replace function (\w+)\(", text, re.M) == [path.stem]
    assert text.endswith(";\n")


@FILES
def test_triggers_stand_beside_their_own_function(path: Path) -> None:
    called = re.findall(r"execute function (\w+)", code(path.read_text()))
    assert set(called) <= {path.stem}
    assert ("returns trigger" in path.read_text()) == bool(called)


@FILES
def test_it_finds_our_tables_for_every_caller_and_reads_only_what_the_caller_may(
    path: Path,
) -> None:
    """A body that is one expression (`return …`) was parsed when it was made."""
    text = code(path.read_text())
    own_path = "set search_path from current" in text or "set search_path = %I, pg_temp" in text
    bound = re.search(r"^    return\b", text, re.M) and "$$" not in text
    needs_none = path.parent.name == "properties"  # the built-in functions alone
    assert own_path or bound or needs_none
    assert ("security definer" in text.lower()) == (path.stem in WITH_OUR_RIGHTS)
    assert not re.search(r"\b(hubspot|public)\.\w", text)


def users() -> dict[str, str]:
    """Answer the code of the product, by file: SQL, migrations and Python."""
    python = [path for room in PRODUCT for path in (ROOT / room).glob("*.py")]
    queries = [*(ROOT / "sql" / "queries").glob("*.sql"), *(ROOT / "db").glob("migrations/*.sql")]
    texts = {str(path): path.read_text() for path in [*python, *queries]}
    return texts | {each.file: each.text for each in sources(VIEWS)}


WORDS = {file: set(re.findall(r"\w+", code(text))) for file, text in users().items()}
QUERIES_OF_PEOPLE = "".join((ROOT / "docs" / name).read_text() for name in FOR_PEOPLE)


@FILES
def test_every_function_is_used(path: Path) -> None:
    """By other SQL, by Python, by a trigger of its own, or by people as a query of docs/ shows."""
    own = str(path.relative_to(VIEWS.parent))
    fired = f"execute function {path.stem}(" in path.read_text()
    called = [file for file, words in WORDS.items() if file != own and path.stem in words]
    assert fired or called or f"{path.stem}(" in QUERIES_OF_PEOPLE


def test_functions_in_migrations_are_those_that_an_index_needs() -> None:
    """Another answer of theirs takes a migration that builds the entries again."""
    texts = [code(path.read_text()) for path in (ROOT / "db").glob("migrations/*.sql")]
    made = {name for text in texts for name in re.findall(r"create function (\w+)", text)}
    assert made == {"phone_key", "email_key", "contact_user_id"}
    assert [text for text in texts if re.search(r"create (or replace )?(trigger|view)", text)] == []


def test_a_caller_without_our_schema_in_its_search_path_gets_the_same(crm: Crm) -> None:
    crm.portal()
    crm.call("1", call_timestamp="2026-01-01")
    crm.conn.execute(
        "create schema elsewhere; create view elsewhere.portals as select 1 as nothing"
    )
    crm.conn.execute("set local search_path = elsewhere")
    assert crm.rows("hubspot.sales_metrics()", '"totalCalls"') == [(1,)]
