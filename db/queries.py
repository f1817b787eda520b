"""Find the statements of sql/queries by name.

    -- name: claim_changes
    -- Comments say what a statement is for and what leaving a line out would cost.
    update pending_changes …

becomes QUERIES["claim_changes"]. Parameters are bound by name, %(like_this)s.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from psycopg.sql import SQL

QueryRow = dict[str, Any]  # column → value, as a query answers it
_FOLDER = Path(__file__).parent.parent / "sql" / "queries"
_HEADING = re.compile(r"^-- name: (\w+)$", re.MULTILINE)


def load(folder: Path = _FOLDER) -> dict[str, SQL]:
    """Read every named statement below `folder`. Raises ValueError when two have one name."""
    found: dict[str, SQL] = {}
    for path in sorted(folder.rglob("*.sql")):
        names_and_bodies = _HEADING.split(path.read_text())[1:]
        for name, body in zip(names_and_bodies[::2], names_and_bodies[1::2], strict=True):
            if name in found:
                raise ValueError(f"{path.name}: a second query is named {name}")
            found[name] = SQL(body.strip().rstrip(";"))
    return found


QUERIES = load()
