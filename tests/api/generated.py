"""A Python client that is generated from the served document, as its users generate theirs."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from apiflask import APIFlask

from api import problems

NAME = "asks_spoke"


def generated_client(
    app: APIFlask, token: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Any, Callable[[str], Any]]:
    """Answer a client that asks the app without a socket, and what finds a route's module."""
    # half a second, which no other test process is to spend
    from openapi_python_client import Config, MetaType, generate
    from openapi_python_client.config import ConfigFile

    document, place = folder / "openapi.json", folder / "generated"
    document.write_text(json.dumps(app.spec))
    shape = ConfigFile(
        package_name_override=NAME,
        content_type_overrides={problems.MEDIA_TYPE: "application/json"},
        post_hooks=[],
    )
    config = Config.from_sources(shape, MetaType.NONE, document, "utf-8", True, place)
    assert list(generate(config=config)) == []  # no part of the document was left out
    place.rename(folder / NAME)
    monkeypatch.syspath_prepend(folder)
    made = importlib.import_module(NAME).AuthenticatedClient("http://spoke", token)
    headers = {"Authorization": f"Bearer {token}"}
    through = httpx.WSGITransport(app=app)
    asking = httpx.Client(transport=through, base_url="http://spoke", headers=headers)
    return made.set_httpx_client(asking), lambda name: importlib.import_module(f"{NAME}.api.{name}")
