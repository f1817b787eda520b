"""docs/operating.md names every option and subcommand that operators have."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from cli import spoke
from commands.spoke_portals import portals
from commands.spoke_scans import scans

PAGE = (Path(__file__).parents[2] / "docs" / "operating.md").read_text()


@pytest.mark.parametrize("name", portals.commands)
def test_every_subcommand_of_portals_is_explained(name: str) -> None:
    assert f"spoke portals {name}" in PAGE


@pytest.mark.parametrize("name", scans.commands)
def test_every_subcommand_of_scans_is_explained(name: str) -> None:
    assert re.search(rf"spoke scans {name}|\n\| {name} \|", PAGE)


@pytest.mark.parametrize("name", ["status", "scans", "trace", "doctor", "replay"])
def test_every_option_is_named(name: str) -> None:
    options = [each for each in spoke.commands[name].params if isinstance(each, click.Option)]
    assert [each.opts[0] for each in options if each.opts[0] not in PAGE] == []
