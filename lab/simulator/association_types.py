"""The directional type ids of HubSpot's associations, as data.

contact → company is 279 (primary: 1), company → contact is 280 (primary: 2): each direction has ids
of its own.
https://developers.hubspot.com/docs/api-reference/latest/crm/associations/association-schema
"""

from dataclasses import dataclass
from zlib import crc32

from hubspot.objects import ObjectType

DEFINED = "HUBSPOT_DEFINED"
USER_DEFINED = "USER_DEFINED"

# (from, to): (type id, type id of the way back)
UNLABELLED = {
    ("contacts", "companies"): (279, 280),
    ("deals", "contacts"): (3, 4),
    ("deals", "companies"): (341, 342),
    ("tickets", "contacts"): (16, 15),
    ("tickets", "companies"): (339, 340),
    ("tickets", "deals"): (28, 27),
    ("deals", "line_items"): (19, 20),
    ("contacts", "calls"): (193, 194),
    ("contacts", "emails"): (197, 198),
    ("contacts", "meetings"): (199, 200),
    ("contacts", "notes"): (201, 202),
    ("contacts", "tasks"): (203, 204),
    ("companies", "calls"): (181, 182),
    ("companies", "emails"): (185, 186),
    ("companies", "meetings"): (187, 188),
    ("companies", "notes"): (189, 190),
    ("companies", "tasks"): (191, 192),
    ("deals", "calls"): (205, 206),
    ("deals", "emails"): (209, 210),
    ("deals", "meetings"): (211, 212),
    ("deals", "notes"): (213, 214),
    ("deals", "tasks"): (215, 216),
    ("tickets", "calls"): (219, 220),
    ("tickets", "emails"): (223, 224),
    ("tickets", "meetings"): (225, 226),
    ("tickets", "notes"): (227, 228),
    ("tickets", "tasks"): (229, 230),
    ("contacts", "contacts"): (449, 449),
    ("companies", "companies"): (450, 450),
    ("deals", "deals"): (451, 451),
    ("tickets", "tickets"): (452, 452),
}
PRIMARY = {
    ("contacts", "companies"): (1, 2),
    ("deals", "companies"): (5, 6),
    ("tickets", "companies"): (26, 25),
}
# Labels that HubSpot itself defines for a pair: (type id, type id of the way back, name, label).
LABELLED = {
    ("companies", "companies"): (
        (13, 14, "parent_to_child_company", "Child Company"),
        (14, 13, "child_to_parent_company", "Parent Company"),
    ),
}


# Types that HubSpot links to nothing: a product reaches a deal through its line items.
UNLINKED = {"products", "goal_targets", "users"}


@dataclass(frozen=True, slots=True)
class Label:
    """One association type in one direction, with the type id of the way back."""

    type_id: int
    inverse: int
    name: str  # as inline association lists call it
    label: str | None = None
    category: str = DEFINED
    primary: bool = False

    def spec(self) -> dict[str, object]:
        return {"category": self.category, "typeId": self.type_id, "label": self.label}


def defined(from_type: ObjectType, to_type: ObjectType) -> list[Label]:
    """Answer the labels that HubSpot itself defines for a direction; the unlabelled one first. None
    for a pair that it never links."""
    if UNLINKED & {from_type.name, to_type.name}:
        return []
    pair, plain = (from_type.name, to_type.name), f"{from_type.singular}_to_{to_type.singular}"
    primary = directed(PRIMARY, pair)
    if primary is None:
        unnamed = Label(*(directed(UNLABELLED, pair) or invented(pair)), plain)
        return [unnamed, *(Label(*each) for each in LABELLED.get(pair, ()))]
    unlabelled = Label(*(directed(UNLABELLED, pair) or invented(pair)), plain + "_unlabeled")
    return [unlabelled, Label(*primary, plain, "Primary", primary=True)]


def directed(
    table: dict[tuple[str, str], tuple[int, int]], pair: tuple[str, str]
) -> tuple[int, int] | None:
    if pair in table:
        return table[pair]
    ids = table.get((pair[1], pair[0]))
    return None if ids is None else (ids[1], ids[0])


def invented(pair: tuple[str, str]) -> tuple[int, int]:
    """Answer stable ids for pairs that the table above does not list (custom objects); above
    HubSpot's own range."""
    there, back = (
        1_000 + crc32(f"{start}>{end}".encode()) % 100_000 for start, end in (pair, pair[::-1])
    )
    return there, back
