"""The environment, read once into a frozen Settings; what is missing or malformed is named all at
once.

A process begins with read_env_file(): what `.env` beside this module says is then in its
environment as well.
"""

from __future__ import annotations

import logging
import os
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dotenv.parser import Binding, parse_stream

VERSION = "0.9.0"  # what `spoke --version` says
ENV_FILE = Path(__file__).with_name(".env")
NO_ENV_FILE = "PYTHON_DOTENV_DISABLED"  # python-dotenv's own switch: demo and tests read no file
SHORTEST_SECRET = 32  # characters
WEBHOOK_PATH = "/webhooks/hubspot"
LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"
DEFAULT_RATE_LIMIT = 190  # a private app on Professional or Enterprise: 190 requests per 10 seconds
DEFAULT_NIGHTLY_SHARE = 5  # per cent: enough for a million records a night on the smallest tiers


class SettingsError(Exception):
    """The environment does not say what this process needs; the message names every variable at
    fault."""


@cache
def read_env_file() -> None:
    """Take `.env` beside the code into this process's environment, and say so; children inherit it.

    A variable that is set already wins, also one that is set and empty: so that one command can do
    without a line of the file. Ends the process with one line where the file cannot be used."""
    if os.environ.get(NO_ENV_FILE, "").lower() in ("1", "true", "t", "yes", "y"):
        return
    try:
        found = variables_of(ENV_FILE)
    except SettingsError as error:
        sys.exit(str(error))
    if found is not None:
        print(_told(found), file=sys.stderr)
        for name, value in found.items():
            os.environ.setdefault(name, value)


def variables_of(path: Path) -> dict[str, str] | None:
    """Read the variables that a `.env` gives a value to; None where there is no file.

    Values are taken as they are, with nothing put in for ${…}: a password may contain it.
    Raises SettingsError, which shows no value."""
    try:
        bindings = list(parse_stream(StringIO(path.read_text("utf-8-sig"))))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unusable(f"cannot be read ({error.strerror})", "Let this user read it") from error
    except UnicodeDecodeError as error:
        raise _unusable("is not text in UTF-8", "Save it as UTF-8") from error
    if wrong := ", ".join(str(_line(binding)) for binding in bindings if _is_wrong(binding)):
        cure = "Write NAME=value there, with quotes closed"
        raise _unusable(f"cannot be understood at line {wrong}", cure)
    return {each.key: each.value for each in bindings if each.key and each.value}


def _unusable(what: str, cure: str) -> SettingsError:
    after = "or take the file away. See .env.example."
    return SettingsError(f".env {what}; nothing was started. {cure}, {after}")


def _is_wrong(binding: Binding) -> bool:
    """Whether a piece of the file is neither blank, nor a comment, nor a variable."""
    if binding.error or "\0" in binding.original.string:
        return True
    return binding.key is not None and binding.value is None


def _line(binding: Binding) -> int:
    """Count to the line that the text begins at; the parser tells that of the blank lines
    before."""
    text = binding.original.string
    return binding.original.line + text[: len(text) - len(text.lstrip())].count("\n")


def _told(found: Mapping[str, str]) -> str:
    """Say what was read, in names and numbers, never in values."""
    many = "1 variable" if len(found) == 1 else f"{len(found)} variables"
    overruled = [name for name, value in found.items() if os.environ.get(name, value) != value]
    kept = f"; set outside, which wins: {', '.join(sorted(overruled))}" if overruled else ""
    return f"Read .env: {many}{kept}."


def _list(text: str) -> tuple[str, ...]:
    if not (parts := tuple(part.strip() for part in text.split(",") if part.strip())):
        raise ValueError("at least one value between the commas is needed")
    return parts


def _url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ValueError("an http(s) address is needed")
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        raise ValueError("https is needed for any host but this machine")
    return text.rstrip("/")


def is_loopback(host: str) -> bool:
    """Tell whether an address never leaves this machine."""
    return host in ("localhost", "::1") or host.startswith("127.")


