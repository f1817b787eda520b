"""Secrets, signatures and tokens are compared in constant time only: `==` tells an attacker how
much was right."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = [
    path for folder in ("hubspot", "webhooks") for path in sorted((ROOT / folder).glob("*.py"))
]
SENSITIVE = (
    "secret",
    "signature",
    "token",
    "authorization",
    "v1",
    "v3",
    "digest",
    "password",
    "bearer",
)


def names_in(node: ast.expr) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            yield part.id
        elif isinstance(part, ast.Attribute):
            yield part.attr
        elif isinstance(part, ast.Constant) and isinstance(part.value, str) and len(part.value) > 2:
            yield part.value  # a header's name; "v1" and "v3" are versions of the API, too


def suspicious(text: str) -> list[str]:
    """Comparisons by == != in `in` where either side is named like a secret. Against None or a
    version is fine."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Compare) or not isinstance(
            node.ops[0], ast.Eq | ast.NotEq | ast.In | ast.NotIn
        ):
            continue
        sides = [node.left, *node.comparators]
        names = [name.lower() for side in sides for name in names_in(side)]
        if any(
            word in name.split("_") or word in name.split("-")
            for name in names
            for word in SENSITIVE
        ):
            found.append(ast.unparse(node))
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_secret_is_compared_with_an_operator(path: Path) -> None:
    assert suspicious(path.read_text()) == []


@pytest.mark.parametrize(
    "leak",
    [
        "if signature == expected: pass", "ok = settings.cron_secret != given",
        "x = given in secrets_by_name.secret",
        "request.headers['X-HubSpot-Signature'] == expected",
    ],
)  # fmt: skip
def test_the_check_sees_a_leak(leak: str) -> None:
    assert suspicious(leak)


def test_signatures_and_the_cron_secret_go_through_compare_digest() -> None:
    users = {path.name for path in MODULES if "hmac.compare_digest(" in path.read_text()}
    assert users == {"signature.py", "cron.py"}
