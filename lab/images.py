"""`make images`: build every image of the Dockerfile, measure it, and start it as it is run.

Started are the receiver, the pages and the simulator: as user 10001, without capabilities, on a
file system that cannot be written but for /tmp, until their health check answers. It needs Docker
or Podman and ends with a sentence, and code 1, where the machine has neither.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
MB = 1_000_000
PATIENCE_SECONDS = 90
SEALED = ("--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL")
# Addresses at which nothing listens: a process that is alive says so without its servers.
MADE_UP = {
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
    "HUBSPOT_CLIENT_SECRET": "made up for this run",
    "PUBLIC_URL": "http://127.0.0.1:8000",
    "ENCRYPTION_KEY": "made up for this run, and long enough",
}


@dataclass(frozen=True, slots=True)
class Image:
    """A stage of the Dockerfile, and how large what it makes may be."""

    target: str
    most_mb: int


IMAGES = (
    Image("spoke", 250),
    Image("pages", 320),
    Image("models", 500),
    Image("simulator", 250),
)


def main() -> None:
    """Build and try all images; exit 1 when one is too large or does not answer."""
    engine = next(filter(shutil.which, ("docker", "podman")), None)
    if engine is None:
        sys.exit("NOT BUILT: this machine has neither docker nor podman.")
    failed = [image.target for image in IMAGES if not _is_good(engine, image)]
    sys.exit(f"Not as they must be: {', '.join(failed)}." if failed else 0)


def _is_good(engine: str, image: Image) -> bool:
    """Build, measure and start one image, and say what was found."""
    tag = f"spoke-{image.target}:tried"
    _run(engine, "build", "--target", image.target, "--tag", tag, str(ROOT))
    size = int(_run(engine, "image", "inspect", "--format", "{{.Size}}", tag)) / MB
    health = _health(engine, tag)
    print(f"{image.target}: {size:.0f} MB of {image.most_mb} at most; {health}", flush=True)
    return size <= image.most_mb and health == "healthy"


def _health(engine: str, tag: str) -> str:
    """Start a container and answer what its health check says in the end."""
    told = [part for name, value in MADE_UP.items() for part in ("--env", f"{name}={value}")]
    container = _run(engine, "run", "--detach", *SEALED, *told, tag)
    try:
        give_up, found = time.monotonic() + PATIENCE_SECONDS, "starting"
        while found == "starting" and time.monotonic() < give_up:
            time.sleep(1)
            found = _run(engine, "inspect", "--format", "{{.State.Health.Status}}", container)
        if found != "healthy":
            print(_run(engine, "logs", container), flush=True)
        return found
    finally:
        _run(engine, "rm", "--force", container)


def _run(engine: str, *arguments: str) -> str:
    command: Sequence[str] = (engine, *arguments)
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


if __name__ == "__main__":
    main()
