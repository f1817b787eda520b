"""A market with a truth: two years of deals that are won for known reasons, and by chance.

`make(seed)` answers the records that a HubSpot portal of such a company would hold, with their
histories, and apart from them the truth: how likely each deal was to be won at any time. The truth
is for judging scores and forecasts; no API shows it. docs/intelligence.md describes the causes.
"""

from lab.market.filled import fill
from lab.market.loaded import load
from lab.market.made import Market, make
from lab.market.truth import Truth

__all__ = ["Market", "Truth", "fill", "load", "make"]
