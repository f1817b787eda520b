"""`./spoke` works from any folder and through links, with any settings of folders and of Python in
the shell."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from settings import VERSION
from tests.installation import install, plain


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return install(tmp_path_factory.mktemp("bootstrap"))


@pytest.fixture
def folder(house: Path, tmp_path: Path) -> Path:
    """Give a folder elsewhere with links of all kinds, and one that is only named like the
    installation's."""
    (tmp_path / "absolute").symlink_to(house / "spoke")
    (tmp_path / "relative").symlink_to(Path("here") / "spoke")
    (tmp_path / "here").symlink_to(house)
    (tmp_path / "chain").symlink_to("absolute")
    (tmp_path / "astray" / "here").mkdir(parents=True)
    (tmp_path / "astray" / "click.py").write_text("raise SystemExit('a module of somebody')")
    return tmp_path


@pytest.mark.parametrize("name", ["absolute", "relative", "chain", "here/spoke"])
def test_it_finds_its_folder(folder: Path, name: str) -> None:
    astray = {name: str(folder / "astray") for name in ("CDPATH", "PYTHONPATH", "PYTHONHOME")}
    for command in (name, str(folder / name)):
        ended = subprocess.run(
            ["sh", command, "status"] if "/" in command else ["./" + command, "status"],
            cwd=folder,
            env=plain(**astray, PYTHONSAFEPATH="1"),
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert (ended.returncode, ended.stdout) == (1, "")
        assert ended.stderr.startswith("Error: Settings: DATABASE_URL is not set;")


def test_it_says_its_version(house: Path) -> None:
    ended = subprocess.run(
        [house / "spoke", "--version"], env=plain(), capture_output=True, text=True, timeout=60
    )
    assert (ended.returncode, ended.stdout) == (0, f"spoke, version {VERSION}\n")
