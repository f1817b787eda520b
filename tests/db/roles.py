"""Name who owns an empty database: an ordinary role on the newest PostgreSQL, by default.

An owner may do less than a superuser, so what an owner's migration does is the stricter test. Where
rights, ownership or the version decide, a test runs for every role.
"""

from __future__ import annotations

import pytest

SUPERUSER, OWNER, OWNER_ON_15 = "superuser", "owner", "owner-15"
EVERY_ROLE = pytest.mark.parametrize(
    "database_owner", [SUPERUSER, OWNER, OWNER_ON_15], indirect=True
)
ORDINARY = pytest.mark.parametrize("database_owner", [OWNER, OWNER_ON_15], indirect=True)
