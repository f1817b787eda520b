"""The walls of the house: which room may import which, how long and how dense the code may be.

Why they stand where they do: the receiver stays light, and a slow database cannot block it.
HubSpot's answers meet Postgres in the workers alone. No page can spend the rate limit, and the lab
is never part of the product.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from cli import spoke
from lab import shape
from tests.tree import python_files

ROOT = Path(__file__).parents[1]
FILES = python_files()
PURE = "hubspot (pure)"
WIRE = "hubspot (wire)"
WIRE_MODULES = {"client", "transport", "rate_limit"}
BASE = {"settings", "env_file", "log_lines", "jobs", "deliveries", "memory", PURE}
READS = BASE | {"db"}
PRODUCT = (
    "hubspot",
    "webhooks",
    "workers",
    "operations",
    "analytics",
    "intelligence",
    "outgoing",
    "api",
    "dashboard",
    "commands",
    "db",
)
MAY_IMPORT: dict[str, set[str]] = {
    "settings": {"log_lines"},
    "log_lines": set(),
    "env_file": {"settings"},
    "memory": set(),
    "jobs": {"memory"},
    "rq_clock": {"jobs"},
    "rq_waits": set(),
    "rq_worker": {"jobs", "memory", "rq_waits"},
    "deliveries": {"memory"},
    PURE: set(),
    WIRE: {PURE},
    "db": {PURE},
    "webhooks": BASE,
    "operations": READS,
    "analytics": READS,
    "intelligence": {"analytics", PURE},
    "outgoing": {"settings", "db", "jobs", "analytics"},
    "outgoing.write_back": {"settings", "db", "jobs", "analytics", PURE, WIRE},
    "workers": READS
    | {WIRE, "rq_clock", "rq_worker", "operations", "analytics", "intelligence", "outgoing"},
    "api": {"settings", "log_lines", "operations", "analytics", PURE},
    "api.credentials": {"settings", "operations", "analytics", PURE, WIRE},
    "dashboard": {"settings", "operations", "analytics", PURE},
    "commands": READS | {WIRE, "operations", "analytics", "intelligence", "outgoing", "workers"},
    "commands.spoke_demo": {"lab"},
    "commands.spoke_generate": {"lab"},
    "cli": {"settings", "env_file", "commands"},
    "wsgi": {"settings", "env_file", "db", "operations", "api", "dashboard", "webhooks"},
    "index": {"webhooks"},
}
THIRD_PARTY = {
    "settings": set(),
    "log_lines": {"structlog"},
    "env_file": {"dotenv"},
    "jobs": {"redis", "rq"},
    "rq_clock": {"redis", "rq"},
    "rq_waits": {"redis"},
    "rq_worker": {"redis", "rq"},
    "deliveries": {"redis", "lz4"},
    "memory": {"redis"},
    PURE: {"orjson", "phonenumbers"},
    WIRE: {"orjson", "redis", "requests"},
    "db": {"psycopg", "psycopg_pool", "publicsuffixlist"},
    "webhooks": {"flask", "gevent", "gunicorn", "msgspec", "orjson", "redis"},
}
NO_SECOND_NAME = {"__init__", "__main__"}
VAGUE = {"utils", "util", "helpers", "helper", "common", "manager", "service", "base", "data"}
VAGUE |= {"info", "misc"}


PLAIN = {*PRODUCT, "lab", "tests", "sql", "docs"}
# Plain ones stand for each: a caller, people, again, a reason. Names of functions count, too.
HARD_WORDS = re.compile(r"(?<![a-z])(whoever|whomever|anew|somebody|deliberately)(?![a-z])", re.I)
NOT_HELD = {"test_structure.py", "CHANGELOG.md"}  # the list itself; what was released stays said
MOST_WORDS = 30  # of a sentence
NO_VERBS = {"a", "all", "an", "any", "as", "both", "by", "each", "every", "for", "from", "how"}
NO_VERBS |= {"if", "in", "it", "its", "new", "no", "nobody", "of", "one", "only", "that", "the"}
NO_VERBS |= {"this", "those", "until", "what", "when", "where", "whether", "which", "who", "with"}


def module(path: Path) -> str:
    """Answer a file's dotted name; a package's own name for its __init__."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module(path): path for path in FILES}


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


