"""Sensitive properties: listed only when they are asked for by name of their kind, and their values
read only with a scope of that kind.

https://developers.hubspot.com/docs/api-reference/latest/crm/properties/sensitive-data: no scope is
needed for the definitions. Which kinds the tokens may read stands in Settings.sensitive_scopes.
"""

from collections.abc import Iterable

from hubspot.objects import ObjectType

from .definitions import Definition
from .errors import Problem
from .portal import Portal

PLAIN = "non_sensitive"
HIGHLY = "highly_sensitive"
KINDS = (PLAIN, "sensitive", HIGHLY)
_OF_CUSTOM = "custom"  # scopes do not name a portal's own types
_CUSTOM = "2-"


def of_kind(found: Iterable[Definition], asked: str) -> list[Definition]:
    """Answer the definitions of one kind; without a word for it, those that are not sensitive."""
    if asked and asked not in KINDS:
        raise Problem(400, f"{asked} is no dataSensitivity: {', '.join(KINDS)}")
    return [one for one in found if one["dataSensitivity"] == (asked or PLAIN)]


def must_be_readable(portal: Portal, kind: ObjectType, names: Iterable[str]) -> None:
    """Refuse a whole request that names one property whose kind the token has no scope for."""
    granted = {PLAIN, *portal.deliveries.settings.sensitive_scopes.split(",")}
    known = portal.properties[kind.name]
    for name in names:
        needed = known[name]["dataSensitivity"]
        if needed not in granted:
            raise _missing(kind, needed)


def _missing(kind: ObjectType, needed: str) -> Problem:
    subject = _OF_CUSTOM if kind.type_id.startswith(_CUSTOM) else kind.name
    scope = f"crm.objects.{subject}.{needed}.read"
    message = f"This app hasn't been granted all required scopes to make this call: {scope}"
    context = {"requiredGranularScopes": [scope]}
    return Problem(403, message, "MISSING_SCOPES", {"errors": [{"context": context}]})
