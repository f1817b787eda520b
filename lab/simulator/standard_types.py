"""HubSpot's standard types that the registry lacks, and what paths call a type.

Type ids: https://developers.hubspot.com/docs/api-reference/latest/crm/understanding-the-crm
"""

from hubspot.objects import ObjectType

# (plural name of the path, singular, type id)
_UNFILLED = (
    ("conversations", "conversation", "0-11"),
    ("deal_splits", "deal_split", "0-72"),
    ("postal_mail", "postal_mail", "0-116"),
)
_MADE = [ObjectType(*row, "hs_lastmodifieddate", ()) for row in _UNFILLED]


def called(kind: ObjectType) -> set[str]:
    """Answer the names that HubSpot's paths take for a type, in lower case. A custom type has no
    path of its base name: that is p_{name}, p{portal}_{name} or its type id."""
    custom = kind.type_id.startswith("2-")
    short = f"p_{kind.singular}" if custom else kind.singular
    return {kind.name.lower(), short.lower(), kind.type_id}


UNFILLED = {word: kind for kind in _MADE for word in called(kind)}
