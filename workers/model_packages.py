"""Say whether this process can train and give lead scores: most installations leave it out."""

from __future__ import annotations

from importlib.util import find_spec

REMEDY = "./spoke --install-models"
NEEDED = ("numpy", "sklearn")


def lacking() -> list[str]:
    """List the packages that are not installed here."""
    return [name for name in NEEDED if find_spec(name) is None]
