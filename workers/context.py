"""Give every job its servers: settings, Redis, the database, and HubSpot as each portal's token
sees it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import redis
import requests
from requests.adapters import HTTPAdapter

from db import id_hashes
from db.connect import Database, PoolLimits
from db.fetch_delays import BELIEVE_AFTER
from db.portals import Portal
from hubspot.client import Client
from hubspot.errors import ForeignToken, Paused, Unauthorized
from hubspot.rate_limit import LIVE, SEARCHES_PER_SECOND, Lane, Pace, RateLimit
from operations.servers import Servers
from settings import Settings
from workers import tokens
from workers.diary import Diary
from workers.owners import Owners

# at 150 ms an answer three keep HubSpot's limit busy; the others write meanwhile
BACKFILL_THREADS = 8
CONNECTIONS = 32  # to HubSpot, kept open: each thread of a backfill may ask for links side by side
HEARTBEAT_SECONDS = 15.0  # how often a scan says that its worker lives
NO_REDIS = "unix:///REDIS_URL is not set"  # for what does without; nothing else answers there


@dataclass(frozen=True)
class Context(Servers):
    """Hold the servers, and HubSpot's client for each portal and lane."""

    owners: Owners = field(default_factory=Owners)
    diary: Diary = field(default_factory=Diary)
    believe_after: timedelta = BELIEVE_AFTER
    searches_per_second: float = SEARCHES_PER_SECOND
    backfill_threads: int = BACKFILL_THREADS
    heartbeat_seconds: float = HEARTBEAT_SECONDS
    _clients: dict[tuple[int, bytes | None, int | None, Lane], Client] = field(default_factory=dict)

    @classmethod
    def open(
        cls,
        settings: Settings,
        connections: int = 4,
        searches_per_second: float = SEARCHES_PER_SECOND,
    ) -> Context:
        """Build the context once per process; it connects at first use."""
        url = settings.redis_url or NO_REDIS
        server = redis.Redis.from_url(url, health_check_interval=30)
        database = Database(
            settings.database_url,
            settings.database_schema,
            PoolLimits(connections),
            reader_role=settings.reader_role,
            id_keys=id_hashes.keys(tokens.split(settings.encryption_key)),
        )
        return cls(settings, server, database, searches_per_second=searches_per_second)

    def client(self, portal: Portal, lane: Lane = LIVE) -> Client:
        """Answer the one client of a portal, token, limit and lane.

        Connections to HubSpot stay open between jobs; a new token or limit is used from the next
        job on. Raises HubSpotError for a paused portal, and unless the token is known to be this
        portal's. Every request to HubSpot goes through such a client.
        """
        if portal.paused:
            raise Paused(
                f"portal {portal.portal_id} is paused: {portal.paused_reason}. "
                f"`spoke portals resume {portal.portal_id}` lets it go on"
            )
        key = (portal.portal_id, portal.token_encrypted, portal.rate_limit, lane)
        if key not in self._clients:
            token = self._token(portal)
            self._must_own(portal, token)
            name = str(portal.portal_id)
            self._clients[key] = self.client_with(token, name, lane, portal.rate_limit)
        return self._clients[key]

    def client_with(
        self, token: str, portal: str, lane: Lane = LIVE, per_window: int | None = None
    ) -> Client:
        """Answer HubSpot's client with a given token. `portal` names the allowance of its requests,
        `per_window` its size where it differs from the setting's."""
        settings = self.settings
        limit = RateLimit(
            self.server,
            portal,
            Pace(per_window or settings.hubspot_rate_limit, self.searches_per_second),
            lane,
            self.stop.wait,
        )
        session = requests.Session()
        # a proxy or .netrc of the machine must not see or replace the token
        session.trust_env = False
        session.mount("https://", HTTPAdapter(pool_maxsize=CONNECTIONS))
        session.mount("http://", HTTPAdapter(pool_maxsize=CONNECTIONS))
        return Client(
            settings.hubspot_api_base_url, token, settings.hubspot_api_version, limit, session
        )

    def _must_own(self, portal: Portal, token: str) -> None:
        """Ask whose the token is, with an allowance of its own: the day's figures of the token's
        portal must not be noted as this portal's."""
        asking = self.client_with(token, f"{portal.portal_id}:owner", LIVE, portal.rate_limit)
        owner = self.owners.owner(self.server, asking, portal.portal_id)
        if owner != portal.portal_id:
            raise ForeignToken(_foreign(portal, owner))

    def _token(self, portal: Portal) -> str:
        """Answer the portal's token. Raises Unauthorized, which pauses the portal, when there is
        none or it cannot be decrypted."""
        if portal.token_encrypted is not None:
            return tokens.decrypt(
                portal.token_encrypted, self.settings.encryption_key, portal.portal_id
            )
        if not self.settings.hubspot_access_token:
            raise Unauthorized(
                "no access token: HUBSPOT_ACCESS_TOKEN is not set and the portal has none of its "
                "own"
            )
        return self.settings.hubspot_access_token


def _foreign(portal: Portal, owner: int) -> str:
    mine = portal.portal_id
    if portal.token_encrypted is not None:
        return (
            f"the token stored for portal {mine} belongs to portal {owner}."
            f" Store one of portal {mine} with `spoke portals add`"
        )
    return (
        f"HUBSPOT_ACCESS_TOKEN belongs to portal {owner}; portal {mine} has no token of its own."
        f" Store one with `spoke portals add`, or set HUBSPOT_ACCESS_TOKEN to portal {mine}'s and"
        " restart the workers"
    )
