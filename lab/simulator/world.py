"""Everything one simulator process holds: its portals by token, how it behaves, and what was asked
of it."""

from dataclasses import dataclass, field

from .cursors import Cursors
from .deliveries import Tally
from .faults import Faults
from .kept import Kept
from .portal import Portal
from .rate_limit import RollingWindow
from .settings import Settings
from .traffic import Traffic


@dataclass(slots=True)
class Account:
    """A portal behind its access token, with the limits that HubSpot keeps for it."""

    portal: Portal
    rolling: RollingWindow = field(default_factory=lambda: RollingWindow(10.0))
    secondly: RollingWindow = field(default_factory=lambda: RollingWindow(1.0))
    today: int = 0
    traffic: Traffic = field(default_factory=Traffic)

    def begin_again(self) -> None:
        """Count requests and deliveries as of a portal that nobody has asked yet."""
        self.rolling, self.secondly = RollingWindow(10.0), RollingWindow(1.0)
        self.today, self.traffic = 0, Traffic()
        self.portal.deliveries.tally = Tally()


@dataclass(slots=True)
class World:
    settings: Settings
    accounts: dict[str, Account]  # access token → account
    faults: Faults = field(default_factory=Faults)
    cursors: Cursors = field(default_factory=Cursors)
    kept: dict[int, Kept] = field(default_factory=dict)  # by portal id
    kept_settings: Settings | None = None

    def portal(self, portal_id: int | None) -> Portal:
        """Find a portal by id; the first one when none is named. Raise KeyError for an id that is
        not here."""
        portals = {account.portal.portal_id: account.portal for account in self.accounts.values()}
        if portal_id is None:
            return next(iter(portals.values()))
        return portals[portal_id]

    def change(self, wanted: dict[str, object]) -> None:
        """Give new settings to all that hold the old ones; the events' form lives with the
        writers."""
        self.settings = self.settings.changed(wanted)
        for account in self.accounts.values():
            account.portal.deliveries.settings = self.settings
            account.portal.writer.form = self.settings.webhooks
