"""What a soak uses, at its start and at its end: nothing of it may grow."""

from __future__ import annotations

import gc
from dataclasses import asdict, dataclass

import psutil
import psycopg
import redis

from tests.soak.stage import Stage

# What may be added while nothing leaks: caches fill, hypothesis remembers, pools open late.
MAY_GROW = {
    "memory_mb": lambda first: first * 0.25 + 60,
    "receiver_mb": lambda first: first * 0.25 + 20,
    "descriptors": lambda first: 8,
    "receiver_descriptors": lambda first: 8,
    "postgres_connections": lambda first: 3,
    "redis_connections": lambda first: 3,
}


@dataclass(frozen=True)
class Usage:
    """Hold what this process, the receiver, Postgres and Valkey use between two lives. The workers
    run in this process."""

    memory_mb: int
    receiver_mb: int
    descriptors: int
    receiver_descriptors: int
    postgres_connections: int
    redis_connections: int

    def __str__(self) -> str:
        return ", ".join(f"{name.replace('_', ' ')} {each}" for name, each in asdict(self).items())


def usage(stage: Stage) -> Usage:
    """Measure, while no life is lived."""
    gc.collect()
    own = psutil.Process()
    receiver = [each for each in own.children(recursive=True) if "index:app" in each.cmdline()]
    with psycopg.connect(stage.database_url) as conn:
        found = conn.execute("select count(*) from pg_stat_activity where datname is not null")
        [connections] = found.fetchone() or (0,)
    with redis.Redis.from_url(stage.redis_url) as server:
        clients = len(server.client_list())
    return Usage(
        memory_mb=own.memory_info().rss // 2**20,
        receiver_mb=sum(each.memory_info().rss for each in receiver) // 2**20,
        descriptors=own.num_fds(),
        receiver_descriptors=sum(each.num_fds() for each in receiver),
        postgres_connections=connections,
        redis_connections=clients,
    )


def grown(first: Usage, last: Usage) -> list[str]:
    """Say what grew by more than it may."""
    before, after = asdict(first), asdict(last)
    return [
        f"{name.replace('_', ' ')} {before[name]} → {after[name]}"
        for name, may_grow in MAY_GROW.items()
        if after[name] - before[name] > may_grow(before[name])
    ]
