"""List the kinds of CRM records we mirror, as data. One more kind is one entry here and one
migration: its views come by themselves (docs/object-types.md).

Type ids: https://developers.hubspot.com/docs/api-reference/latest/crm/understanding-the-crm
The "modified" property: https://developers.hubspot.com/docs/api-reference/latest/crm/search-the-crm
Contacts differ from all others there; asking for the wrong property silently finds nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from hubspot.columns import BOOLEAN, CREATED, INTEGER, MERGED_IDS, NUMERIC, TIMESTAMP, Column


@dataclass(frozen=True, slots=True)
class ObjectType:
    """Describe one kind of record: how HubSpot calls it, and what of it we keep where."""

    name: str  # HubSpot's plural path name, and our table's middle name
    singular: str  # as in classic events: contact.creation
    type_id: str  # as in generic events: objectTypeId
    modified: str  # the property that says when a record last changed
    columns: tuple[Column, ...]
    associations: tuple[str, ...] = ()  # the types whose links we keep with each record
    has_pipelines: bool = False
    merges: bool = False  # HubSpot can merge its records
    # a sentence for people who query current_<name>: its view's comment ends with it
    note: str = ""
    shared: bool = False  # has no table of its own: its rows live with those of all others like it
    history: tuple[str, ...] = ()  # properties of which we keep every version
    watched: tuple[str, ...] = ()  # properties without a column that HubSpot is to tell of, too
    # what people call a record by: the first that has a value; words between spaces are joined
    named_by: tuple[str, ...] = ("name",)
    finds_names: bool = False  # the function records_named finds parts of its names by index

    @property
    def created(self) -> str:
        """Name the property that says when a record was created: activities and custom objects
        have one of their own, and asking for the wrong one silently finds nothing."""
        has_it = any(column.property == CREATED for column in self.columns)
        return CREATED if has_it else f"hs_{CREATED}"

    @property
    def table(self) -> str:
        return SHARED_TABLE if self.shared else f"hubspot_{self.name}_raw"

    @property
    def key(self) -> dict[str, str]:
        """Answer the columns that tell its rows from those of other types in its table."""
        return {"object_type": self.name} if self.shared else {}

    @property
    def path(self) -> str:
        """Answer the type's name in HubSpot's paths. Short names of a portal's own types are not
        promised to work there."""
        return self.singular if self.shared else self.name

    def property_names(self, defined: Iterable[str]) -> list[str]:
        """List the properties to ask for: all that the portal defines, and all that we need."""
        ours = {column.property for column in self.columns}
        return sorted({*defined, *ours, self.modified, MERGED_IDS})

    @property
    def phone_columns(self) -> dict[str, str]:
        """Map a phone number's column to the one with its E.164: phone → phone_e164."""
        return {column.name: column.phone for column in self.columns if column.phone}

    @property
    def link_columns(self) -> dict[str, str]:
        """Map an association type to the column of the associated ids: contacts → contact_ids.
        Links to a portal's own types stand in raw_json alone, whose index finds them."""
        known = [to for to in self.associations if to in OBJECT_TYPES]
        return {to: f"{OBJECT_TYPES[to].singular}_ids" for to in known}


SHARED_TABLE = "hubspot_objects_raw"
SHARED_LINKS = ("contacts", "companies", "deals", "tickets")  # those of its columns

CONTACTS = ObjectType(
    "contacts",
    "contact",
    "0-1",
    "lastmodifieddate",
    (
        Column("email", indexed=True),
        Column("phone", indexed=True, phone="phone_e164"),
        Column("mobilephone", indexed=True, phone="mobile_e164"),
        Column("firstname"),
        Column("lastname"),
        Column("createdate", TIMESTAMP, indexed=True),
        Column("lifecyclestage", indexed=True),
        Column("vsl_watched", BOOLEAN),
        Column("vsl_watch_duration", INTEGER),
        Column("sales_script_version", carried=True),
        Column("hubspot_owner_id", indexed=True),
    ),
    associations=("companies", "deals", "calls"),
    history=("lifecyclestage", "hubspot_owner_id"),
    named_by=("firstname lastname", "email"),
    finds_names=True,
    merges=True,
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
    named_by=("name", "domain"),
    finds_names=True,
    merges=True,
)

_STAGES = ("dealstage", "pipeline")

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
        Column("deal_currency_code"),
        Column("amount_in_home_currency", NUMERIC),
        Column("phone_number", indexed=True, phone="phone_number_e164"),
    ),
    associations=("contacts", "companies"),
    has_pipelines=True,
    named_by=("dealname",),
    finds_names=True,
    history=(*_STAGES, "amount", "deal_whole_amount", "closedate", "hubspot_owner_id"),
    merges=True,
    note="A deal is won or lost by its stage: see pipeline_stages.",
)

