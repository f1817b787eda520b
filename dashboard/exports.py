"""Count the files that a person takes home, of records, tables and figures alike."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

import redis
from werkzeug.exceptions import TooManyRequests

from operations import audit, limits
from operations.callers import Caller
from operations.limits import EXPORTS
from operations.servers import Servers

log = logging.getLogger(__name__)


def must_be_few(servers: Servers, caller: Caller) -> None:
    """Refuse one file too many. While Redis is away the audit says how many there were, which lets
    files through that are asked for in the same moment."""
    try:
        wait = limits.take(servers.server, EXPORTS, caller.name)
    except redis.RedisError as error:
        log.warning("Exports are counted in the audit, Redis is away: %s", type(error).__name__)
        since = datetime.now(UTC) - timedelta(seconds=EXPORTS.seconds)
        is_full = audit.times(servers, caller.name, "export", since) >= EXPORTS.most
        wait = EXPORTS.seconds if is_full else 0
    if wait:
        said = (
            f"At most {EXPORTS.most} exports an hour: wait a while, or ask the API, page by page."
        )
        raise TooManyRequests(said, retry_after=wait)
