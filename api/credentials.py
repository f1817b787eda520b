"""/credentials/validate: does HubSpot accept a token, and may it read the mirrored types?

The one module of the API that asks HubSpot. It has an allowance of its own, so that no request here
takes one from a portal's work.
"""

from __future__ import annotations

import requests
from apiflask import APIBlueprint
from pydantic import BaseModel, Field, SecretStr

from api.guard import needs, note, servers_of_app
from api.problems import Refusal
from hubspot.client import Client
from hubspot.errors import HubSpotError, MissingScopes, RateLimited, Unauthorized
from hubspot.rate_limit import Pace, RateLimit

routes = APIBlueprint("credentials", __name__, tag="credentials")
TYPES = ("contacts", "companies", "deals")  # linked to one another: none is stored without others
ALLOWANCE, PER_WINDOW = "validate", 20


class CredentialsIn(BaseModel):
    """A token of a HubSpot app."""

    access_token: SecretStr = Field(min_length=1, max_length=500)


class CredentialsOut(BaseModel):
    """Whose token it is, and that it may read the mirrored types."""

    portal_id: int
    time_zone: str
    currency: str | None
    readable: list[str]


@routes.post("/validate")
@needs("portals:admin")
@routes.input(CredentialsIn)
@routes.output(CredentialsOut)
def validate(json_data: CredentialsIn) -> CredentialsOut:
    """Try out a token: 401 where HubSpot does not accept it, 403 where it may not read enough."""
    token = json_data.access_token.get_secret_value()
    if not (token.isascii() and token.isprintable() and " " not in token):
        raise Refusal(422, "That is no access token: one word of plain characters is needed.")
    try:
        found = _asked(_client(token))
    except Unauthorized as error:
        raise Refusal(401, "HubSpot does not accept this token.") from error
    except MissingScopes as error:
        raise Refusal(403, str(error)) from error
    except RateLimited as error:
        wait = {"Retry-After": f"{error.retry_in or 10:.0f}"}
        raise Refusal(503, "HubSpot allows no further question just now.", wait) from error
    except HubSpotError as error:
        raise Refusal(503, f"HubSpot did not answer as it should: {error}") from error
    note(servers_of_app(), "credentials validated", details={"of_portal": found.portal_id})
    return found


def _asked(client: Client) -> CredentialsOut:
    account = client.account()
    for each in TYPES:
        client.list_page(each, [], limit=1)
    return CredentialsOut(
        portal_id=account["portalId"],
        time_zone=account["timeZone"],
        currency=account.get("companyCurrency"),
        readable=list(TYPES),
    )


def _client(token: str) -> Client:
    servers = servers_of_app()
    settings, session = servers.settings, requests.Session()
    session.trust_env = False  # no proxy or .netrc of the machine may see or replace the token
    limit = RateLimit(servers.server, ALLOWANCE, Pace(PER_WINDOW), rest=servers.stop.wait)
    return Client(
        settings.hubspot_api_base_url, token, settings.hubspot_api_version, limit, session
    )
