"""HubSpot's standard types that a fresh portal has no records of, and what paths call a type.

Type ids: https://developers.hubspot.com/docs/api-reference/latest/crm/understanding-the-crm
"""

from hubspot.objects import ObjectType

# (plural name of the path, singular, type id)
_UNFILLED = (
    ("conversations", "conversation", "0-11"),
    ("quotes", "quote", "0-14"),
    ("communications", "communication", "0-18"),
    ("feedback_submissions", "feedback_submission", "0-19"),
    ("invoices", "invoice", "0-53"),
    ("marketing_events", "marketing_event", "0-54"),
    ("subscriptions", "subscription", "0-69"),
    ("deal_splits", "deal_split", "0-72"),
    ("goal_targets", "goal_target", "0-74"),
    ("discounts", "discount", "0-84"),
    ("fees", "fee", "0-85"),
    ("taxes", "tax", "0-86"),
    ("commerce_payments", "commerce_payment", "0-101"),
    ("users", "user", "0-115"),
    ("postal_mail", "postal_mail", "0-116"),
    ("orders", "order", "0-123"),
    ("leads", "lead", "0-136"),
    ("carts", "cart", "0-142"),
    ("services", "service", "0-162"),
    ("courses", "course", "0-410"),
    ("listings", "listing", "0-420"),
    ("appointments", "appointment", "0-421"),
    ("projects", "project", "0-970"),
)
_MADE = [ObjectType(*row, "hs_lastmodifieddate", ()) for row in _UNFILLED]


def called(kind: ObjectType) -> set[str]:
    """Answer the names that HubSpot's paths take for a type, in lower case. A custom type has no
    path of its base name: that is p_{name}, p{portal}_{name} or its type id."""
    custom = kind.type_id.startswith("2-")
    short = f"p_{kind.singular}" if custom else kind.singular
    return {kind.name.lower(), short.lower(), kind.type_id}


UNFILLED = {word: kind for kind in _MADE for word in called(kind)}
