"""The rules of sql/views: one view a file, named, numbered by layer, explained, and safe to expose."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from db.migrate import VIEWS

from .conftest import Crm

FILES = pytest.mark.parametrize("path", sorted(VIEWS.glob("*.sql")), ids=lambda path: path.stem)


@FILES
def test_a_file_is_a_comment_and_one_view_of_its_name(path: Path) -> None:
    text = path.read_text()
    name = path.stem.split("_", 1)[1]
    assert text.startswith("-- ")
    assert "Deliberately" in text.split("create or replace view")[0]
    assert re.findall(r"^create or replace view (\w+) with \(security_invoker = true\) as$", text, re.M) == [name]
    assert text.count(";\n") == 1


@FILES
def test_the_schema_is_never_named(path: Path) -> None:
    assert not re.search(r"\b(hubspot|extensions|public)\.\w", path.read_text())


@FILES
def test_a_view_stands_on_lower_or_equal_layers_only(path: Path) -> None:
    layers = {file.stem.split("_", 1)[1]: file.stem for file in VIEWS.glob("*.sql")}
    code = re.sub(r"--.*", "", path.read_text())
    used = {layers[name] for name in re.findall(r"(?:from|join) (\w+)", code) if name in layers}
    assert all(stem[:2] <= path.stem[:2] for stem in used)


def test_row_level_security_covers_the_tables_of_links(crm: Crm) -> None:
    assert crm.rows("pg_tables where tablename = 'manual_links'", "rowsecurity") == [(True,)]