CALLS = ObjectType(
    "calls",
    "call",
    "0-48",
    "hs_lastmodifieddate",
    (
        Column("call_duration", INTEGER, "hs_call_duration", indexed=True),  # milliseconds
        Column("call_direction", source="hs_call_direction"),
        Column("call_to_number", source="hs_call_to_number", indexed=True, phone="call_to_e164"),
        Column(
            "call_from_number", source="hs_call_from_number", indexed=True, phone="call_from_e164"
        ),
        Column("call_timestamp", TIMESTAMP, "hs_timestamp", indexed=True),
        Column("call_disposition", source="hs_call_disposition"),
        Column("hubspot_owner_id", indexed=True),
    ),
    associations=("contacts", "companies", "deals"),
    named_by=("hs_call_title", "hs_call_body"),
    note="call_duration is in milliseconds.",
)

TICKETS = ObjectType(
    "tickets",
    "ticket",
    "0-5",
    "hs_lastmodifieddate",
    (
        Column("subject"),
        Column("pipeline", source="hs_pipeline"),
        Column("pipeline_stage", source="hs_pipeline_stage", indexed=True),
        Column("priority", source="hs_ticket_priority"),
        Column("category", source="hs_ticket_category"),
        Column("createdate", TIMESTAMP, indexed=True),
        Column("closed_date", TIMESTAMP, indexed=True),
        Column("hubspot_owner_id", indexed=True),
    ),
    associations=("contacts", "companies", "deals"),
    has_pipelines=True,
    history=("hs_pipeline_stage", "hs_pipeline", "hubspot_owner_id"),
    named_by=("subject",),
    merges=True,
)

LINE_ITEMS = ObjectType(
    "line_items",
    "line_item",
    "0-8",
    "hs_lastmodifieddate",
    (
        Column("name"),
        Column("product_id", source="hs_product_id", indexed=True),
        Column("quantity", NUMERIC),
        Column("price", NUMERIC),
        Column("amount", NUMERIC, indexed=True),
        Column("createdate", TIMESTAMP, indexed=True),
    ),
    associations=("deals",),
)

PRODUCTS = ObjectType(
    "products",
    "product",
    "0-7",
    "hs_lastmodifieddate",
    (
        Column("name", indexed=True),
        Column("sku", source="hs_sku", indexed=True),
        Column("price", NUMERIC),
        Column("createdate", TIMESTAMP, indexed=True),
    ),
)

EMAILS = ObjectType(
    "emails",
    "email",
    "0-49",
    "hs_lastmodifieddate",
    (
        Column("subject", source="hs_email_subject"),
        Column("direction", source="hs_email_direction"),
        Column("status", source="hs_email_status"),
        Column("email_timestamp", TIMESTAMP, "hs_timestamp", indexed=True),
        Column("hubspot_owner_id", indexed=True),
    ),
    associations=("contacts", "companies", "deals"),
    named_by=("hs_email_subject",),
)

MEETINGS = ObjectType(
    "meetings",
    "meeting",
    "0-47",
    "hs_lastmodifieddate",
    (
        Column("title", source="hs_meeting_title"),
        Column("outcome", source="hs_meeting_outcome"),
        Column("start_time", TIMESTAMP, "hs_meeting_start_time", indexed=True),
        Column("end_time", TIMESTAMP, "hs_meeting_end_time"),
        Column("meeting_timestamp", TIMESTAMP, "hs_timestamp", indexed=True),
        Column("hubspot_owner_id", indexed=True),
    ),
    associations=("contacts", "companies", "deals"),
    named_by=("hs_meeting_title",),
)

NOTES = ObjectType(
    "notes",
    "note",
    "0-46",
    "hs_lastmodifieddate",
    (
        Column("body", source="hs_note_body"),
        Column("note_timestamp", TIMESTAMP, "hs_timestamp", indexed=True),
        Column("hubspot_owner_id", indexed=True),
    ),
    associations=("contacts", "companies", "deals"),
    named_by=("hs_note_body",),
)

TASKS = ObjectType(
    "tasks",
    "task",
    "0-27",
    "hs_lastmodifieddate",
    (
        Column("subject", source="hs_task_subject"),
        Column("status", source="hs_task_status", indexed=True),
        Column("priority", source="hs_task_priority"),
        Column("due_at", TIMESTAMP, "hs_timestamp", indexed=True),
        Column("hubspot_owner_id", indexed=True),
    ),
    associations=("contacts", "companies", "deals"),
    named_by=("hs_task_subject",),
)

_ALL = (
    CONTACTS, COMPANIES, DEALS, CALLS, TICKETS, LINE_ITEMS, PRODUCTS,
    EMAILS, MEETINGS, NOTES, TASKS,
)  # fmt: skip
OBJECT_TYPES: dict[str, ObjectType] = {kind.name: kind for kind in _ALL}
