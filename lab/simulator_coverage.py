"""`python -m lab.simulator_coverage`: write docs/simulator.md's table of operations that the
simulator answers, out of those that HubSpot's own Python client knows.

An operation is a method and a path; the client's generated files name both beside each other. Its
versions of one path (v3, v4, dated) count once each, as the client offers them. The simulator is
asked of each path whether a route of its own takes it: nothing is called.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from importlib.metadata import files
from pathlib import Path

from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter

from lab.simulator.app import DatedPaths, create_app
from lab.simulator.settings import Settings
from lab.simulator.world import World

PAGE = Path(__file__).parents[1] / "docs" / "simulator.md"
BEGIN, END = "<!-- operations: make coverage -->", "<!-- /operations -->"
HEAD = "| family | operations | answered | not answered |\n|---|---|---|---|\n"
_CALL = re.compile(r'"(/[^"\s]*)",\s+"(GET|POST|PUT|PATCH|DELETE)",')
Operation = tuple[str, str]  # method, path
_MOST = 6  # names of paths in a cell


def operations() -> dict[str, list[Operation]]:
    """Answer the client's operations by its families. Raises PackageNotFoundError without it."""
    found: dict[str, set[Operation]] = defaultdict(set)
    for file in files("hubspot-api-client") or ():
        if file.name.endswith("_api.py") and "api" in file.parts:
            family = " ".join(file.parts[1 : file.parts.index("api")])
            calls = _CALL.findall(Path(str(file.locate())).read_text())
            found[family] |= {(method, path) for path, method in calls}
    return {family: sorted(each) for family, each in sorted(found.items()) if each}


def routes() -> MapAdapter:
    """Answer the simulator's routes, of a world without portals."""
    return create_app(World(Settings(), {})).url_map.bind("simulated")


def is_answered(adapter: MapAdapter, operation: Operation) -> bool:
    """Tell whether a route takes the operation, its placeholders filled with any value."""
    method, path = operation
    filled = re.sub(r"\{\w*(?:[tT]ype|Name)\w*\}", "contacts", path)
    asked = DatedPaths.dated(re.sub(r"\{\w+\}", "1", filled))
    try:
        adapter.match(asked, method=method)
    except HTTPException:
        return False
    return True


def table(known: Mapping[str, Iterable[Operation]]) -> str:
    """Write a line per family and the sum."""
    adapter, lines, sums = routes(), [], [0, 0]
    for family, each in known.items():
        offered = list(each)
        missing = [one for one in offered if not is_answered(adapter, one)]
        answered = len(offered) - len(missing)
        sums = [sums[0] + len(offered), sums[1] + answered]
        lines.append(f"| {family} | {len(offered)} | {answered} | {_named(missing, answered)} |\n")
    total = f"| **all** | **{sums[0]}** | **{sums[1]}** | |\n"
    return HEAD + "".join(lines) + total


def _named(missing: list[Operation], answered: int) -> str:
    if not missing:
        return "none"
    if not answered:
        return "all"
    named = ", ".join(f"`{method} {path}`" for method, path in missing[:_MOST])
    left = len(missing) - _MOST
    if left > 0:
        return f"{named} and {left} more"
    return named


def main() -> None:
    """Put today's table between the page's two marks."""
    text = PAGE.read_text()
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    PAGE.write_text(f"{before}{BEGIN}\n\n{table(operations())}\n{END}{after}")
    print(f"{PAGE}: {table(operations()).splitlines()[-1]}")


if __name__ == "__main__":
    main()
