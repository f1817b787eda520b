"""A copy of the code in a folder of its own, as an installation: with a `.env` of its own."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from tests.processes import ROOT

_LEFT_OUT = shutil.ignore_patterns(".git", ".venv", ".env", ".*_cache", ".demo", "docs")


def install(folder: Path, env_file: str | None = None) -> Path:
    """Copy the code into `folder`, with the same virtual environment; `env_file` is its `.env`.
    What Python compiled comes with it: a dozen processes would each compile it again."""
    root = folder / "spoke's house"  # what a shell would take apart must not matter
    shutil.copytree(ROOT, root, ignore=_LEFT_OUT, symlinks=True)
    (root / ".venv").unlink(missing_ok=True)
    (root / ".venv").symlink_to((ROOT / ".venv").resolve())
    if env_file is not None:
        (root / ".env").write_text(env_file)
    return root


def plain(**more: str) -> dict[str, str]:
    """Answer the environment of a shell in which nothing is set for Spoke."""
    kept = ("PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH")
    return {name: os.environ[name] for name in kept if name in os.environ} | {
        "SPOKE_NO_INSTALL": "1",
        **more,
    }
