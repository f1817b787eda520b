"""Send what waits in the outbox, the job `outgoing`: claim, send, note what became of it.

One process at a time, and for seconds only. The queue is that of live changes, and with two workers
one of them stays free however slowly an endpoint answers.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import jobs
import memory
from hubspot.rate_limit import BULK
from operations.stopping import Stopped
from outgoing import outbox
from outgoing.channels import CHANNELS
from outgoing.outbox import Message
from outgoing.outlet import Channel, Outlet
from workers import tokens
from workers.context import Context

TURN_SECONDS = 5.0  # then other jobs of the queue have theirs
TURN = "spoke:outgoing:turn"
TURN_KEPT_SECONDS = 30  # by a worker that died in its turn
COUNTED = "spoke:outgoing:counted"  # whether too many messages wait somewhere
COUNTED_EVERY_SECONDS = 600
THREADS = 8
log = logging.getLogger(__name__)


def run(context: Context, turn_seconds: float = TURN_SECONDS) -> None:
    """Run the job: send round after round, until nothing is due or the turn is over."""
    jobs.lower_flag(context.server, jobs.OUTGOING)
    with memory.unless_full():
        if not context.server.set(TURN, 1, nx=True, ex=TURN_KEPT_SECONDS):
            return  # the process whose turn it is finds what is due
        try:
            more = send_due(context, time.monotonic() + turn_seconds)
        finally:
            context.server.delete(TURN)
        if more:
            jobs.wake(context.server, jobs.OUTGOING)


def send_due(context: Context, until: float, channels: Mapping[str, Channel] = CHANNELS) -> bool:
    """Send what is due, until `until` on the monotonic clock; answer whether more may be due."""
    outlet = outlet_of(context)
    if context.server.set(COUNTED, 1, nx=True, ex=COUNTED_EVERY_SECONDS):
        with context.database.transaction() as conn:
            outbox.bury_overdue(conn)
    with ThreadPoolExecutor(THREADS, thread_name_prefix="outgoing") as threads:
        while claimed := _claim(context, channels):
            send = partial(_send, context, outlet, channels)
            ended = list(threads.map(send, claimed))
            context.diary.note("messages sent", ended.count(True))
            context.stop.check()
            if time.monotonic() > until:
                return True
    return False


def outlet_of(context: Context) -> Outlet:
    """Build what senders use, for this process."""
    settings = context.settings

    def client(portal_id: int) -> object:
        portal = context.portal(portal_id)
        if portal is None:
            raise outbox.Unsent(f"portal {portal_id} is not registered any more")
        return context.client(portal, BULK)

    def reveal(secret: bytes, portal_id: int) -> str:
        return tokens.decrypt(secret, settings.encryption_key, portal_id)

    return Outlet(settings, context.database, client, reveal)


def _claim(context: Context, channels: Mapping[str, Channel]) -> list[Message]:
    of_hubspot = [each.name for each in channels.values() if each.asks_hubspot]
    with context.database.transaction() as conn:
        return outbox.claim(conn, channels, of_hubspot, at_most=THREADS)


def _send(
    context: Context, outlet: Outlet, channels: Mapping[str, Channel], message: Message
) -> bool:
    """Send one message and note what became of it; answer whether it was sent."""
    if message.is_past:
        with context.database.transaction() as conn:
            outbox.note_expired(conn, message)
        return False
    try:
        channels[message.channel].send(outlet, message)
    except Stopped:
        with context.database.transaction() as conn:
            outbox.give_back(conn, message)
        return False
    except Exception as error:  # whatever a sender meets must not stop the other messages
        _note(context, message, error)
        return False
    with context.database.transaction() as conn:
        outbox.note_sent(conn, message)
    return True


def _note(context: Context, message: Message, error: Exception) -> None:
    """Note why a message was not sent, in the outbox and in the log."""
    where = f"{message.channel} to {message.destination or 'its only destination'}"
    is_known = hasattr(error, "retry_in")
    log.warning("Not sent: %s: %s", where, error, exc_info=None if is_known else error)
    with context.database.transaction() as conn:
        outbox.note_failed(conn, message, error)
