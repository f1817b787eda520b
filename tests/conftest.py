"""Real servers for every test: one Postgres and one Valkey for the whole run, a fresh database for each test."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import psycopg
import pytest
import redis
from psycopg import sql

import embedded
from db.connect import Database
from db.migrate import migrate

TEMPLATE = "spoke_test_template"
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def servers() -> Iterator[embedded.Servers]:
    with embedded.servers() as running:
        yield running


@pytest.fixture(scope="session")
def template(servers: embedded.Servers) -> Iterator[str]:
    """A migrated database, copied for each test: 50 ms instead of a migration."""
    _recreate(servers.database_url, TEMPLATE)
    with Database(_address(servers.database_url, TEMPLATE)) as database:
        migrate(database)
    yield TEMPLATE
    _drop(servers.database_url, TEMPLATE)


@pytest.fixture
def empty_database_url(servers: embedded.Servers) -> Iterator[str]:
    """A database without our schema."""
    name = f"spoke_test_empty_{next(_numbers)}"
    _recreate(servers.database_url, name)
    yield _address(servers.database_url, name)
    _drop(servers.database_url, name)


@pytest.fixture
def database_url(servers: embedded.Servers, template: str) -> Iterator[str]:
    name = f"spoke_test_{next(_numbers)}"
    _recreate(servers.database_url, name, template)
    yield _address(servers.database_url, name)
    _drop(servers.database_url, name)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A migrated, empty database of this test's own."""
    with Database(database_url) as opened:
        yield opened


@pytest.fixture
def redis_url(servers: embedded.Servers) -> Iterator[str]:
    """A Redis database that is empty before and after."""
    with redis.Redis.from_url(servers.redis_url) as client:
        client.flushdb()
        yield servers.redis_url
        client.flushdb()


@pytest.fixture
def redis_client(redis_url: str) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(redis_url) as client:
        yield client


def _address(server: str, name: str) -> str:
    return psycopg.conninfo.make_conninfo(server, dbname=name)


def _recreate(server: str, name: str, template: str = "template1") -> None:
    _drop(server, name)
    with psycopg.connect(server, autocommit=True) as conn:
        conn.execute(sql.SQL("create database {} template {}").format(sql.Identifier(name), sql.Identifier(template)))


def _drop(server: str, name: str) -> None:
    with psycopg.connect(server, autocommit=True) as conn:
        conn.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))
