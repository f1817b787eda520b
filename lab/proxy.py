"""A proxy before Postgres, unix socket to unix socket, that understands just enough of the wire to
break COMMIT."""

from __future__ import annotations

import asyncio
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from lab import keeper

_SOCKET = ".s.PGSQL.5432"
_CHUNK = 1 << 16
_COMMIT = b"COMMIT\x00"  # how psycopg ends a transaction: a simple query


class CommitCutter:
    """Lets a COMMIT through, and cuts the connection instead of passing the answer on: one in
    `every`, up to `wanted` times. The client cannot know that its transaction stands."""

    def __init__(self, target: str, wanted: int, every: int = 3) -> None:
        self.target, self.wanted, self.every = target, wanted, every
        self.seen = self.cut = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        above, below = await asyncio.open_unix_connection(self.target)
        answers = asyncio.create_task(_pump(above, writer))
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while sent := await reader.read(_CHUNK):
                if self._strikes(sent):
                    answers.cancel()
                    with suppress(asyncio.CancelledError):
                        await answers
                    below.write(sent)
                    await below.drain()
                    await above.read(_CHUNK)  # Postgres has committed; no client will hear of it
                    break
                below.write(sent)
                await below.drain()
        answers.cancel()
        for each in (below, writer):
            each.close()

    def _strikes(self, sent: bytes) -> bool:
        if _COMMIT not in sent or self.cut >= self.wanted:
            return False
        self.seen += 1
        strikes = self.seen % self.every == 0
        self.cut += strikes
        return strikes


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while passed := await reader.read(_CHUNK):
            writer.write(passed)
            await writer.drain()
    writer.close()


@contextmanager
def serving(serve: object, url: str) -> Iterator[str]:
    """Accept connections in a thread of its own; the address that leads there."""
    loop, folder = asyncio.new_event_loop(), tempfile.TemporaryDirectory(dir=keeper.current())
    thread = threading.Thread(target=loop.run_forever, name="proxy", daemon=True)
    thread.start()
    listening = asyncio.start_unix_server(serve, str(Path(folder.name) / _SOCKET))  # type: ignore[arg-type]
    server = asyncio.run_coroutine_threadsafe(listening, loop).result(10)
    try:
        yield make_conninfo(url, host=folder.name)
    finally:
        asyncio.run_coroutine_threadsafe(_hang_up(server), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        folder.cleanup()


async def _hang_up(server: asyncio.Server) -> None:
    server.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for each in others:
        each.cancel()
    await asyncio.gather(*others, return_exceptions=True)


def socket_of(url: str) -> str:
    return f"{conninfo_to_dict(url)['host']}/{_SOCKET}"
