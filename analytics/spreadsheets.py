"""Make values safe for spreadsheets: no text of a record is taken for a formula. Pure.

https://owasp.org/www-community/attacks/CSV_Injection
"""

from __future__ import annotations

from typing import Any

# What makes a spreadsheet take a text for a formula, also behind a tab or a line's end.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def cell(value: Any) -> Any:
    """Answer a text that could be a formula behind an apostrophe; a number stays one."""
    if isinstance(value, str) and value.lstrip(" ").startswith(_FORMULA):
        return f"'{value}"
    return "" if value is None else value