@cache
def nodes_of(path: Path) -> tuple[ast.AST, ...]:
    """Walk a file's tree once for all tests: that costs more than to read it."""
    return tuple(ast.walk(tree_of(path)))


@pytest.fixture(scope="module", autouse=True)
def forgotten() -> Iterator[None]:
    """Let go of half a million nodes at the end: Python would look through them in every test that
    follows."""
    yield
    tree_of.cache_clear()
    nodes_of.cache_clear()


@cache
def imports(path: Path) -> tuple[str, ...]:
    """Answer the full name of every module that a file imports, wherever in it."""
    return tuple(_imports(path))


def _imports(path: Path) -> Iterator[str]:
    for node in nodes_of(path):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room(name: str) -> str:
    """Answer the room of a dotted name, with hubspot's two halves apart."""
    first, _, rest = name.partition(".")
    if first != "hubspot":
        return first
    return WIRE if rest.partition(".")[0] in WIRE_MODULES else PURE


OURS = {name.partition(".")[0] for name in MODULES} - {"gunicorn"}  # whose settings alone are ours


def files_of(wanted: str) -> dict[str, Path]:
    """Answer the modules that a line of the table is about: a room or one module of it."""
    named = {name for name in MAY_IMPORT if "." in name}
    if wanted in named:
        return {name: path for name, path in MODULES.items() if name == wanted}
    return {
        name: path for name, path in MODULES.items() if room(name) == wanted and name not in named
    }


def importers(wanted: str) -> set[str]:
    """Answer the rooms that import `wanted` or something in it."""
    return {
        name.partition(".")[0]
        for name, path in MODULES.items()
        if any(each == wanted or each.startswith(f"{wanted}.") for each in imports(path))
    }


@pytest.mark.parametrize("wanted", MAY_IMPORT)
def test_ours_import_only_what_they_may(wanted: str) -> None:
    for name, path in files_of(wanted).items():
        used = {room(each) for each in imports(path) if each.partition(".")[0] in OURS}
        assert used - {room(name)} <= MAY_IMPORT[wanted], name


@pytest.mark.parametrize("wanted", THIRD_PARTY)
def test_the_core_needs_few_libraries(wanted: str) -> None:
    used = {each.partition(".")[0] for path in files_of(wanted).values() for each in imports(path)}
    assert used - OURS - sys.stdlib_module_names <= THIRD_PARTY[wanted]


def test_redis_is_known_to_the_rate_limit_alone_of_hubspot() -> None:
    users = {path.name for path in files_of(WIRE).values() if "redis" in set(imports(path))}
    assert users == {"rate_limit.py"}


@pytest.mark.parametrize("name", sorted(files_of(PURE)))
def test_the_pure_half_reaches_nothing_outside(name: str) -> None:
    """No clock, no randomness, no file, no network, no environment: values in, values out."""
    reached = {each.partition(".")[0] for each in imports(MODULES[name])}
    outside = {"time", "random", "os", "io", "pathlib", "socket", "requests", "redis"}
    assert reached.isdisjoint(outside | {"secrets", "uuid"})


def test_nobody_imports_the_lab_but_tests_and_the_commands_that_start_it() -> None:
    product = {name: path for name, path in MODULES.items() if room(name) not in {"lab", "tests"}}
    users = {
        name for name, path in product.items() if any(room(each) == "lab" for each in imports(path))
    }
    assert users <= {"commands.spoke_demo", "commands.spoke_generate"}


def test_the_simulator_knows_the_registry_and_the_signatures_only() -> None:
    simulator = [path for name, path in MODULES.items() if name.startswith("lab.simulator")]
    used = {name for path in simulator for name in imports(path) if name.startswith("hubspot")}
    assert {".".join(name.split(".")[:2]) for name in used} <= {
        "hubspot.columns",
        "hubspot.objects",
        "hubspot.signature",
    }


