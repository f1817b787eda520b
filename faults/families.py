"""All scenarios: a module enters its own into the table when it is imported."""

from faults import postgres_dies, redis_dies, workers_die

__all__ = ["postgres_dies", "redis_dies", "workers_die"]
