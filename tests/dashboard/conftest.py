"""The pages on a real database, asked as a browser asks them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from api import rest
from dashboard import site
from operations import dashboard_users
from operations.callers import SCOPES
from operations.servers import Servers
from tests.api.conftest import OURS, asking, served

__all__ = ["asking", "served"]
EMAIL, PASSWORD = "ann@example.com", "a long password indeed"
Visit = Callable[..., FlaskClient]


@pytest.fixture
def visit(served: Servers) -> Visit:
    """Give a browser of a person with these scopes (all, unless named) who has signed in."""
    app = rest.create(served)
    site.register(app, served)

    def visitor(
        *scopes: str, signed_in: bool = True, portals: tuple[int, ...] = (OURS,)
    ) -> FlaskClient:
        dashboard_users.put(served, EMAIL, scopes or tuple(SCOPES), portals, PASSWORD)
        client = app.test_client()
        if signed_in:
            sign_in(client)
        return client

    return visitor


def sign_in(client: FlaskClient, password: str = PASSWORD, origin: str = "http://localhost") -> int:
    """Send the form of the sign-in page; answers the status."""
    form = {"email": EMAIL, "password": password, "next": "/sync"}
    return client.post("/sign-in", data=form, headers={"Origin": origin}).status_code
