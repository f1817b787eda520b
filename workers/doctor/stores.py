"""Check Postgres and Redis: reachable, new enough, and set up so that nothing is lost or shown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import memory
from db import extensions, partitions
from db.queries import QUERIES
from db.readiness import obstacles
from settings import is_loopback
from workers.context import Context
from workers.doctor.finding import Finding

OLDEST_POSTGRES, OLDEST_REDIS = 15, (6, 2)


def postgres(context: Context) -> Iterator[Finding]:
    with context.database.transaction() as conn:
        server = conn.execute(QUERIES["server_version"]).fetchone()
        found = list(obstacles(conn, context.settings.database_schema))
        tables = conn.execute(QUERIES["tables_and_protection"]).fetchall()
        path = {context.settings.database_schema, *extensions.homes(conn).values()}
        others = extensions.trusted(conn, path)
    assert server is not None
    version = f"{server['version']}, schema {context.settings.database_schema}"
    if server["number"] < OLDEST_POSTGRES * 10_000:
        yield Finding("Postgres", version, f"Spoke needs {OLDEST_POSTGRES} or newer.")
    elif found:
        yield from (Finding("Postgres", f"{version}; {what}", todo) for what, todo in found)
    else:
        yield Finding("Postgres", f"{version}, all migrations applied")
        yield from _trusted(others)
        yield from _wire(context)
        yield from _id_keys(context)
        yield from _months(context)
        yield _protection(
            [table["tablename"] for table in tables if not table["protected"]], len(tables)
        )


def _trusted(others: dict[str, list[str]]) -> Iterator[Finding]:
    """Name roles that a host gave such rights: they are to be known, not to be mended."""
    for schema, roles in others.items():
        words = f"{', '.join(roles)} may create in {schema}, and so act with Spoke's rights"
        yield Finding("Trusted roles", words)


def _wire(context: Context) -> Iterator[Finding]:
    """Check whether another machine between us and Postgres could pretend to be it."""
    with context.database.transaction() as conn:
        host, said = conn.info.host, conn.info.get_parameters()
    mode = said.get("sslmode", "prefer")
    if host.startswith("/") or is_loopback(host) or mode in ("verify-ca", "verify-full"):
        return
    words = f"sslmode {mode} to {host} checks no certificate: who stands between can read and write"
    yield Finding("Postgres's certificate", f"{words}; sslmode=verify-full with sslrootcert does")


def _id_keys(context: Context) -> Iterator[Finding]:
    """Check the keys of hashes: erased records stay away only as long as their hashes can be made
    again."""
    with context.database.transaction() as conn:
        known = {key.name for key in conn.id_keys}
        made = conn.execute(QUERIES["keys_of_hashes"]).fetchall()
    if lost := sum(row["hashes"] for row in made if row["key_id"] and row["key_id"] not in known):
        found = f"{lost:,} of them need a key that ENCRYPTION_KEY does not have"
        yield Finding("Erased records", found, "Put that key back, after the new one.")
    elif salted := sum(row["hashes"] for row in made if not row["key_id"]) * (not known):
        found = f"{salted:,} are remembered by hashes that the database alone can reverse"
        yield Finding("Erased records", found, "Set ENCRYPTION_KEY.")


def _months(context: Context) -> Iterator[Finding]:
    """Check that no row is of a month without a partition: no month that passes takes it along."""
    with context.database.transaction() as conn:
        stray = partitions.in_rest(conn)
    for table in stray:
        found = f"{table}_rest has rows of months without a partition"
        todo = "See the times of its rows. `spoke migrate` makes months to come."
        yield Finding("Months", found, todo)


def _protection(bare: list[str], count: int) -> Finding:
    if bare:
        return Finding(
            "Row security", f"off on {', '.join(bare)}", "Run `spoke migrate`; it turns it on."
        )
    return Finding("Row security", f"on for all {count} tables")


def redis_(context: Context) -> Iterator[Finding]:
    """Check Redis by INFO alone: hosts forbid CONFIG."""
    said: dict[str, Any] = context.server.info()
    name, version = (
        str(said.get("server_name", "redis")),
        str(said.get("valkey_version", said["redis_version"])),
    )
    if tuple(int(part) for part in version.split(".")[:2]) < OLDEST_REDIS:
        yield Finding("Redis", f"{name} {version}", "Spoke needs 6.2 or newer.")
        return
    yield Finding("Redis", f"{name} {version}")
    yield _memory(memory.look(context.server))
    yield _durable(said)
    yield _eviction(str(said.get("maxmemory_policy", "unknown")))


def _memory(found: memory.Memory) -> Finding:
    if found.is_short:
        return Finding("Redis's memory", f"full: {found.refusal}", memory.CURE)
    return Finding("Redis's memory", str(found))


def _durable(said: dict[str, Any]) -> Finding:
    if said.get("aof_enabled") == 1:
        return Finding("Append-only file", "on")
    return Finding(
        "Append-only file",
        "off: a Redis that dies loses deliveries that HubSpot believes delivered",
        "Set appendonly yes, or choose a plan that persists.",
    )


def _eviction(policy: str) -> Finding:
    if policy == "noeviction":
        return Finding("Eviction", "off")
    return Finding(
        "Eviction",
        f"{policy}: a full Redis drops deliveries silently",
        "Set maxmemory-policy noeviction.",
    )
