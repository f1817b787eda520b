"""The command line through click's runner, on a real database, Redis and the simulated HubSpot of
two portals."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis
from click.testing import CliRunner, Result

from cli import spoke
from db.connect import Database
from settings import VARIABLES, Settings
from tests.processes import ACCESS_TOKEN, Simulator
from workers.context import Context
from workers.definitions import register_configured

KEY = "an-encryption-key-that-nobody-may-see"
Spoke = Callable[..., Result]


@pytest.fixture
def environment(database_url: str, redis_url: str, simulator: Simulator) -> dict[str, str]:
    return {
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "HUBSPOT_ACCESS_TOKEN": ACCESS_TOKEN,
        "HUBSPOT_API_BASE_URL": simulator.url,
        "HUBSPOT_RATE_LIMIT": "100000",
        "ENCRYPTION_KEY": KEY,
        "LOG_LEVEL": "ERROR",
    }


@pytest.fixture
def run(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Spoke:
    """Run a command with this environment and no other; no secret may be in anything that it
    says."""

    def invoke(*arguments: str, typed: str = "", **more: str) -> Result:
        for name in VARIABLES:
            monkeypatch.delenv(name, raising=False)
        result = CliRunner().invoke(spoke, list(arguments), input=typed, env=environment | more)
        assert result.exception is None or isinstance(result.exception, SystemExit), (
            result.exception
        )
        for secret in (ACCESS_TOKEN, KEY, *([typed.strip()] if len(typed) > 5 else [])):
            assert secret not in result.output
        return result

    return invoke


@pytest.fixture
def context(
    environment: dict[str, str], redis_client: redis.Redis, simulator: Simulator
) -> Iterator[Context]:
    """Give a context that knows the portal of HUBSPOT_ACCESS_TOKEN."""
    opened = Context.open(Settings.from_env(env=environment), connections=4)
    register_configured(opened)
    yield opened
    opened.close()


@pytest.fixture
def rows(database: Database) -> Callable[..., list[dict[str, Any]]]:
    """Run a query, get its rows."""

    def select(query: str, *parameters: Any) -> list[dict[str, Any]]:
        with database.transaction() as conn:
            return conn.execute(query, parameters).fetchall()

    return select
