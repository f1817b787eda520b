"""How the simulated HubSpot behaves; every field can be changed while it runs (POST
/simulator/settings)."""

from dataclasses import dataclass, fields, replace
from typing import Any


@dataclass(slots=True)
class Settings:
    """Times are in milliseconds; 0 switches a limit off."""

    client_secret: str = "simulated-client-secret"
    deliver_to: str = ""
    webhooks: str = "auto"  # classic, generic, or auto: classic where HubSpot has a classic form
    rate_limit: int = 190  # requests per rolling 10 s and token
    search_limit: int = 5  # per second and account
    daily_limit: int = 1_000_000
    latency_ms: float = 0
    edits_per_second: float = 0
    gather_ms: float = 50  # how long events wait for company before their delivery leaves
    timeout_ms: float = 5_000  # HubSpot gives a receiver five seconds
    retry_scale: float = 0.001  # real retries spread over 24 h; at 0.001 over 86 s
    association_page: int = 500  # links per record in one answer
    opaque_cursors: bool = False  # of lists and links: tokens instead of ids
    archived_in_any_order: bool = False  # HubSpot promises no order in that list
    # Whether archive, restore, merge and purge also report the record's links as gone or back:
    # HubSpot documents it for none of them.
    removals_tell_associations: bool = True
    batch_read_follows_merges: bool = False  # undocumented as well
    # values that tokens may read beside plain ones: sensitive,highly_sensitive
    sensitive_scopes: str = ""
    # how far search may be behind; each change draws its own delay, so order is lost too
    search_lag_ms: float = 0

    def changed(self, wanted: dict[str, Any]) -> "Settings":
        """Answer a copy with some fields changed; raise KeyError for a name that is no setting."""
        kinds = {known.name: type(getattr(self, known.name)) for known in fields(self)}
        return replace(self, **{name: kinds[name](value) for name, value in wanted.items()})
