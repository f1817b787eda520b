"""Keep what describes a portal's records, and put it back: a test that defines properties or moves
stages leaves none of it to the next."""

from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from .portal import Portal

_KEPT = ("owners", "pipelines", "archived_properties", "groups")


@dataclass(frozen=True)
class Description:
    """Hold what a portal had when it was kept."""

    properties: dict[str, dict[str, Any]]
    others: dict[str, Any]


def keep(portal: Portal) -> Description:
    others = {name: deepcopy(getattr(portal, name)) for name in _KEPT}
    return Description(deepcopy(portal.properties), others)


def put_back(portal: Portal, kept: Description) -> bool:
    """Put everything back that differs, and tell whether anything did. Types that came since keep
    theirs."""
    others = [name for name in _KEPT if getattr(portal, name) != kept.others[name]]
    for name in others:
        setattr(portal, name, deepcopy(kept.others[name]))
    types = [
        name
        for name, properties in kept.properties.items()
        if name in portal.types and portal.properties[name] != properties
    ]
    for name in types:
        portal.properties[name] = deepcopy(kept.properties[name])
        portal.define(portal.types[name])
    return bool(others or types)