@pytest.mark.parametrize(
    ("wanted", "allowed"),
    [
        ("rq", {"jobs", "rq_clock", "rq_worker", "tests", "lab"}),
        ("hubspot.client", {"hubspot", "workers", "api", "tests", "lab"}),
        ("tests", {"tests", "lab"}),
    ],
)
def test_who_may_import(wanted: str, allowed: set[str]) -> None:
    assert importers(wanted) <= allowed


def test_the_receiver_alone_never_loads_postgres() -> None:
    light = {"webhooks", "index", "deliveries", "jobs", "hubspot", "settings"}
    assert importers("psycopg") & light == set()
    assert importers("db") & {"webhooks", "index"} == set()


def needs() -> dict[str, set[str]]:
    """Answer which of our modules each of our modules imports."""
    found: dict[str, set[str]] = {}
    for name, path in MODULES.items():
        parts = {p for each in imports(path) for p in (each, each.rpartition(".")[0])}
        found[name] = {each for each in parts if each in MODULES and each != name}
    return found


def circles(graph: dict[str, set[str]]) -> list[str]:
    """Answer the modules that are left when all that need nothing are taken away, again and
    again."""
    left = dict(graph)
    while free := [name for name, wanted in left.items() if not wanted & left.keys()]:
        for name in free:
            del left[name]
    return sorted(left)


def test_no_module_imports_itself_by_way_of_others() -> None:
    assert circles(needs()) == []


def test_a_circle_would_be_seen() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": set()}) == ["a", "b", "c"]


def test_a_name_means_one_module_in_the_product() -> None:
    rooms: dict[str, list[str]] = {}
    for name in MODULES:
        if name.partition(".")[0] in PRODUCT and "." in name:
            rooms.setdefault(name.rpartition(".")[2], []).append(name)
    doubled = {leaf: names for leaf, names in rooms.items() if len(names) > 1}
    assert {leaf: names for leaf, names in doubled.items() if leaf not in NO_SECOND_NAME} == {}


def test_a_name_means_one_class_in_the_product() -> None:
    """A name with an underscore before it is known in its own module only."""
    places: dict[str, list[str]] = {}
    for name, path in MODULES.items():
        if name.partition(".")[0] not in {*PRODUCT, "settings", "jobs", "deliveries"}:
            continue
        for node in tree_of(path).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places.setdefault(node.name, []).append(name)
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


def test_the_check_sees_imports_inside_functions(tmp_path: Path) -> None:
    text = "def f():\n    import db.records\n    from hubspot import client, objects\n"
    (tmp_path / "x.py").write_text(text)
    found = list(imports(tmp_path / "x.py"))
    assert found == ["db.records", "hubspot.client", "hubspot.objects"]


def sources() -> list[Path]:
    """Answer the files that people read and write by hand, tests left out."""
    code = [path for path in FILES if path.relative_to(ROOT).parts[0] != "tests"]
    return [*code, *sql_sources()]


def sql_sources() -> list[Path]:
    """Answer the SQL that is written by hand; db/schema.sql is generated."""
    return [*ROOT.glob("sql/**/*.sql"), *ROOT.glob("db/migrations/*.sql")]


def test_no_file_is_longer_than_300_lines() -> None:
    lengths = {str(path.relative_to(ROOT)): path.read_text().count("\n") for path in sources()}
    assert {name: lines for name, lines in lengths.items() if lines > 300} == {}


def test_no_line_is_longer_than_100_characters() -> None:
    """Links and what a comment tells the checkers cannot be broken."""
    long = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in [*sources(), ROOT / "db" / "schema.sql", *ROOT.glob("tests/**/*.py")]
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if len(line.partition("  # ")[0]) > shape.LONG and "://" not in line
    ]
    assert long == []


def test_functions_are_short_in_content() -> None:
    found = [
        each for path in shape.now() for each in shape.functions(path, nodes_of(shape.ROOT / path))
    ]
    nodes = sorted(each.nodes for each in found)
    assert shape.percentile(nodes, 50) <= 35
    assert shape.percentile(nodes, 90) <= 120
    assert {each.place: each.nodes for each in found if each.nodes > 250} == {}


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [str(path.relative_to(ROOT)) for path in FILES if path.stem in VAGUE] == []


