"""Keep a run's folder, and the processes that were started for it, from outliving the run.

A kept folder holds the files of servers and the logs of processes. Beside its owner (demo, tests, a
benchmark) lives a keeper: this file as a small process in a session of its own. It waits at a pipe
until the owner ends, however it ends, SIGKILL included. Then it ends the processes that are left of
the run and removes the folder. Where the keeper was killed as well, the next run clears up. The
kernel lets go of a lock with its last holder, so a free lock says that both are gone.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import psutil

KEPT = "SPOKE_KEPT"  # in a process's environment: the kept folders that it belongs to
PREFIX = "spoke-"
LOCK = "owner"
MEMORY = Path("/dev/shm")
SERVERS = ("postgres", "valkey-server")
PATIENCE_SECONDS = 30
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def kept_folder(within: Path | None = None) -> Iterator[Path]:
    """Make a folder that ends with this process, and with it every process started meanwhile.

    1. Forget the shell's settings: processes that are started from now on must not know them.
    2. Clear up what runs left behind that were killed together with their keeper.
    3. Make the folder, with its lock and its keeper; `within` is where, else among temporary files.
    4. At the end let the keeper end what still runs, and wait until the folder is gone.
    """
    # here: the keeper itself runs without our folder in its path
    from lab.surroundings import (
        leave_shell,
    )

    leave_shell()
    clear_up(within)
    with ExitStack() as stack:
        with _undisturbed():
            folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=within))
            lock = _locked(folder)
            stack.callback(os.close, lock)
            stack.callback(_let_go, _keeper(folder, lock), folder)
            _belong(stack, folder)
        yield folder


def current() -> Path | None:
    """Answer the kept folder that this process made last, for what else must not outlive it."""
    last = os.environ.get(KEPT, "").split(os.pathsep)[-1]
    return Path(last) if last else None


def clear_up(within: Path | None = None) -> None:
    """End the processes of runs that no keeper keeps any more."""
    for parent in {Path(tempfile.gettempdir()), MEMORY, within or MEMORY}:
        for folder in parent.glob(f"{PREFIX}*"):
            if (lock := _abandoned(folder)) is not None:
                sweep(folder)
                os.close(lock)


def sweep(folder: Path) -> None:
    """End every process of this folder's run, then remove it."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    gentle = True
    while (left := list(_members(folder))) and time.monotonic() < give_up:
        for process in left:
            _end(process, gentle)
        gone, _ = psutil.wait_procs(left, timeout=5)
        gentle = len(gone) == len(left)
    _remove(folder)


def _remove(folder: Path) -> None:
    """Remove the folder, its lock last: cut off in the middle, the next run finds it abandoned."""
    for each in folder.glob("*"):
        if each.is_dir() and not each.is_symlink():
            shutil.rmtree(each, ignore_errors=True)
        elif each.name != LOCK:
            each.unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)


def _end(process: psutil.Process, gentle: bool) -> None:
    """Kill a process. PostgreSQL is told to go down at once instead, where it still listens:
    killed, it would leave its shared memory behind."""
    with suppress(psutil.Error):
        is_postgres = process.name() == "postgres"
        process.send_signal(signal.SIGQUIT if is_postgres and gentle else signal.SIGKILL)


def _members(folder: Path) -> Iterator[psutil.Process]:
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if _belongs(process, str(folder)):
                yield process


def _belongs(process: psutil.Process, folder: str) -> bool:
    """Tell whether a process was started for this folder. Its environment says so; servers write
    over theirs, and go by where they work. Keepers end by themselves, once they have cleared up."""
    if process.status() == psutil.STATUS_ZOMBIE or process.pid == os.getpid():
        return False
    if any(word.endswith("/keeper.py") for word in process.cmdline()):
        return False
    if process.name() in SERVERS and process.cwd().startswith(f"{folder}/"):
        return True
    return folder in process.environ().get(KEPT, "").split(os.pathsep)


def _belong(stack: ExitStack, folder: Path) -> None:
    """Mark what this process starts from now on, until the folder is gone."""
    before = os.environ.get(KEPT, "")
    stack.callback(os.environ.__setitem__, KEPT, before)
    os.environ[KEPT] = os.pathsep.join(filter(None, [before, str(folder)]))


def _locked(folder: Path) -> int:
    """Lock the folder before the lock has its name: a run that clears up meanwhile must not find it
    open. Child processes do not inherit it, but for the keeper."""
    lock = os.open(folder / "new", os.O_CREAT | os.O_RDWR, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    (folder / "new").rename(folder / LOCK)
    return lock


def _abandoned(folder: Path) -> int | None:
    """Take the lock of a folder of ours whose owner and keeper are both gone; None for any
    other."""
    try:
        if folder.is_symlink() or folder.stat().st_uid != os.getuid():
            return None
        lock = os.open(folder / LOCK, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    return lock


def _keeper(folder: Path, lock: int) -> subprocess.Popen[bytes]:
    """Start the keeper. Its session is its own: Ctrl-C reaches a terminal's whole group."""
    return subprocess.Popen(
        [sys.executable, "-I", __file__, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        pass_fds=[lock],
        start_new_session=True,
        cwd="/",
    )


def _let_go(keeper: subprocess.Popen[bytes], folder: Path) -> None:
    """Tell the keeper that its owner is done, and wait for it; do its work where it was killed."""
    assert keeper.stdin is not None
    keeper.stdin.close()
    keeper.wait(2 * PATIENCE_SECONDS)
    if folder.exists():
        sweep(folder)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Let signals wait. The keeper inherits that: it must not be interrupted."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


if __name__ == "__main__":
    sys.stdin.buffer.read()  # until the last writer, which is the owner, is gone
    sweep(Path(sys.argv[1]))
