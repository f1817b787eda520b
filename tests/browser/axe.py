"""axe-core, fetched from npm once into the user's cache: nothing of it is committed.

https://github.com/dequelabs/axe-core
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

VERSION = "4.10.3"
SERIOUS = ("serious", "critical")
RUN = """rules => axe.run(document, {resultTypes: ["violations"], ...rules})
    .then((found) => found.violations)"""
COLOURS = {"runOnly": ["color-contrast"]}  # all that a theme can change


def source() -> str:
    """Answer the program. Skips loudly where npm is away or cannot fetch it."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "spoke-tests"
    kept = cache / f"axe-core-{VERSION}.js"
    if not kept.is_file():
        cache.mkdir(parents=True, exist_ok=True)
        _fetch(kept)
    return kept.read_text()


def _fetch(kept: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("NOT TESTED: accessibility, for this machine has no npm to fetch axe-core with")
    with tempfile.TemporaryDirectory() as folder:
        command = [npm, "pack", f"axe-core@{VERSION}", "--silent"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)
        packed = next(Path(folder).glob("*.tgz"), None)
        if done.returncode or packed is None:
            pytest.skip(f"NOT TESTED: accessibility, npm fetched no axe-core: {done.stderr[-200:]}")
        with tarfile.open(packed) as archive:
            member = archive.extractfile("package/axe.min.js")
            assert member is not None
            part = Path(folder) / "axe.js"
            part.write_bytes(member.read())
            shutil.move(part, kept)


def serious(page: Page, rules: Mapping[str, Any] | None = None) -> list[str]:
    """Answer what is seriously wrong with a page, each with the first parts that have it. The page
    has run the program."""
    found: list[dict[str, Any]] = page.evaluate(RUN, rules or {})
    return [
        f"{each['id']}: {each['help']}: {[node['target'] for node in each['nodes'][:4]]}"
        for each in found
        if each["impact"] in SERIOUS
    ]