def test_every_module_opens_with_a_sentence() -> None:
    silent = [name for name, path in MODULES.items() if not ast.get_docstring(tree_of(path))]
    assert silent == []


def plain_texts() -> Iterator[Path]:
    """Yield the files whose prose is held plain: the rooms' and what stands beside them. Migrations
    that were applied keep their text, by their checksum."""
    files = [path for each in PLAIN for path in (ROOT / each).rglob("*.*")]
    for path in [*files, *ROOT.glob("*.py"), *ROOT.glob("*.md")]:
        is_prose = path.suffix in {".py", ".sql", ".md", ".html"}
        if is_prose and path.name not in NOT_HELD and path.parent.name != "migrations":
            yield path


def test_no_hard_words() -> None:
    found = {
        f"{path.relative_to(ROOT)}: {word}"
        for path in plain_texts()
        for word in HARD_WORDS.findall(path.read_text())
    }
    assert found == set()


def sentences(text: str) -> Iterator[str]:
    """Yield the sentences of a prose; a table, code and items of a list end one."""
    shown = re.sub(r"```[^`]*```|^ *\|.*$|^    .*$", "\n\n", text, flags=re.M)
    for part in re.split(r"\n\s*\n|\n\s*(?:[-*]|\d+\.)\s", re.sub("`[^`]*`", "x", shown)):
        yield from re.split(r"(?<=[.!?:;])\s+", " ".join(part.split()))


def prose_of(path: Path) -> Iterator[str]:
    """Yield what people read in a file: docstrings, comments of SQL, or a whole page."""
    if path.suffix == ".md":
        yield path.read_text()
    elif path.suffix == ".sql":
        found = re.findall(r"(?:^ *--.*\n)+", path.read_text(), re.M)
        yield from (re.sub("^ *-- ?", "", each, flags=re.M) for each in found)
    elif path.suffix == ".py":
        documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
        for node in nodes_of(path):
            if isinstance(node, documented):
                yield ast.get_docstring(node) or ""


def too_long(text: str) -> list[str]:
    """Answer the sentences that have more words than people read at a breath."""
    return [each for each in sentences(text) if len(re.findall(r"\w\S*", each)) > MOST_WORDS]


def test_no_sentence_is_long() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {sentence}"
        for path in plain_texts()
        for text in prose_of(path)
        for sentence in too_long(text)
    ]
    assert found == []


def test_a_long_sentence_would_be_seen() -> None:
    assert too_long("word " * MOST_WORDS) == []
    assert len(too_long(f"{'word ' * MOST_WORDS}more. Short.\n\n- {'item ' * 31}")) == 2


def test_a_docstring_of_a_function_begins_with_a_verb() -> None:
    silent = []
    for name, path in MODULES.items():
        if name.partition(".")[0] in PLAIN or "." not in name:
            silent += [f"{name}: {said}" for said in said_of_functions(path) if verbless(said)]
    assert silent == []


def said_of_functions(path: Path) -> Iterator[str]:
    """Yield the docstrings of functions; a test's name is its sentence, and is left out."""
    for node in nodes_of(path):
        is_function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if is_function and not node.name.startswith("test_"):
            yield ast.get_docstring(node) or ""


def verbless(said: str) -> bool:
    """Tell whether a docstring begins with a word that is surely no verb."""
    return re.split(r"\W", said, maxsplit=1)[0].lower() in NO_VERBS


def test_a_docstring_without_a_verb_would_be_seen() -> None:
    assert verbless("The rows of a page.") and verbless("What's there.")
    assert not verbless("Answer the rows of a page.") and not verbless("")


@pytest.mark.parametrize("command", spoke.commands)
def test_every_command_is_documented(command: str) -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    assert any(re.search(rf"\bspoke {command}\b", page.read_text()) for page in pages)