def _secret(text: str) -> str:
    """A generated one: a word that a person chose is guessed."""
    for each in text.split(","):
        if len(each.strip()) < SHORTEST_SECRET:
            words = f"at least {SHORTEST_SECRET} characters are needed"
            raise ValueError(f"{words}, as from `openssl rand -hex 32`")
    return text


def _address(text: str) -> None:
    """Refuse an address in which a password would be taken for something else: drivers quote what
    they cannot read, password and all."""
    parts = urlsplit(text)
    if (
        re.search(r"\s|%(?![0-9A-Fa-f]{2})", text)
        or ("@" in text and "@" not in parts.netloc)
        or parts.netloc.count("@") > 1
    ):
        raise ValueError("in a password, %, space, /, ?, # and @ are written as %25, %20, %2F …")
    for place in parts.netloc.rpartition("@")[2].split(","):
        if not re.fullmatch(r"(\[[0-9a-fA-F:.]+\]|[^:\[\]]*)(:\d{1,5})?", place):
            raise ValueError("the host or port cannot be read")


def _postgres(text: str) -> str:
    """Checked here, because the driver quotes an address that it cannot read, password and all."""
    if text.startswith(("postgres://", "postgresql://")):
        _address(text)
    elif "=" not in text or "://" in text:
        raise ValueError("postgresql://user:password@host:port/database is needed")
    return text


def _redis(text: str) -> str:
    if not text.startswith(("redis://", "rediss://", "unix://")):
        raise ValueError("redis://host:port or rediss://… is needed")
    _address(text)
    return text


def _positive(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) > 0):
        raise ValueError("a whole number above 0 is needed")
    return int(text)


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text[:6]) < 65_536):
        raise ValueError("a port from 1 to 65535 is needed")
    return int(text)


def _few(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) == 1):
        raise ValueError("a whole number from 0 to 9 is needed")
    return int(text)


def _percent(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 4 and int(text) <= 100):
        raise ValueError("a whole number from 0 to 100 is needed")
    return int(text)


def _yes(text: str) -> bool:
    words = {
        "1": True,
        "true": True,
        "yes": True,
        "on": True,
        "0": False,
        "false": False,
        "no": False,
        "off": False,
    }
    if text.lower() not in words:
        raise ValueError("true or false is needed")
    return words[text.lower()]


def _level(text: str) -> str:
    if text.upper() not in ("DEBUG", "INFO", "WARNING", "ERROR"):
        raise ValueError("DEBUG, INFO, WARNING or ERROR is needed")
    return text.upper()


def _version(text: str) -> str:
    if not re.fullmatch(r"v3|20[0-9]{2}-[0-9]{2}", text):
        raise ValueError("a version like 2026-09 or v3 is needed")
    return text


def _schema(text: str) -> str:
    if not text.isidentifier() or len(text) > 63:
        raise ValueError("a plain schema name of letters, digits and underscores is needed")
    return text


def is_role(text: str) -> bool:
    """Tell whether a role of PostgreSQL may be called so."""
    reserved = text.lower() in ("public", "none") or text.startswith("pg_")
    return 0 < len(text.encode()) <= 63 and not reserved


def _role(text: str) -> str:
    if not is_role(text):
        raise ValueError("a role's name of at most 63 bytes is needed, not public, none or pg_…")
    return text


