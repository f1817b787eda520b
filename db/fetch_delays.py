"""Say how long a pending change may wait on its way to a row, and which promise each delay serves.

The promises are the numbered ones in README.md. Every delay of the live path stands here.

| delay | a record or job waits | promise |
|---|---|---|
| LEASE | a claim whose worker died is free again afterwards | 1, nothing lost |
| LEASE_IS_FRESH | a second worker may split a small backlog once a claim is this old | 4, cheap |
| REST | a record that changed while it was being fetched, before its next fetch | 4, cheap |
| CATCH_UP | a job, while many deliveries are not stored yet | 4, cheap |
| OVERTAKEN | a read that lost to a later one, before it is tried again | 2, nothing stale |
| BELIEVE_AFTER | an answer older than our row, before HubSpot is believed | 2, nothing stale |
| LONGEST_BACK_OFF | between attempts while HubSpot is out of reach, at most | 3, fast |
| ASK_FOR_TYPES | between two questions for a portal's new object types | 4, cheap |
| ASK_FOR_PROPERTIES | between two questions for a portal's new properties | 4, cheap |
| MAKES_WAY | a busy type holds its worker no longer while others wait | 3, fast |
| HOLD | a portal's turn that ended without a word counts no longer | 3, fast |

How often a waiting job looks around: CATCH_UP_STEP and REST_STEP.
"""

from __future__ import annotations

from datetime import timedelta

LEASE = timedelta(seconds=30)
LEASE_IS_FRESH = timedelta(seconds=5)
REST = timedelta(milliseconds=600)

# Of one job in all: when deliveries come faster than ingest stores them, fetching goes on.
CATCH_UP = timedelta(seconds=2)
CATCH_UP_STEP = timedelta(milliseconds=50)
MANY_DELIVERIES = 10  # in the stream: fewer are no reason to wait
REST_STEP = timedelta(milliseconds=20)  # how long a job may wait for a worker that rests

OVERTAKEN = timedelta(seconds=5)
BELIEVE_AFTER = timedelta(seconds=60)  # copies of HubSpot's lag by seconds
LONGEST_BACK_OFF = timedelta(minutes=10)  # what HubSpot itself asks for is never cut short
ASK_FOR_TYPES = timedelta(minutes=1)
ASK_FOR_PROPERTIES = timedelta(minutes=1)

MAKES_WAY = timedelta(seconds=20)  # short jobs are easier to stop, too
HOLD = timedelta(seconds=60)  # longer than a turn with a slow HubSpot
