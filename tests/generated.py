"""A small generated portal for tests: its files, and DuckDB over them."""

from __future__ import annotations

from pathlib import Path

import duckdb
import redis

from db.connect import Database
from lab.scale.entities import ENTITIES
from operations.servers import Servers
from settings import Settings


def nothing_told(name: str, done: int, total: int) -> None:
    """Take what a run tells of its progress, and show none of it."""


def files_at(folder: Path) -> duckdb.DuckDBPyConnection:
    """Answer a connection that has each entity's file as a view. Without its extension for time
    zones, which is not in the wheel, DuckDB counts in UTC; it must not look for it elsewhere."""
    asked = duckdb.connect(config={"threads": 1, "autoinstall_known_extensions": False})
    for entity in ENTITIES:
        asked.execute(f"create view {entity.name} as from '{folder}/{entity.name}.parquet'")
    return asked


def servers_of(database: Database) -> Servers:
    """Answer servers with this database and no other."""
    settings = Settings.from_env((), {"DATABASE_URL": database.url})
    return Servers(settings, redis.Redis.from_url("unix:///none"), database)
