"""Read the environment once into frozen Settings, and name everything missing or malformed at once.

A process begins with env_file.read_env_file(): the variables of `.env` are then in its environment
as well.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any
from urllib.parse import urlsplit

VERSION = "0.9.0"  # what `spoke --version` says
SHORTEST_SECRET = 32  # characters
WEBHOOK_PATH = "/webhooks/hubspot"
LOG_FORMATS = ("keyvalue", "json")
DEFAULT_RATE_LIMIT = 190  # a private app on Professional or Enterprise: 190 requests per 10 seconds
DEFAULT_NIGHTLY_SHARE = 5  # per cent: enough for a million records a night on the smallest tiers


class SettingsError(Exception):
    """Say that the environment lacks what this process needs; the message names every variable at
    fault."""


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
    """Demand a generated secret: a word that a person chose is guessed."""
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
    """Check an address here, because the driver quotes an address that it cannot read, password and
    all."""
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


def _log_format(text: str) -> str:
    if text.lower() not in LOG_FORMATS:
        raise ValueError("keyvalue or json is needed")
    return text.lower()


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
    """Make a field that is read from the variable `name`; secrets stay out of repr() and so out of
    logs."""
    return field(default=default, repr=not secret, metadata={"env": name, "read": read})


@dataclass(frozen=True, slots=True)
class Settings:
    """Hold everything a process may be told from outside. Each variable has its sentence in
    .env.example."""

    database_url: str = _env("DATABASE_URL", "", _postgres, secret=True)
    database_read_url: str = _env("DATABASE_READ_URL", "", _postgres, secret=True)
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
    retain_stream_days: int = _env("RETAIN_STREAM_DAYS", 0, _positive)
    public_url: str = _env("PUBLIC_URL", "", _url)
    cron_secret: str = _env("CRON_SECRET", "", _secret, secret=True)
    encryption_key: str = _env("ENCRYPTION_KEY", "", _secret, secret=True)
    supabase_url: str = _env("SUPABASE_URL", "", _url)
    supabase_service_key: str = _env("SUPABASE_SERVICE_KEY", "", secret=True)
    supabase_publishable_key: str = _env("SUPABASE_PUBLISHABLE_KEY", "", secret=True)
    slack_webhook_url: str = _env("SLACK_WEBHOOK_URL", "", _url, secret=True)
    enrichment_url: str = _env("ENRICHMENT_URL", "", _url)
    enrichment_token: str = _env("ENRICHMENT_TOKEN", "", secret=True)
    enrichment_monthly_cap: int = _env("ENRICHMENT_MONTHLY_CAP", 1_000, _positive)
    trusted_proxies: int = _env("TRUSTED_PROXIES", 0, _few)
    metrics_token: str = _env("METRICS_TOKEN", "", _secret, secret=True)
    max_concurrent_scans: int = _env("MAX_CONCURRENT_SCANS", 4, _positive)
    outgoing_private_hosts: tuple[str, ...] = _env("OUTGOING_PRIVATE_HOSTS", (), _list)
    log_level: str = _env("LOG_LEVEL", "INFO", _level)
    log_format: str = _env("LOG_FORMAT", "keyvalue", _log_format)
    host: str = _env("HOST", "0.0.0.0")
    port: int = _env("PORT", 8000, _port)
    web_concurrency: int = _env("WEB_CONCURRENCY", 1, _positive)

    @property
    def bind(self) -> str:
        """Answer where gunicorn listens; an IPv6 address stands in brackets there."""
        host = self.host.strip("[]")
        if ":" in host:
            return f"[{host}]:{self.port}"
        return f"{host}:{self.port}"

    @property
    def webhook_url(self) -> str:
        """Answer the URL that HubSpot calls and signs: PUBLIC_URL, with our path unless it is
        already there."""
        if self.public_url.endswith(WEBHOOK_PATH):
            return self.public_url
        return self.public_url + WEBHOOK_PATH

    def start_log(self) -> None:
        """Let this process log what its level asks for, each line with its time and level."""
        import log_lines  # here: it costs a start 0.2 s, and most of the command line logs nothing

        log_lines.start(self.log_level, self.log_format)

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
