"""What HubSpot says when it refuses: one exception that carries the status and the JSON body.

Shapes: https://developers.hubspot.com/docs/api-reference/error-handling
"""

from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from .wire import dumps


@dataclass
class Problem(Exception):
    """A refusal; the app turns it into a response. `more` is merged into the body, e.g.
    policyName."""

    status: int
    message: str
    category: str | None = "VALIDATION_ERROR"
    more: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        body = {"status": "error", "message": self.message, "correlationId": str(uuid4())}
        if self.category is not None:
            body["category"] = self.category
        return body | self.more


def unauthenticated() -> Problem:
    message = (
        "Authentication credentials not found. This API supports OAuth 2.0 authentication and you "
        "can find more details at https://developers.hubspot.com/docs/methods/auth/oauth-overview"
    )
    return Problem(401, message, "INVALID_AUTHENTICATION")


def not_found(what: str = "resource not found") -> Problem:
    return Problem(404, what, "OBJECT_NOT_FOUND")


def unknown_type(name: str) -> Problem:
    return Problem(400, f"Unable to infer object type from: {name}")


def unlinkable(from_type: str, to_type: str) -> Problem:
    return Problem(400, f"No association types exist between {from_type} and {to_type}")


def over_limit(policy: str, portal_id: int) -> Problem:
    """Answer a 429. HubSpot promises no Retry-After on it, so there is none."""
    words = policy.lower()
    short = words.replace("_", "-").removesuffix("-rolling")
    group = f"publicapi:private_app-api-calls-{short}:{portal_id}"
    more = {"errorType": "RATE_LIMIT", "policyName": policy, "groupName": group}
    if policy == "DAILY":
        more["requestId"] = str(uuid4())
    return Problem(429, f"You have reached your {words} limit.", None, more)


def invalid_properties(portal_id: int, faults: list[dict[str, Any]]) -> Problem:
    """Refuse a write for its values; the list stands as JSON text inside the message, as in the
    original."""
    listed = [
        {
            "isValid": False,
            "localizedErrorMessage": fault["message"],
            "portalId": portal_id,
            **fault,
        }
        for fault in faults
    ]
    return Problem(400, "Property values were not valid: " + dumps(listed).decode())
