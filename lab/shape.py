"""`python -m lab.shape`: how dense the code is, room by room, beside the last commit's.

Counted over functions: lines, and nodes of the syntax tree, which dense lines cannot hide. Of a
function's body without docstring; names' contexts and operators say nothing of their own and do
not count. By this measure huey, httpx, dramatiq, procrastinate and pgqueuer have a median of 17 to
20 nodes, and 62 to 79 at the ninetieth percentile; sqlite-utils has 36 and 196.
"""

from __future__ import annotations

import ast
import statistics
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
LONG = 100  # characters of a line
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_SILENT = (ast.expr_context, ast.operator, ast.boolop, ast.cmpop, ast.unaryop)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_ROWS = (
    ("functions", "{:,}"),
    ("lines of a function, median", "{:.0f}"),
    ("lines of a function, p90", "{:.0f}"),
    ("nodes of a function, median", "{:.0f}"),
    ("nodes of a function, p90", "{:.0f}"),
    ("nodes of a function, most", "{:,}"),
    ("comprehensions per 1,000 lines", "{:.1f}"),
    ("conditional expressions per 1,000 lines", "{:.1f}"),
    (f"lines over {LONG} characters", "{:,}"),
    ("longest file", "{:,}"),
)


@dataclass(frozen=True, slots=True)
class Function:
    """One function or method: where it stands and how much is in it."""

    place: str
    lines: int
    nodes: int


def functions(path: str, tree: Iterable[ast.AST]) -> Iterator[Function]:
    """Yield every function of a file, whose syntax tree was walked. What stands inside another
    function counts in both."""
    for node in tree:
        if isinstance(node, _FUNCTIONS):
            body = _body(node)
            yield Function(f"{path}:{node.name}", _lines(body), _nodes(body))


def _body(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.stmt]:
    if ast.get_docstring(node):
        return node.body[1:]
    return node.body


def _lines(body: list[ast.stmt]) -> int:
    if body:
        return (body[-1].end_lineno or 0) - body[0].lineno + 1
    return 0


def _nodes(body: list[ast.stmt]) -> int:
    return sum(not isinstance(node, _SILENT) for each in body for node in ast.walk(each))


def shape(files: Mapping[str, str]) -> list[float]:
    """Measure these files (path → text), in the order of the printed rows."""
    found = list(_all_functions(files))
    lines = sorted(each.lines for each in found)
    nodes = sorted(each.nodes for each in found)
    thousands = sum(_code_lines(text) for text in files.values()) / 1000
    return [
        len(found),
        statistics.median(lines),
        percentile(lines, 90),
        statistics.median(nodes),
        percentile(nodes, 90),
        nodes[-1],
        _count(files.values(), _COMPREHENSIONS) / thousands,
        _count(files.values(), (ast.IfExp,)) / thousands,
        sum(len(line) > LONG for text in files.values() for line in text.splitlines()),
        max(text.count("\n") for text in files.values()),
    ]


def _all_functions(files: Mapping[str, str]) -> Iterator[Function]:
    for path, text in files.items():
        yield from functions(path, ast.walk(ast.parse(text)))


def percentile(values: list[int], per_cent: int) -> int:
    """Answer the smallest of the sorted values that so many per cent do not exceed."""
    return values[min(len(values) - 1, len(values) * per_cent // 100)]


def _code_lines(text: str) -> int:
    return sum(bool(line.strip()) for line in text.splitlines())


def _count(texts: Iterable[str], kinds: tuple[type[ast.AST], ...]) -> int:
    trees = map(ast.parse, texts)
    return sum(isinstance(node, kinds) for tree in trees for node in ast.walk(tree))


def now() -> dict[str, str]:
    """Read the files as they stand: every Python file of the product and the lab."""
    return {path: (ROOT / path).read_text() for path in _listed("ls-files", "*.py")}


def _committed() -> dict[str, str]:
    """Read the files of the last commit."""
    paths = _listed("ls-tree", "-r", "--name-only", "HEAD")
    return {path: _git("show", f"HEAD:{path}") for path in paths if path.endswith(".py")}


def _listed(*command: str) -> list[str]:
    found = _git(*command).splitlines()
    return [path for path in found if not path.startswith("tests/") and (ROOT / path).exists()]


def _git(*command: str) -> str:
    return subprocess.run(
        ["git", *command], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout


def main() -> None:
    """Print the figures of now beside the last commit's, then the densest functions."""
    here, before = now(), _committed()
    print(f"{'':38} {'now':>9} {'commit':>9}")
    for (name, form), mine, theirs in zip(_ROWS, shape(here), shape(before), strict=True):
        print(f"{name:38} {form.format(mine):>9} {form.format(theirs):>9}")
    densest = sorted(_all_functions(here), key=lambda each: -each.nodes)
    print("\nThe densest functions (nodes, lines):")
    for each in densest[: int(sys.argv[1]) if len(sys.argv) > 1 else 10]:
        print(f"{each.nodes:6} {each.lines:4}  {each.place}")


if __name__ == "__main__":
    main()
