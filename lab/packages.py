"""Say what may be installed: `python -m lab.packages hashes` writes the hashes of all packages,
`python -m lab.packages audit` asks for their known faults. Both tools have environments of their
own."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Sequence, Set
from pathlib import Path
from typing import Any

from lab.peers.environments import NotInstalled, python_environment

ROOT = Path(__file__).parents[1]
HASHES = ROOT / "hashes"
# set of requirements → the sets that it holds
SETS = {
    "requirements": (),
    "requirements-pages": ("requirements",),
    "requirements-demo": ("requirements-pages",),
    "requirements-scale": (),
    "requirements-models": (),
    "requirements-dev": ("requirements-demo", "requirements-scale", "requirements-models"),
}
_OLDEST_PYTHON = "3.11"
_UV, _PIP_AUDIT = "uv==0.13.9", "pip-audit==2.10.1"
_FAULTY, _NOT_ASKED = 1, 2  # exit codes
_HEADER = """\
# The packages of {name}.txt with the hashes of their files: pip takes no other.
# Made by `make hashes` from the versions of constraints.txt; do not edit.
"""


def write_hashes() -> None:
    """Write one list per set of requirements, for every Python from 3.11 and every system."""
    uv = python_environment("uv", _UV) / "bin" / "uv"
    found: dict[str, list[str]] = {}
    for name, held in SETS.items():
        found[name] = _compiled(uv, name)
        there = {entry for each in held for entry in found[each]}
        lines = [entry for entry in found[name] if entry not in there]
        above = [f"-r {each}.txt" for each in held]
        text = _HEADER.format(name=name) + "\n".join([*above, *lines]) + "\n"
        (HASHES / f"{name}.txt").write_text(text)
        print(f"hashes/{name}.txt: {len(lines)} packages, {len(found[name])} in all")


def _compiled(uv: Path, name: str) -> list[str]:
    """Answer each package of a set with its hashes, as one text of several lines."""
    asked = ["--universal", "--python-version", _OLDEST_PYTHON, "--generate-hashes", "--no-config"]
    quiet = ["--no-annotate", "--no-header", "--quiet"]
    source = str(ROOT / f"{name}.txt")
    ended = subprocess.run(
        [str(uv), "pip", "compile", *asked, *quiet, source], capture_output=True, text=True
    )
    if ended.returncode:
        sys.exit(f"The hashes of {name} are not known: {ended.stderr.strip()}")
    return re.split(r"\n(?=\S)", ended.stdout.strip())


def audit() -> int:
    """Ask for known faults of everything that may be installed: 0 none, 1 some, 2 not asked.

    pip-audit itself ends with 0 where it could ask about no package at all."""
    try:
        folder = python_environment("audit", _PIP_AUDIT)
    except NotInstalled as error:
        return _not_asked(str(error))
    # pip-audit follows no `-r` inside a list, so each list is named
    lists = [word for name in SETS for word in ("-r", str(HASHES / f"{name}.txt"))]
    asked = ["--require-hashes", "--disable-pip", "--format", "json", "--progress-spinner", "off"]
    ended = subprocess.run(
        [str(folder / "bin/pip-audit"), *asked, *lists], capture_output=True, text=True
    )
    if not ended.stdout.startswith("{"):
        said = ended.stderr.strip().splitlines() or [f"it ended with {ended.returncode}"]
        return _not_asked(said[-1])
    return judge(json.loads(ended.stdout)["dependencies"], _listed())


def _listed() -> set[str]:
    """Answer the packages of all lists that every system takes."""
    texts = [(HASHES / f"{name}.txt").read_text() for name in SETS]
    return {name for text in texts for name in re.findall(r"^([\w.-]+)==[^\s;]+ \\$", text, re.M)}


def judge(packages: Sequence[dict[str, Any]], listed: Set[str] = frozenset()) -> int:
    """Tell each known fault, and how many packages nothing is known of. Of `listed` none may have
    been passed over."""
    if passed_over := sorted(listed - {each["name"] for each in packages}):
        return _not_asked(f"{len(passed_over)} packages were passed over, {passed_over[0]} …")
    unknown = [each for each in packages if "skip_reason" in each]
    faulty = [(each, fault) for each in packages for fault in each.get("vulns", ())]
    for each, fault in faulty:
        cure = ", ".join(fault["fix_versions"]) or "no version yet"
        print(f"{each['name']} {each['version']}: {fault['id']}, mended in {cure}")
    if unknown or not packages:
        names = ", ".join(each["name"] for each in unknown[:5])
        why = "no package was looked at"
        if unknown:
            why = unknown[0]["skip_reason"]
        _not_asked(f"{len(unknown)} of {len(packages)} packages, {names} …: {why}")
    else:
        print(f"{len(packages)} packages, {len(faulty)} known faults")
    if faulty:
        return _FAULTY
    if unknown or not packages:
        return _NOT_ASKED
    return 0


def _not_asked(why: str) -> int:
    print(f"NOT AUDITED: the database of known faults did not answer ({why}).")
    print("Nothing is known of these packages. Run `make audit` where the index can be reached.")
    return _NOT_ASKED


def main(arguments: Sequence[str]) -> int:
    if arguments == ["hashes"]:
        write_hashes()
        return 0
    if arguments == ["audit"]:
        return audit()
    return _usage()


def _usage() -> int:
    print("Usage: python -m lab.packages hashes|audit", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
