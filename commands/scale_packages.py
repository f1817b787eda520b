"""Say plainly which packages a command lacks: production installs none of those for millions of
rows."""

from __future__ import annotations

from importlib.util import find_spec

import click

REMEDY = "pip install -r requirements-scale.txt"


def must_have(*packages: str, remedy: str = REMEDY) -> None:
    """Raise a ClickException where one of the packages is not installed here."""
    if lacking := [name for name in packages if find_spec(name) is None]:
        raise click.ClickException(
            f"This needs {' and '.join(lacking)}, which production leaves out: {remedy}"
        )