def _env(
    name: str, default: Any = None, read: Callable[[str], Any] = str, secret: bool = False
) -> Any:
    """A field that is read from the variable `name`; secrets stay out of repr() and so out of
    logs."""
    return field(default=default, repr=not secret, metadata={"env": name, "read": read})


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a process may be told from outside. Each variable has its sentence in
    .env.example."""

    database_url: str = _env("DATABASE_URL", "", _postgres, secret=True)
    database_schema: str = _env("DATABASE_SCHEMA", "hubspot", _schema)
    reader_role: str = _env("READER_ROLE", "spoke_reader", _role)
    redis_url: str = _env("REDIS_URL", "", _redis, secret=True)
    hubspot_access_token: str = _env("HUBSPOT_ACCESS_TOKEN", "", secret=True)
    hubspot_client_secrets: tuple[str, ...] = _env("HUBSPOT_CLIENT_SECRET", (), _list, secret=True)
    hubspot_allow_v1_signature: bool = _env("HUBSPOT_ALLOW_V1_SIGNATURE", False, _yes)
    hubspot_api_base_url: str = _env("HUBSPOT_API_BASE_URL", "https://api.hubapi.com", _url)
    hubspot_api_version: str = _env("HUBSPOT_API_VERSION", "2026-09", _version)
    hubspot_rate_limit: int = _env("HUBSPOT_RATE_LIMIT", DEFAULT_RATE_LIMIT, _positive)
    nightly_share: int = _env("NIGHTLY_SHARE", DEFAULT_NIGHTLY_SHARE, _percent)
    retain_deleted_days: int = _env("RETAIN_DELETED_DAYS", 0, _positive)
    public_url: str = _env("PUBLIC_URL", "", _url)
    cron_secret: str = _env("CRON_SECRET", "", _secret, secret=True)
    encryption_key: str = _env("ENCRYPTION_KEY", "", _secret, secret=True)
    supabase_url: str = _env("SUPABASE_URL", "", _url)
    supabase_service_key: str = _env("SUPABASE_SERVICE_KEY", "", secret=True)
    supabase_publishable_key: str = _env("SUPABASE_PUBLISHABLE_KEY", "", secret=True)
    trusted_proxies: int = _env("TRUSTED_PROXIES", 0, _few)
    metrics_token: str = _env("METRICS_TOKEN", "", _secret, secret=True)
    max_concurrent_scans: int = _env("MAX_CONCURRENT_SCANS", 4, _positive)
    log_level: str = _env("LOG_LEVEL", "INFO", _level)
    host: str = _env("HOST", "0.0.0.0")
    port: int = _env("PORT", 8000, _port)
    web_concurrency: int = _env("WEB_CONCURRENCY", 1, _positive)

    @property
    def bind(self) -> str:
        """Where gunicorn listens; an IPv6 address stands in brackets there."""
        host = self.host.strip("[]")
        return f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"

    @property
    def webhook_url(self) -> str:
        """The URL that HubSpot calls and signs: PUBLIC_URL, with our path unless it is already
        there."""
        return (
            self.public_url
            if self.public_url.endswith(WEBHOOK_PATH)
            else self.public_url + WEBHOOK_PATH
        )

    def start_log(self) -> None:
        """Let this process log what its level asks for, each line with its time and level."""
        logging.basicConfig(level=self.log_level, format=LOG_FORMAT)

    @classmethod
    def from_env(
        cls, needed: tuple[str, ...] = (), env: Mapping[str, str] = os.environ
    ) -> Settings:
        """Read the environment; `needed` lists the variables without which this process cannot
        start.

        Raises SettingsError with one message that names everything missing or malformed.
        """
        problems, values = (
            [f"{name} is not set" for name in needed if not env.get(name, "").strip()],
            {},
        )
        for entry in fields(cls):
            text = env.get(entry.metadata["env"], "").strip()
            if text:
                try:
                    values[entry.name] = entry.metadata["read"](text)
                except ValueError as error:
                    problems.append(f"{entry.metadata['env']} cannot be read: {error}")
        if problems:
            raise SettingsError("Settings: " + "; ".join(problems) + ". See .env.example.")
        return cls(**values)


VARIABLES: tuple[str, ...] = tuple(entry.metadata["env"] for entry in fields(Settings))
RECEIVER_NEEDS = ("REDIS_URL", "HUBSPOT_CLIENT_SECRET", "PUBLIC_URL")
WORKER_NEEDS = ("DATABASE_URL", "REDIS_URL")
