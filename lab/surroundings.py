"""What demo, tests, benchmarks and faults take from the shell: a short list, and no setting of a
real portal.

The list holds what programs need to run at all and what people say about a run. Left out are
servers that the shell knows of (DATABASE_URL, REDIS_URL, PGHOST, PGSERVICE …): tests would run on
real data. A token, a proxy, a time zone or a PYTHONPATH would change them.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping

ALLOWED = {
    "PATH", "HOME", "USER", "LOGNAME", "SHELL", "TMPDIR", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "CI",
    "TERM", "COLORTERM", "COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR",
    "PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX", "PYTHONUNBUFFERED",
    "POOLED", "SOAK_MINUTES", "SOAK_SEED", "SPOKE_NO_INSTALL", "SPOKE_KEPT", "SPOKE_PEERS_DLT",
}  # fmt: skip
ALLOWED_BEGINNINGS = ("SPOKE_TEST_", "PYTEST_", "XDG_")
# One locale for everybody: PostgreSQL's initdb takes its sorting from it, and refuses one that the
# machine does not have.
FIXED = {
    "LC_ALL": "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8",
    "PYTHON_DOTENV_DISABLED": "1",  # nor is .env beside the code read: it is a real portal's
}


def allowed(shell: Mapping[str, str]) -> dict[str, str]:
    """Choose from a shell's environment what may be known here."""
    kept = {name: value for name, value in shell.items() if _is_allowed(name)}
    return kept | FIXED


def _is_allowed(name: str) -> bool:
    return name in ALLOWED or name.startswith(ALLOWED_BEGINNINGS)


def leave_shell() -> None:
    """Forget the rest of the shell's environment, in this process and so in its children. Drivers
    read it behind our back: libpq PGOPTIONS, requests the proxies."""
    kept = allowed(os.environ)
    for name in set(os.environ) - kept.keys():
        del os.environ[name]
    os.environ.update(kept)
    time.tzset()
