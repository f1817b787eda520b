"""The pages on a real database, asked as a browser asks them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from jinja2.bccache import Bucket, BytecodeCache

from api import rest
from dashboard import site
from operations import dashboard_users, sessions
from operations.callers import SCOPES
from operations.servers import Servers
from tests.api.conftest import OURS, asking, served, served_to_all

__all__ = ["asking", "served", "served_to_all"]
EMAIL, PASSWORD = "ann@example.com", "a long password indeed"
Visit = Callable[..., FlaskClient]


class Compiled(BytecodeCache):
    """Compile each template once in the run of this process, and not for every test's site."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


TEMPLATES = Compiled()


@pytest.fixture
def visit(served: Servers) -> Visit:
    return visits_of(served)


def visits_of(served: Servers) -> Visit:
    """Answer what gives a browser of a person with these scopes (all, unless named) who has signed
    in, by a link."""
    app = rest.create(served)
    site.register(app, served)
    app.jinja_env.bytecode_cache = TEMPLATES

    def visitor(
        *scopes: str, signed_in: bool = True, portals: tuple[int, ...] = (OURS,)
    ) -> FlaskClient:
        password = None if signed_in else PASSWORD
        dashboard_users.put(served, EMAIL, scopes or tuple(SCOPES), portals, password)
        client = app.test_client()
        if signed_in:
            client.get(f"/sign-in/{sessions.make_link(served, EMAIL)}")
        return client

    return visitor


def take_no_more_count(served: Servers) -> None:
    """Forget how many files people took home this hour."""
    for key in served.server.keys("spoke:limit:exports:*"):
        served.server.delete(key)


def sign_in(client: FlaskClient, password: str = PASSWORD, origin: str = "http://localhost") -> int:
    """Send the form of the sign-in page; answers the status."""
    form = {"email": EMAIL, "password": password, "next": "/sync"}
    return client.post("/sign-in", data=form, headers={"Origin": origin}).status_code
