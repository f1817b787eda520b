"""All scenarios: a module enters its own into the table when it is imported."""

from lab.faults import (
    alarm_clock,
    cron,
    doubles,
    fuzz,
    hostile,
    hubspot_misleads,
    maintenance,
    order,
    portals,
    postgres_dies,
    privacy,
    receiver_pressed,
    redis_dies,
    redis_full,
    strangers,
    workers_die,
)

__all__ = [
    "alarm_clock",
    "cron",
    "doubles",
    "fuzz",
    "hostile",
    "hubspot_misleads",
    "maintenance",
    "order",
    "portals",
    "postgres_dies",
    "privacy",
    "receiver_pressed",
    "redis_dies",
    "redis_full",
    "strangers",
    "workers_die",
]
