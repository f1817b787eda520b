"""A transaction pooler in the manner of PgBouncer: every transaction gets whatever server connection is free, and that
connection forgets everything afterwards (DISCARD ALL)."""

from __future__ import annotations

import asyncio
from contextlib import suppress

_IDLE = b"I"  # the transaction status in ReadyForQuery: outside of a transaction
_DISCARD = b"Q\x00\x00\x00\x10DISCARD ALL\x00"
_TERMINATE = b"X"

Pair = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Pooler:
    """At most `size` connections to the server, however many clients there are."""

    def __init__(self, target: str, size: int = 4) -> None:
        self.target, self.transactions, self.clients = target, 0, 0
        self._slots = asyncio.Semaphore(size)
        self._free: list[Pair] = []
        self._startup = self._greeting = b""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.clients += 1
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await self._welcome(reader, writer)
            while await self._transaction(reader, writer):
                self.transactions += 1
        writer.close()

    async def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """What the server said to the first client is said to all: one user, one database, nobody is asked."""
        length = await reader.readexactly(4)
        self._startup = length + await reader.readexactly(int.from_bytes(length) - 4)
        if not self._greeting:
            self._free.append(await self._connect())
        writer.write(self._greeting)
        await writer.drain()

    async def _connect(self) -> Pair:
        above, below = await asyncio.open_unix_connection(self.target)
        below.write(self._startup)
        greeting = b""
        while True:
            kind, message = await _message(above)
            greeting += message
            if kind == b"Z":
                self._greeting = greeting
                return above, below

    async def _transaction(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """From the first message of a client until the server is idle again; False when the client leaves."""
        kind, message = await _message(reader)
        if kind == _TERMINATE:
            return False
        async with self._slots:
            above, below = self._free.pop() if self._free else await self._connect()
            try:
                await _converse((reader, writer), (above, below), kind, message)
            except (ConnectionError, asyncio.IncompleteReadError):
                below.close()  # whoever breaks off leaves a transaction open: the server rolls it back
                raise
            below.write(_DISCARD)
            while (await _message(above))[0] != b"Z":
                pass
            self._free.append((above, below))
        return True


async def _converse(client: Pair, server: Pair, kind: bytes, message: bytes) -> None:
    """Pass messages on. The server speaks after a query (Q) or a sync (S), and is idle when it says so."""
    while True:
        server[1].write(message)
        if kind in (b"Q", b"S"):
            await server[1].drain()
            if await _answer(server[0], client[1]) == _IDLE:
                return
        kind, message = await _message(client[0])
        if kind == _TERMINATE:
            raise ConnectionError("left in the middle of a transaction")


async def _answer(server: asyncio.StreamReader, client: asyncio.StreamWriter) -> bytes:
    """Everything up to ReadyForQuery; the transaction status that it tells."""
    while True:
        kind, message = await _message(server)
        client.write(message)
        if kind == b"Z":
            await client.drain()
            return message[-1:]


async def _message(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    head = await reader.readexactly(5)
    return head[:1], head + await reader.readexactly(int.from_bytes(head[1:]) - 4)
