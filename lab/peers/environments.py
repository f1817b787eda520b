"""Environments of the peers' own, in a folder that git ignores: what Spoke needs never meets what
they need."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".peers"
_DONE = "installed"
_PATIENCE_SECONDS = 900


class NotInstalled(Exception):
    """A peer that this machine cannot have now; the message says why."""


def python_environment(name: str, *requirements: str) -> Path:
    """Answer the folder of a virtual environment that holds the requirements; make it if it is not
    there."""
    folder, held = FOLDER / name, " ".join(requirements)
    if not _has(folder, held):
        shutil.rmtree(folder, ignore_errors=True)
        _run([sys.executable, "-m", "venv", str(folder)])
        _run([str(folder / "bin/pip"), "install", "--quiet", *requirements])
        (folder / _DONE).write_text(held)
    return folder


def node_environment(name: str, requirement: str) -> Path:
    """Answer the folder with node_modules that holds the package; make it if it is not there."""
    folder = FOLDER / name
    if not shutil.which("node") or not shutil.which("npm"):
        raise NotInstalled("this machine has no Node with npm")
    if not _has(folder, requirement):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        _run(["npm", "install", "--prefix", str(folder), "--no-audit", "--no-fund", requirement])
        (folder / _DONE).write_text(requirement)
    return folder


def _has(folder: Path, requirement: str) -> bool:
    mark = folder / _DONE
    return mark.exists() and mark.read_text() == requirement


def _run(command: list[str]) -> None:
    ended = subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE_SECONDS)
    if ended.returncode:
        said = (ended.stderr or ended.stdout).strip().splitlines() or ["no word"]
        raise NotInstalled(f"{' '.join(command[:3])} … ended with {said[-1]}")
