"""Know the names of a time zone: HubSpot says US/Eastern, and some systems know only
America/New_York.

IANA's database, as the tzdata library ships it, says which names mean one zone ("links"). Pure; the
library's file is read once. https://data.iana.org/time-zones/tz-link.html
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files


def names(name: str) -> tuple[str, ...]:
    """Answer every name of the zone of this name: itself, then the one in use now, then older
    ones."""
    target = _links().get(name, name)
    older = sorted(link for link, to in _links().items() if to == target)
    return tuple(dict.fromkeys((name, target, *older)))


@cache
def _links() -> dict[str, str]:
    """Map an old name to the name in use now: the lines "L America/New_York US/Eastern"."""
    text = (files("tzdata") / "zoneinfo" / "tzdata.zi").read_text(encoding="ascii")
    parts = [line.split() for line in text.splitlines() if line.startswith("L ")]
    return {link: target for _, target, link in parts}
