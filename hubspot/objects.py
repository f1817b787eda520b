"""List the kinds of CRM records we mirror, as data. One more kind is one entry, here or in
optional_objects.py, and one migration: its views come by themselves (docs/object-types.md).
Type ids: https://developers.hubspot.com/docs/api-reference/latest/crm/understanding-the-crm
The modified property: https://developers.hubspot.com/docs/api-reference/latest/crm/search-the-crm
Contacts differ from all others there; asking for the wrong property silently finds nothing.
"""

from hubspot.columns import BOOLEAN, INTEGER, NUMERIC, TIMESTAMP, Column
from hubspot.entity_columns import OF_COMPANIES, OF_CONTACTS, OF_DEALS, OF_TICKETS
from hubspot.object_type import BUILT_IN, SHARED_TABLE, ObjectType
from hubspot.optional_objects import OPTIONAL

__all__ = ["CORE_TYPES", "OBJECT_TYPES", "SHARED_LINKS", "SHARED_TABLE", "ObjectType"]
SHARED_LINKS = ("contacts", "companies", "deals", "tickets")  # the columns of SHARED_TABLE

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
        *OF_CONTACTS,
    ),
    associations=("companies", "deals", "calls"),
    possible=("contacts",),
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
        *OF_COMPANIES,
    ),
    associations=("contacts", "deals"),
    possible=("companies",),
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
        *OF_DEALS,
    ),
    associations=("contacts", "companies"),
    possible=("deals",),
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
    scope=CONTACTS.needs,
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
        *OF_TICKETS,
    ),
    associations=("contacts", "companies", "deals"),
    possible=("tickets", "calls", "emails", "meetings", "notes", "tasks"),
    has_pipelines=True,
    history=("hs_pipeline_stage", "hs_pipeline", "hubspot_owner_id"),
    named_by=("subject",),
    merges=True,
    scope="tickets",
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


def _activity(
    name: str,
    singular: str,
    type_id: str,
    *columns: Column,
    named_by: tuple[str, ...],
    scope: str = CONTACTS.needs,
) -> ObjectType:
    """Describe what an owner did or is to do, as HubSpot logs it beside other records."""
    return ObjectType(
        name,
        singular,
        type_id,
        "hs_lastmodifieddate",
        (*columns, Column("hubspot_owner_id", indexed=True)),
        associations=("contacts", "companies", "deals"),
        named_by=named_by,
        scope=scope,
    )


EMAILS = _activity(
    "emails",
    "email",
    "0-49",
    Column("subject", source="hs_email_subject"),
    Column("direction", source="hs_email_direction"),
    Column("status", source="hs_email_status"),
    Column("email_timestamp", TIMESTAMP, "hs_timestamp", indexed=True),
    named_by=("hs_email_subject",),
    scope="sales-email-read",
)

MEETINGS = _activity(
    "meetings",
    "meeting",
    "0-47",
    Column("title", source="hs_meeting_title"),
    Column("outcome", source="hs_meeting_outcome"),
    Column("start_time", TIMESTAMP, "hs_meeting_start_time", indexed=True),
    Column("end_time", TIMESTAMP, "hs_meeting_end_time"),
    Column("meeting_timestamp", TIMESTAMP, "hs_timestamp", indexed=True),
    named_by=("hs_meeting_title",),
)

NOTES = _activity(
    "notes",
    "note",
    "0-46",
    Column("body", source="hs_note_body"),
    Column("note_timestamp", TIMESTAMP, "hs_timestamp", indexed=True),
    named_by=("hs_note_body",),
)

TASKS = _activity(
    "tasks",
    "task",
    "0-27",
    Column("subject", source="hs_task_subject"),
    Column("status", source="hs_task_status", indexed=True),
    Column("priority", source="hs_task_priority"),
    Column("due_at", TIMESTAMP, "hs_timestamp", indexed=True),
    named_by=("hs_task_subject",),
)

_CORE = (
    CONTACTS, COMPANIES, DEALS, CALLS, TICKETS, LINE_ITEMS, PRODUCTS, EMAILS, MEETINGS, NOTES, TASKS
)  # fmt: skip
CORE_TYPES = {kind.name: kind for kind in _CORE}  # read in every portal
OBJECT_TYPES = BUILT_IN
OBJECT_TYPES.update({kind.name: kind for kind in (*_CORE, *OPTIONAL)})
