"""List the kinds of records of what is offered, sold and paid, as data: see optional_objects.py."""

from hubspot.columns import NUMERIC, TIMESTAMP, Column
from hubspot.object_type import CREATED, MODIFIED, OWNER, SOLD, STAGES, ObjectType

PRICED = ("line_items", "discounts", "fees", "taxes")

QUOTES = ObjectType(
    "quotes",
    "quote",
    "0-14",
    MODIFIED,
    (
        Column("title", source="hs_title"),
        Column("status", source="hs_status"),
        Column("amount", NUMERIC, "hs_quote_amount"),
        Column("currency", source="hs_currency"),
        Column("expires_at", TIMESTAMP, "hs_expiration_date"),
        OWNER,
        CREATED,
    ),
    associations=SOLD,
    possible=PRICED,
    named_by=("hs_title",),
)

ORDERS = ObjectType(
    "orders",
    "order",
    "0-123",
    MODIFIED,
    (
        Column("name", source="hs_order_name"),
        Column("total_price", NUMERIC, "hs_total_price"),
        Column("currency", source="hs_currency_code"),
        Column("source_store", source="hs_source_store"),
        Column("external_order_id", source="hs_external_order_id"),
        Column("payment_status", source="hs_payment_status"),
        Column("fulfillment_status", source="hs_fulfillment_status"),
        OWNER,
        *STAGES,
        CREATED,
    ),
    associations=SOLD,
    possible=(*PRICED, "carts"),
    has_pipelines=True,
    named_by=("hs_order_name",),
)

CARTS = ObjectType(
    "carts",
    "cart",
    "0-142",
    MODIFIED,
    (
        Column("name", source="hs_cart_name"),
        Column("total_price", NUMERIC, "hs_total_price"),
        Column("currency", source="hs_currency_code"),
        Column("source_store", source="hs_source_store"),
        Column("external_cart_id", source="hs_external_cart_id"),
        Column("external_status", source="hs_external_status"),
        CREATED,
    ),
    associations=SOLD,
    possible=PRICED,
    named_by=("hs_cart_name",),
)

INVOICES = ObjectType(
    "invoices",
    "invoice",
    "0-53",
    MODIFIED,
    (
        Column("number", source="hs_number"),
        Column("title", source="hs_title"),
        Column("status", source="hs_invoice_status"),
        Column("amount_billed", NUMERIC, "hs_amount_billed"),
        Column("balance_due", NUMERIC, "hs_balance_due"),
        Column("currency", source="hs_currency"),
        Column("invoice_date", TIMESTAMP, "hs_invoice_date"),
        Column("due_date", TIMESTAMP, "hs_due_date"),
        OWNER,
        CREATED,
    ),
    associations=SOLD,
    possible=(*PRICED, "quotes", "orders", "subscriptions"),
    named_by=("hs_title", "hs_number"),
)

SUBSCRIPTIONS = ObjectType(
    "subscriptions",
    "subscription",
    "0-69",
    MODIFIED,
    (
        Column("name", source="hs_name"),
        Column("status", source="hs_status"),
        Column("currency", source="hs_currency_code"),
        Column("recurring_frequency", source="hs_recurring_billing_frequency"),
        Column("started_at", TIMESTAMP, "hs_recurring_billing_start_date"),
        Column("next_payment_due_at", TIMESTAMP, "hs_next_payment_due_date"),
        Column("next_payment_amount", NUMERIC, "hs_next_payment_amount"),
        OWNER,
        CREATED,
    ),
    associations=SOLD,
    possible=("line_items", "quotes"),
    note="What customers pay again and again; not their e-mail preferences.",
    named_by=("hs_name",),
)

COMMERCE_PAYMENTS = ObjectType(
    "commerce_payments",
    "commerce_payment",
    "0-101",
    MODIFIED,
    (
        Column("amount", NUMERIC, "hs_initial_amount"),
        Column("net_amount", NUMERIC, "hs_net_amount"),
        Column("fees_amount", NUMERIC, "hs_fees_amount"),
        Column("refunds_amount", NUMERIC, "hs_refunds_amount"),
        Column("currency", source="hs_currency_code"),
        Column("status", source="hs_latest_status"),
        Column("payment_method", source="hs_payment_method_type"),
        Column("customer_email", source="hs_customer_email"),
        Column("initiated_at", TIMESTAMP, "hs_initiated_date"),
        CREATED,
    ),
    associations=SOLD,
    possible=("line_items", "quotes", "orders", "invoices", "subscriptions"),
    named_by=("hs_customer_email",),
    scope="crm.objects.commercepayments.read",
)


def _priced(name: str, singular: str, type_id: str) -> ObjectType:
    """Describe what a quote, cart, order or invoice adds to or takes from its line items: it is
    linked to them at their end."""
    columns = (
        Column("label", source="hs_label"),
        Column("value_type", source="hs_type"),
        Column("value", NUMERIC, "hs_value"),
        CREATED,
    )
    scope = "crm.objects.line_items.read"
    return ObjectType(
        name, singular, type_id, MODIFIED, columns, named_by=("hs_label",), scope=scope
    )


DISCOUNTS = _priced("discounts", "discount", "0-84")
FEES = _priced("fees", "fee", "0-85")
TAXES = _priced("taxes", "tax", "0-86")

COMMERCE = (
    QUOTES, ORDERS, CARTS, INVOICES, SUBSCRIPTIONS, COMMERCE_PAYMENTS, DISCOUNTS, FEES, TAXES
)  # fmt: skip
