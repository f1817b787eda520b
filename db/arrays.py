"""Write many rows with one statement: a list per parameter, as PostgreSQL's unnest takes them."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import Any


def arrays(rows: Sequence[Any], **attributes: str) -> dict[str, list[Any]]:
    """Answer, for each parameter's name, the attribute of that name of every row."""
    return {name: list(map(attrgetter(each), rows)) for name, each in attributes.items()}
