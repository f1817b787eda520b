"""The kinds of CRM records we mirror, as data. One more kind is one entry here, one migration, one view.

Type ids and the "modified" property: https://developers.hubspot.com/docs/api-reference/latest/crm/understanding-the-crm
and https://developers.hubspot.com/docs/api-reference/latest/crm/search-the-crm (contacts differ from all others there;
asking for the wrong property silently finds nothing).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What a typed column holds; the value is its PostgreSQL type."""

    TEXT = "text"
    NUMERIC = "numeric"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    TIMESTAMP = "timestamp with time zone"


TEXT, NUMERIC, INTEGER, BOOLEAN, TIMESTAMP = Kind


@dataclass(frozen=True, slots=True)
class Column:
    """A property kept as a typed column beside raw_json, because people filter or join on it."""

    name: str
    kind: Kind = TEXT
    source: str = ""
    indexed: bool = False  # people look records up by it

    @property
    def sql_type(self) -> str:
        return self.kind.value

    @property
    def property(self) -> str:
        """HubSpot's internal name; the column's own name unless `source` says otherwise."""
        return self.source or self.name


@dataclass(frozen=True, slots=True)
class ObjectType:
    """One kind of record: how HubSpot calls it and what of it we keep where."""

    name: str  # HubSpot's plural path name, and our table's middle name
    singular: str  # as in classic events: contact.creation
    type_id: str  # as in generic events: objectTypeId
    modified: str  # the property that says when a record last changed
    columns: tuple[Column, ...]
    associations: tuple[str, ...] = ()  # the types whose links we keep with each record
    has_pipelines: bool = False

    @property
    def table(self) -> str:
        return f"hubspot_{self.name}_raw"

    def property_names(self, defined: Iterable[str]) -> list[str]:
        """What to ask for: everything that the portal defines, and what we cannot do without."""
        return sorted({*defined, *(column.property for column in self.columns), self.modified, MERGED_IDS})

    @property
    def link_columns(self) -> dict[str, str]:
        """Association type → the column that holds the ids of the associated records: contacts → contact_ids."""
        return {to: f"{OBJECT_TYPES[to].singular}_ids" for to in self.associations}


MERGED_IDS = "hs_merged_object_ids"  # every type has it: the ids a record had before merges, separated by semicolons

CONTACTS = ObjectType(
    "contacts",
    "contact",
    "0-1",
    "lastmodifieddate",
    (
        Column("email", indexed=True),
        Column("phone", indexed=True),
        Column("firstname"),
        Column("lastname"),
        Column("createdate", TIMESTAMP, indexed=True),
        Column("lifecyclestage", indexed=True),
        Column("vsl_watched", BOOLEAN),
        Column("vsl_watch_duration", INTEGER),
        Column("sales_script_version"),
        Column("hubspot_owner_id", indexed=True),
    ),
    associations=("companies", "deals", "calls"),
)

COMPANIES = ObjectType(
    "companies",
    "company",
    "0-2",
    "hs_lastmodifieddate",
    (
        Column("name", indexed=True),
        Column("domain", indexed=True),
        Column("industry"),
        Column("createdate", TIMESTAMP, indexed=True),
        Column("annualrevenue", NUMERIC),
        Column("numberofemployees", NUMERIC),
        Column("hubspot_owner_id", indexed=True),
    ),
    associations=("contacts", "deals"),
)

DEALS = ObjectType(
    "deals",
    "deal",
    "0-3",
    "hs_lastmodifieddate",
    (
        Column("dealname"),
        Column("amount", NUMERIC, indexed=True),
        Column("dealstage", indexed=True),
        Column("pipeline"),
        Column("createdate", TIMESTAMP, indexed=True),
        Column("closedate", TIMESTAMP, indexed=True),
        Column("qualified_status"),
        Column("trial_status"),
        Column("payment_status", indexed=True),
        Column("number_of_installments__months", INTEGER),
        Column("deal_whole_amount", NUMERIC),
        Column("upfront_payment", NUMERIC),
        Column("offer_given", BOOLEAN),
        Column("offer_accepted", BOOLEAN),
        Column("cancellation_reason"),
        Column("hubspot_owner_id", indexed=True),
    ),
    associations=("contacts", "companies"),
    has_pipelines=True,
)

CALLS = ObjectType(
    "calls",
    "call",
    "0-48",
    "hs_lastmodifieddate",
    (
        Column("call_duration", INTEGER, "hs_call_duration", indexed=True),  # milliseconds
        Column("call_direction", source="hs_call_direction"),
        Column("call_to_number", source="hs_call_to_number", indexed=True),
        Column("call_from_number", source="hs_call_from_number", indexed=True),
        Column("call_timestamp", TIMESTAMP, "hs_timestamp", indexed=True),
        Column("call_disposition", source="hs_call_disposition"),
        Column("hubspot_owner_id", indexed=True),
    ),
    associations=("contacts", "companies", "deals"),
)

OBJECT_TYPES: dict[str, ObjectType] = {kind.name: kind for kind in (CONTACTS, COMPANIES, DEALS, CALLS)}
BY_SINGULAR: dict[str, ObjectType] = {kind.singular: kind for kind in OBJECT_TYPES.values()}
BY_TYPE_ID: dict[str, ObjectType] = {kind.type_id: kind for kind in OBJECT_TYPES.values()}
