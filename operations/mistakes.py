"""Explain foreseeable mistakes at the start of Spoke: each is one line that says what to do."""

from __future__ import annotations

import re

import psycopg
import redis

from settings import Settings

_CURES = (  # what the driver says → what to do; the first that fits
    (
        r"password authentication failed|no password supplied",
        "Correct the password in DATABASE_URL",
    ),
    (r"role \S+ does not exist", "Correct the user in DATABASE_URL, or create that role"),
    (r"database \S+ does not exist", "Correct the database in DATABASE_URL, or create it"),
    (r"no pg_hba.conf entry", "Allow this machine in pg_hba.conf, or add ?sslmode=require"),
    (r"(could not|failed to) (translate|resolve) host name", "Correct the host in DATABASE_URL"),
    (r"too many clients|remaining connection slots", "Raise max_connections, or use a pooler"),
    (r"", "Start it, or correct DATABASE_URL"),
)


def cure(error: Exception, settings: Settings) -> str:
    """Say in one line what a server answered and what to do, and no password."""
    if isinstance(error, redis.AuthenticationError) or _is_refused(error):
        return "it refuses the user or password. Correct REDIS_URL"
    if isinstance(error, redis.RedisError):
        return f"{_one_line(error, settings)}. Start it, or correct REDIS_URL"
    said = _one_line(error, settings)
    if isinstance(error, psycopg.OperationalError):
        todo = next(todo for words, todo in _CURES if re.search(words, said))
        return f"{said}. {todo}"
    return f"{type(error).__name__}: {said}"


def _is_refused(error: Exception) -> bool:
    """Tell whether Redis wants a password and got none."""
    return isinstance(error, redis.RedisError) and str(error).startswith(("NOAUTH", "WRONGPASS"))


def _one_line(error: Exception, settings: Settings) -> str:
    said = " ".join(str(error).split()).partition(" Is the server running")[0].rstrip(".")
    for url in (settings.database_url, settings.redis_url):
        said = said.replace(url, "(address)") if url else said
    return said.removeprefix("connection failed: ")
