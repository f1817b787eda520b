"""The walls of the house: who may import whom, how long a file may be, and that every command is documented.

Why they stand where they do: the receiver stays light and cannot be blocked by a slow database; HubSpot and Postgres
meet in the workers only; no page can spend the rate limit; the simulator is never part of the product.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli import spoke

ROOT = Path(__file__).parents[1]
HIDDEN = {".venv", ".demo", ".git"}
FILES = [path for path in ROOT.glob("**/*.py") if not HIDDEN & set(path.relative_to(ROOT).parts)]
OURS = {path.relative_to(ROOT).parts[0].removesuffix(".py") for path in FILES}
MAY_IMPORT = {
    "settings": set(),
    "memory": set(),
    "jobs": {"memory"},
    "deliveries": set(),
    "embedded": {"keeper", "ownership"},
    "keeper": {"surroundings"},
    "ownership": {"settings"},
    "surroundings": set(),
    "hubspot": set(),
    "db": set(),
    "webhooks": {"settings", "hubspot", "jobs", "deliveries", "memory"},
    "workers": {"settings", "hubspot", "jobs", "deliveries", "memory", "db"},
    "api": {"settings", "db", "jobs", "deliveries"},
    "dashboard": {"settings", "db", "jobs", "deliveries", "api"},
    "commands": {"settings", "hubspot", "db", "workers", "demo"},
    "simulator": {"hubspot"},
}
THIRD_PARTY = {
    "settings": {"dotenv"},
    "jobs": {"redis", "rq"},
    "memory": {"redis"},
    "deliveries": {"redis", "lz4"},
    "hubspot": {"orjson", "phonenumbers", "redis", "requests"},
    "db": {"psycopg", "psycopg_pool"},
    "webhooks": {"flask", "msgspec", "orjson", "redis"},
}


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, wherever in it, by its full name; `from a import b` as a.b."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def of(folder: str) -> list[Path]:
    return [path for path in FILES if path.relative_to(ROOT).parts[0].removesuffix(".py") == folder]


def importers(module: str) -> set[str]:
    """The top folders and modules that import `module` or something in it."""
    return {
        path.relative_to(ROOT).parts[0].removesuffix(".py")
        for path in FILES
        if any(name == module or name.startswith(f"{module}.") for name in imports(path))
    }


@pytest.mark.parametrize("folder", MAY_IMPORT)
def test_ours_import_only_what_they_may(folder: str) -> None:
    used = {name.partition(".")[0] for path in of(folder) for name in imports(path)} & OURS
    assert used - {folder} <= MAY_IMPORT[folder]


@pytest.mark.parametrize("folder", THIRD_PARTY)
def test_the_core_needs_few_libraries(folder: str) -> None:
    used = {name.partition(".")[0] for path in of(folder) for name in imports(path)}
    assert used - OURS - sys.stdlib_module_names <= THIRD_PARTY[folder]


def test_redis_is_known_to_the_rate_limit_alone_of_hubspot() -> None:
    users = {path.name for path in of("hubspot") if any(name.partition(".")[0] == "redis" for name in imports(path))}
    assert users == {"rate_limit.py"}


@pytest.mark.parametrize("name", ["events", "records", "history", "signature", "objects", "errors", "daily_limit"])
def test_the_pure_core_reaches_nothing_outside(name: str) -> None:
    """No clock, no randomness, no file, no network, no environment: values in, values out."""
    reached = {module.partition(".")[0] for module in imports(ROOT / "hubspot" / f"{name}.py")}
    assert reached.isdisjoint(
        {"time", "random", "os", "io", "pathlib", "socket", "requests", "redis", "secrets", "uuid"}
    )


def test_the_simulator_knows_the_registry_and_the_signatures_only() -> None:
    used = {name for path in of("simulator") for name in imports(path) if name.startswith("hubspot")}
    assert {".".join(name.split(".")[:2]) for name in used} == {"hubspot.objects", "hubspot.signature"}


@pytest.mark.parametrize(
    ("module", "allowed"),
    [
        ("simulator", {"simulator", "tests", "benchmarks", "faults", "demo", "stack"}),
        ("embedded", {"tests", "benchmarks", "faults", "demo", "stack"}),
        ("keeper", {"embedded", "tests", "benchmarks", "faults", "stack"}),
        ("ownership", {"embedded", "tests", "benchmarks", "demo"}),
        ("surroundings", {"keeper", "tests"}),
        ("rq", {"jobs", "tests", "benchmarks", "faults"}),
        ("hubspot.client", {"hubspot", "workers", "tests", "benchmarks"}),
        ("tests", {"tests", "benchmarks"}),
    ],
)
def test_who_may_import(module: str, allowed: set[str]) -> None:
    assert importers(module) <= allowed


def test_the_receiver_alone_never_loads_postgres() -> None:
    assert importers("psycopg") & {"webhooks", "index", "deliveries", "jobs", "memory", "hubspot", "settings"} == set()
    assert importers("db") & {"webhooks", "index"} == set()


def test_the_check_sees_imports_inside_functions(tmp_path: Path) -> None:
    (tmp_path / "x.py").write_text("def f():\n    import db.records\n    from hubspot import client, objects\n")
    assert list(imports(tmp_path / "x.py")) == ["db.records", "hubspot.client", "hubspot.objects"]


def test_no_file_is_longer_than_400_lines() -> None:
    sources = [*FILES, *ROOT.glob("sql/**/*.sql"), *ROOT.glob("db/**/*.sql"), *ROOT.glob("docs/*.md")]
    assert {str(path): lines for path in sources if (lines := path.read_text().count("\n")) > 400} == {}


def test_no_module_has_a_name_that_says_nothing() -> None:
    vague = {"utils", "util", "helpers", "helper", "common", "manager", "service", "base", "data", "info", "misc"}
    assert [str(path.relative_to(ROOT)) for path in FILES if path.stem in vague] == []


def test_every_module_opens_with_a_sentence() -> None:
    silent = [str(path.relative_to(ROOT)) for path in FILES if not ast.get_docstring(ast.parse(path.read_text()))]
    assert silent == []


@pytest.mark.parametrize("command", spoke.commands)
def test_every_command_is_documented(command: str) -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    assert any(re.search(rf"\bspoke {command}\b", page.read_text()) for page in pages)
