"""Explain foreseeable mistakes at the start of Spoke: each is one line that says what to do."""

from __future__ import annotations

import os
import re

import psycopg
import redis
from psycopg.pq import Conninfo

import memory
from db.blame import Blame, blame, remedy
from settings import Settings

_CURES = (  # what the driver says → what to do; the first that fits
    (
        r"password authentication failed|no password supplied",
        "Correct the password in DATABASE_URL",
    ),
    (r"role \S+ does not exist", "Correct the user in DATABASE_URL, or create that role"),
    (r"database \S+ does not exist", "Correct the database in DATABASE_URL, or create it"),
    (r"no pg_hba.conf entry", "Allow this machine in pg_hba.conf, or add ?sslmode=require"),
    (r"(could not|failed to) (translate|resolve) host", "Correct the host in DATABASE_URL"),
    (
        r"invalid (URI query parameter|connection option)|invalid \w+ value",
        "Correct what stands behind ? in DATABASE_URL",
    ),
    (r"service \S+ not found", "Unset PGSERVICE"),
    (r"server does not support SSL", "Switch TLS on there, or correct sslmode in DATABASE_URL"),
    (r"certificate|SSL error", "Correct sslmode or sslrootcert in DATABASE_URL"),
    (r"too many clients|remaining connection slots", "Raise max_connections, or use a pooler"),
    (r"", "Start it, or correct DATABASE_URL"),
)


def cure(error: Exception, settings: Settings) -> str:
    """Say in one line what a server answered and what to do, and no password."""
    if isinstance(error, redis.RedisError):
        return _without_addresses(memory.cure(error), settings)
    if isinstance(error, psycopg.Error) and blame(error) is Blame.OPERATOR:
        what, todo = remedy(error)
        return f"{what}. {todo.rstrip('.')}"
    said = _one_line(error, settings)
    if isinstance(error, psycopg.OperationalError):
        todo = next(todo for words, todo in _CURES if re.search(words, said))
        return f"{said}. {todo}{_also_read()}"
    return f"{type(error).__name__}: {said}"


def _also_read() -> str:
    """Name the variables of the environment that the driver reads beside our settings. They may be
    of another server: PGHOSTADDR wins over the host of DATABASE_URL, say."""
    known = {option.envvar.decode() for option in Conninfo.get_defaults() if option.envvar}
    found = sorted(known & os.environ.keys())
    return f" (the driver also reads {', '.join(found)} of this shell)" if found else ""


def _one_line(error: Exception, settings: Settings) -> str:
    said = " ".join(str(error).split()).partition(" Is the server running")[0].rstrip(".")
    return _without_addresses(said, settings).removeprefix("connection failed: ")


def _without_addresses(said: str, settings: Settings) -> str:
    for url in (settings.database_url, settings.redis_url):
        said = said.replace(url, "(address)") if url else said
    return said
