"""What singer's tap-hubspot prints, as records."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from lab.peers.compare import Record, Stream, flat

_LINKS = "contacts_by_company"
_PROPERTY = "property_"
_SALES = ("contacts", "companies", "deals")
# The tap's schema of contacts drops the companies that it asks for, and singer's transformer makes
# False of a boolean without a value.
STREAMS = (
    Stream("contacts", "contacts", ("deals",), unset_is_false=True),
    Stream("tickets", "tickets", _SALES, unset_is_false=True),
    Stream("cars", "cars", (*_SALES, "tickets"), unset_is_false=True),
    Stream("owners", "owners", partial=True),
    Stream(_LINKS, "companies", ("contacts",), partial=True),
)
# Of endpoints before version 3, or of lists and forms, which the simulator has none of.
NOT_SERVED = (
    "campaigns", "companies", "contact_lists", "deal_pipelines", "deals", "email_events",
    "engagements", "form_submissions", "forms", "list_memberships", "subscription_changes",
    "workflows",
)  # fmt: skip

LinksOf = Callable[[Mapping[str, Any]], dict[str, set[str]]]


def read(lines: Iterator[dict[str, Any]], links_of: LinksOf) -> Iterator[tuple[str, str, Record]]:
    """Yield records as they come; the links of companies, told one by one, at the end."""
    asked: list[str] = []
    linked: dict[str, set[str]] = defaultdict(set)
    for line in lines:
        if line["type"] == "ASKED":
            asked = line["ids"]
        elif line["type"] == "RECORD" and line["stream"] == _LINKS:
            linked[str(line["record"]["company-id"])].add(str(line["record"]["contact-id"]))
        elif line["type"] == "RECORD":
            yield line["stream"], line["record"]["id"], _record(line, links_of)
    for key in asked:
        yield _LINKS, key, Record({}, {"contacts": linked[key]})


def _record(line: Mapping[str, Any], links_of: LinksOf) -> Record:
    record = line["record"]
    if line["stream"] == "owners":
        return Record(flat(record))
    values = {
        name.removeprefix(_PROPERTY): value
        for name, value in record.items()
        if name.startswith(_PROPERTY)
    }
    times = {name: record[name] for name in ("createdAt", "updatedAt")}
    return Record(values | times, links_of(record))
