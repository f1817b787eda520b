"""`python lab/changelog.py VERSION`: what CHANGELOG.md says of a release, for its notes.

It ends with a sentence where the version, settings.VERSION and the newest release of CHANGELOG.md
differ, so that no release tells of another one. It needs Python alone.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
_RELEASE = re.compile(r"^## (\d+\.\d+\.\d+) — (\d{4}-\d{2}-\d{2})$", re.MULTILINE)
_VERSION = re.compile(r'^VERSION = "([^"]+)"', re.MULTILINE)


def releases(text: str) -> dict[str, str]:
    """Answer what the page says of each release, newest first."""
    found = list(_RELEASE.finditer(text))
    ends = [each.start() for each in found[1:]] + [len(text)]
    return {each[1]: text[each.end() : end].strip() for each, end in zip(found, ends, strict=True)}


def version_of(settings: str) -> str:
    """Answer the version that the source of settings.py names."""
    found = _VERSION.search(settings)
    assert found is not None, "settings.py names no VERSION"
    return found[1]


def main(wanted: str) -> None:
    """Print the section of a version."""
    told = releases((ROOT / "CHANGELOG.md").read_text())
    version, newest = version_of((ROOT / "settings.py").read_text()), next(iter(told), "none")
    if not wanted == version == newest:
        sys.exit(
            f"The tag says {wanted}, settings.py {version}, and the newest release of "
            f"CHANGELOG.md is {newest}: let them agree, then tag again."
        )
    print(told[wanted])


if __name__ == "__main__":
    main(sys.argv[1])
