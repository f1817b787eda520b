"""`./spoke` works from any folder and through links, with any settings of folders and of Python in
the shell."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lab import matrix
from lab.packages import HASHES, SETS, judge
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
    (tmp_path / "astray" / "click.py").write_text("raise SystemExit('another program's module')")
    return tmp_path


def started(folder: Path, name: str) -> Iterator[subprocess.CompletedProcess[str]]:
    """Start it by this name, from its folder and from elsewhere, with settings that lead Python and
    `cd` astray."""
    astray = {name: str(folder / "astray") for name in ("CDPATH", "PYTHONPATH", "PYTHONHOME")}
    for command, cwd in ((name, folder), (str(folder / name), folder / "astray")):
        yield subprocess.run(
            ["sh", command, "--version"] if "/" in command else ["./" + command, "--version"],
            cwd=cwd,
            env=plain(**astray, PYTHONSAFEPATH="1"),
            capture_output=True,
            text=True,
            timeout=60,
        )


TELLS = """#!/bin/sh
echo "$PWD $* ${CDPATH-}${PYTHONPATH-}${PYTHONHOME-}${PYTHONSAFEPATH-}"
"""


@pytest.mark.parametrize("name", ["absolute", "relative", "chain", "here/spoke"])
def test_it_finds_its_folder_and_leaves_out_what_leads_python_astray(
    house: Path, folder: Path, name: str
) -> None:
    """Its Python only tells what it was given: a real one would load the whole product each
    time."""
    python = house / ".venv" / "bin" / "python"
    real = (house / ".venv").readlink()
    (house / ".venv").unlink()
    try:
        python.parent.mkdir(parents=True)
        python.write_text(TELLS)
        python.chmod(0o755)
        told = [(each.returncode, each.stdout) for each in started(folder, name)]
    finally:
        shutil.rmtree(house / ".venv")
        (house / ".venv").symlink_to(real)
    assert told == [(0, f"{house.resolve()} cli.py --version \n")] * 2


def test_it_says_its_version(folder: Path) -> None:
    assert [(each.returncode, each.stdout, each.stderr) for each in started(folder, "chain")] == [
        (0, f"spoke, version {VERSION}\n", "")
    ] * 2


@pytest.fixture
def production(house: Path, tmp_path: Path) -> Path:
    """Make a folder whose environment has what production needs; its Python tells what it runs."""
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").write_text('#!/bin/sh\necho "$@" >>ran\n')
    (tmp_path / ".venv" / "bin" / "python").chmod(0o755)
    (tmp_path / "spoke").write_text((house / "spoke").read_text())
    (tmp_path / "hashes").symlink_to(house / "hashes")
    return tmp_path


def installs(folder: Path, *arguments: str, **more: str) -> tuple[int, list[str], str]:
    """Run the bootstrap; answer its code, the sets that pip was told to install, and its words."""
    (folder / "ran").unlink(missing_ok=True)
    environment = {name: value for name, value in plain().items() if name != "SPOKE_NO_INSTALL"}
    words = folder / "words"  # the dots' last `sleep` would hold a pipe open for two seconds
    with words.open("w") as said:
        ended = subprocess.run(
            ["sh", "spoke", *arguments],
            cwd=folder,
            env=environment | more,
            stdout=said,
            stderr=said,
            timeout=60,
        )
    ran = (folder / "ran").read_text() if (folder / "ran").exists() else ""
    for line in ran.splitlines():
        if "install" in line:
            assert "--require-hashes --only-binary :all:" in line
    return ended.returncode, re.findall(r"hashes/(\S+)", ran), words.read_text()


def test_production_has_its_own_packages_and_no_more(production: Path) -> None:
    assert installs(production, "--install")[:2] == (0, ["requirements.txt"])
    assert installs(production, "status")[:2] == (0, [])
    code, installed, said = installs(production, "demo")
    assert (code, installed) == (1, []) and "./spoke --install-demo" in said
    assert installs(production, "--install-pages")[:2] == (0, ["requirements-pages.txt"])
    assert installs(production, "--install-models")[:2] == (0, ["requirements-models.txt"])
    (production / ".venv" / "installed-requirements-pages").write_text("an earlier one")
    assert installs(production, "status")[:2] == (0, ["requirements-pages.txt"])


def test_a_visitor_gets_everything_and_a_variable_says_production(production: Path) -> None:
    assert installs(production, "status", SPOKE_PRODUCTION="1")[1] == ["requirements.txt"]
    for stamp in (production / ".venv").glob("installed-*"):
        stamp.unlink()
    assert installs(production, "status")[1] == ["requirements-demo.txt"]
    assert installs(production, "demo")[1] == []
    installs(production, "--install")
    assert installs(production, "demo")[:2] == (0, [])  # both sets are here


def hashed() -> dict[str, str]:
    """Read the version of each package in hashes/, which is the same in every list."""
    found: dict[str, str] = {}
    for name in SETS:
        text = (HASHES / f"{name}.txt").read_text()
        for package, version in re.findall(r"^([\w.-]+)==(\S+)", text, re.MULTILINE):
            assert found.setdefault(package.lower(), version) == version, package
    return found


def test_every_version_that_the_suite_ran_with_has_its_hashes() -> None:
    known = hashed()
    pinned = re.findall(
        r"^([\w.-]+)==(\S+)", (HASHES.parent / "constraints.txt").read_text(), re.MULTILINE
    )
    assert pinned
    for name, version in pinned:
        assert known[re.sub(r"[._]", "-", name.lower())] == version
    # pip looks at hashes only when it is told to
    for installer in ("spoke", "Dockerfile", "render.yaml"):
        said = (HASHES.parent / installer).read_text()
        assert re.search("--require-hashes|PIP_REQUIRE_HASHES=1", said), installer
        assert re.findall(r"pip install.* -r (?!hashes/)(\S+)", said) == [], installer


@pytest.mark.parametrize(
    ("packages", "code", "said"),
    [
        ([{"name": "a", "version": "1", "vulns": []}], 0, "1 packages, 0 known faults"),
        (
            [{"name": "a", "version": "1", "vulns": [{"id": "X-1", "fix_versions": ["2"]}]}],
            1,
            "a 1: X-1, mended in 2",
        ),
        ([{"name": "a", "skip_reason": "not found"}], 2, "NOT AUDITED"),
        ([], 2, "NOT AUDITED"),
    ],
)
def test_an_audit_that_could_not_ask_is_no_clean_one(
    packages: list[dict[str, Any]], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert judge(packages) == code
    assert said in capsys.readouterr().out
    assert judge(packages, {"another"}) == 2
    assert "1 packages were passed over, another" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("results", "code"),
    [
        ({"3.11": "passed", "3.14": matrix.MISSING}, 0),
        ({"3.11": "passed", "3.13": "FAILED", "3.14": matrix.MISSING}, 1),
        ({"3.14": matrix.MISSING}, 1),
    ],
)
def test_a_matrix_passes_where_each_python_that_is_here_does(
    results: dict[str, str], code: int
) -> None:
    assert matrix.verdict(results) == code
    assert all((matrix.ROOT / part).exists() for part in matrix.PARTS)
    assert not matrix._is("no-such-python", "3.11") and not matrix._is("python3", "2.7")
