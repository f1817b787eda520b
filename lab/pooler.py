"""A transaction pooler in the manner of PgBouncer: every transaction gets any free server
connection, and that connection forgets everything afterwards (DISCARD ALL)."""

from __future__ import annotations

import asyncio
from contextlib import suppress

_IDLE = b"I"  # the transaction status in ReadyForQuery: outside of a transaction
_DISCARD = b"Q\x00\x00\x00\x10DISCARD ALL\x00"
_TERMINATE = b"X"
_FIELDS = b"SFATAL\0VFATAL\0C08P01\0Mserver conn crashed?\0\0"
# after the last answer of the server, as PgBouncer does
_CRASHED = b"E" + (len(_FIELDS) + 4).to_bytes(4) + _FIELDS

Pair = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class _RefusedError(Exception):
    """The server takes no connection: too many, or no such database."""

    def __init__(self, answer: bytes) -> None:
        super().__init__(answer)
        self.answer = answer


class Pooler:
    """At most `size` connections in use at the server, however many clients there are."""

    def __init__(self, target: str, size: int = 4) -> None:
        self.target, self.transactions, self.clients = target, 0, 0
        self._slots = asyncio.Semaphore(size)
        self._free: dict[bytes, list[Pair]] = {}  # by the startup message: user, database, options
        self._greetings: dict[bytes, bytes] = {}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.clients += 1
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            try:
                startup = await self._welcome(reader, writer)
                while await self._transaction(startup, reader, writer):
                    self.transactions += 1
            except _RefusedError as refused:
                writer.write(refused.answer)
        writer.close()

    async def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        """Answer what the server said to the first client, to all that ask for the same; no client
        is asked who it is."""
        length = await reader.readexactly(4)
        startup = length + await reader.readexactly(int.from_bytes(length) - 4)
        await self._forget_closed()
        if startup not in self._greetings:
            self._release(startup, await self._connect(startup))
        writer.write(self._greetings[startup])
        await writer.drain()
        return startup

    async def _connect(self, startup: bytes) -> Pair:
        above, below = await asyncio.open_unix_connection(self.target)
        below.write(startup)
        greeting = b""
        while True:
            kind, message = await _message(above)
            greeting += message
            if kind == b"E":
                raise _RefusedError(greeting)
            if kind == b"Z":
                self._greetings[startup] = greeting
                return above, below

    async def _acquire(self, startup: bytes) -> Pair:
        free = self._free.get(startup, [])
        while free:
            server = free.pop()
            if not await _has_ended(server):
                return server
        return await self._connect(startup)

    def _release(self, startup: bytes, server: Pair) -> None:
        self._free.setdefault(startup, []).append(server)

    async def _forget_closed(self) -> None:
        """Forget the connections that the server closed: their database was dropped, or the server
        was restarted."""
        for startup in list(self._free):
            alive: list[Pair] = []
            while free := self._free.get(startup):
                server = free.pop()  # no other client may get it meanwhile
                if not await _has_ended(server):
                    alive.append(server)
            if alive:
                self._free[startup] = alive + self._free.get(startup, [])
            else:
                self._free.pop(startup, None)

    async def _transaction(
        self, startup: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        """Pass all on from the first message of a client until the server is idle again; answer
        False when the client leaves."""
        kind, message = await _message(reader)
        if kind == _TERMINATE:
            return False
        async with self._slots:
            above, below = await self._acquire(startup)
            try:
                await _converse((reader, writer), (above, below), kind, message)
            except (ConnectionError, asyncio.IncompleteReadError):
                # a client that breaks off leaves a transaction open: the server rolls it back
                below.close()
                writer.write(_CRASHED)
                raise
            below.write(_DISCARD)
            while (await _message(above))[0] != b"Z":
                pass
            self._release(startup, (above, below))
        return True


async def _has_ended(server: Pair) -> bool:
    """Tell whether an idle server's connection has ended: a word that was not asked for is its end,
    too."""
    with suppress(TimeoutError):
        async with asyncio.timeout(0):
            await server[0].read(1)
        server[1].close()
        return True
    return False


async def _converse(client: Pair, server: Pair, kind: bytes, message: bytes) -> None:
    """Pass messages on. The server speaks after a query (Q) or a sync (S), and is idle when it says
    so."""
    while True:
        server[1].write(message)
        if kind in (b"Q", b"S"):
            await server[1].drain()
            if await _answer(server[0], client[1]) == _IDLE:
                return
            kind, message = await _said(client, server)
        else:
            kind, message = await _message(client[0])
        if kind == _TERMINATE:
            raise ConnectionError("left in the middle of a transaction")


async def _said(client: Pair, server: Pair) -> tuple[bytes, bytes]:
    """Read the client's next message. A server that speaks unasked tells an error, and closes."""
    said, told = asyncio.create_task(_message(client[0])), asyncio.create_task(_message(server[0]))
    await asyncio.wait({said, told}, return_when=asyncio.FIRST_COMPLETED)
    other = said if told.done() else told
    other.cancel()
    await asyncio.wait({other})  # of two that wait for one connection the second would fail
    if said is not other:
        return said.result()
    client[1].write(told.result()[1])
    raise ConnectionError("the server closed it")


async def _answer(server: asyncio.StreamReader, client: asyncio.StreamWriter) -> bytes:
    """Read everything up to ReadyForQuery; answer the transaction status that it tells."""
    while True:
        kind, message = await _message(server)
        client.write(message)
        if kind == b"Z":
            await client.drain()
            return message[-1:]


async def _message(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    head = await reader.readexactly(5)
    return head[:1], head + await reader.readexactly(int.from_bytes(head[1:]) - 4)
