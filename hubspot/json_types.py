"""Name JSON as HubSpot sends it."""

from __future__ import annotations

from typing import Any

JsonObject = dict[str, Any]
