"""What the command line prints of CRM text: shown, never sent to the terminal."""

from __future__ import annotations

import pytest

from commands.table import table, wrapped


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("\x1b]0;owned\x07", r"\u001b]0;owned\u0007"),
        ("\x1b[2J", r"\u001b[2J"),
        ("\x9b31m", r"\u009b31m"),
        ("a\rb", r"a\u000db"),
        ("\u202egnp.exe", r"\u202egnp.exe"),
        ("two\nlines", "two lines"),
        ("Zoë 李", "Zoë 李"),
    ],
)
def test_control_characters_are_shown_and_never_sent(hostile: str, shown: str) -> None:
    assert wrapped(hostile, 2) == [f"  {shown}"]
    assert table(["name"], [[hostile]])[1] == f"  {shown}"
