"""The environment: read once, everything that is wrong said at once, secrets never shown, nothing
undocumented."""

from __future__ import annotations

import ast
import re
from dataclasses import fields
from pathlib import Path

import pytest

from settings import RECEIVER_NEEDS, VARIABLES, WORKER_NEEDS, Settings, SettingsError
from tests.test_structure import FILES

ROOT = Path(__file__).parents[1]
COMPLETE = {
    "DATABASE_URL": "postgresql://me:db-secret@db/x", "DATABASE_SCHEMA": "crm",
    "DATABASE_READ_URL": "postgresql://me:replica-secret@replica/x",
    "READER_ROLE": "crm_reader",
    "REDIS_URL": "redis://:redis-secret@redis/0",
    "HUBSPOT_ACCESS_TOKEN": "token-secret", "HUBSPOT_CLIENT_SECRET": "new-secret, old-secret",
    "HUBSPOT_ALLOW_V1_SIGNATURE": "true", "HUBSPOT_API_BASE_URL": "http://127.0.0.1:8765/",
    "HUBSPOT_API_VERSION": "v3",
    "HUBSPOT_RATE_LIMIT": "100", "NIGHTLY_SHARE": "0", "RETAIN_DELETED_DAYS": "30",
    "RETAIN_STREAM_DAYS": "400", "PUBLIC_URL": "https://spoke.example.com",
    "CRON_SECRET": "cron-secret" * 3,
    "METRICS_TOKEN": "a secret of thirty-two characters or more",
    "MAX_CONCURRENT_SCANS": "3", "OUTGOING_PRIVATE_HOSTS": "hooks.internal, 127.0.0.1",
    "ENCRYPTION_KEY": "key-secret" * 4, "SUPABASE_URL": "https://x.supabase.co",
    "SUPABASE_SERVICE_KEY": "service-secret",
    "SUPABASE_PUBLISHABLE_KEY": "publishable-secret", "TRUSTED_PROXIES": "1",
    "ENRICHMENT_URL": "https://enrich.example.com", "ENRICHMENT_TOKEN": "enrich-secret",
    "ENRICHMENT_MONTHLY_CAP": "50",
    "SLACK_WEBHOOK_URL": "https://hooks.slack.com/services/T/B/hook-secret",
    "LOG_LEVEL": "debug", "LOG_FORMAT": "JSON",
    "HOST": "127.0.0.1", "PORT": "9000", "WEB_CONCURRENCY": "2",
}  # fmt: skip


def test_every_variable_is_read() -> None:
    assert COMPLETE.keys() == set(VARIABLES)
    assert Settings.from_env(env=COMPLETE) == Settings(
        database_url="postgresql://me:db-secret@db/x", database_schema="crm",
        database_read_url="postgresql://me:replica-secret@replica/x",
        reader_role="crm_reader",
        redis_url="redis://:redis-secret@redis/0",
        hubspot_access_token="token-secret", hubspot_client_secrets=("new-secret", "old-secret"),
        hubspot_allow_v1_signature=True, hubspot_api_base_url="http://127.0.0.1:8765",
        hubspot_api_version="v3",
        hubspot_rate_limit=100, nightly_share=0, retain_deleted_days=30, retain_stream_days=400,
        public_url="https://spoke.example.com",
        metrics_token="a secret of thirty-two characters or more", max_concurrent_scans=3,
            outgoing_private_hosts=("hooks.internal", "127.0.0.1"),
        cron_secret="cron-secret" * 3,
        encryption_key="key-secret" * 4, supabase_url="https://x.supabase.co",
        supabase_service_key="service-secret",
        supabase_publishable_key="publishable-secret",
        enrichment_url="https://enrich.example.com", enrichment_token="enrich-secret",
        enrichment_monthly_cap=50,
        slack_webhook_url="https://hooks.slack.com/services/T/B/hook-secret", trusted_proxies=1,
        log_level="DEBUG", log_format="json", host="127.0.0.1", port=9000, web_concurrency=2,
    )  # fmt: skip


def test_without_an_environment_there_are_defaults() -> None:
    found = Settings.from_env(env={"PORT": " ", "HUBSPOT_CLIENT_SECRET": ""})
    assert found == Settings()
    assert (found.hubspot_api_base_url, found.hubspot_api_version, found.hubspot_rate_limit,
        found.port) == (
        "https://api.hubapi.com", "2026-09", 190, 8000,
    )  # fmt: skip


def test_everything_that_is_wrong_is_named_in_one_message() -> None:
    wrong = {
        "PORT": "http",
        "PUBLIC_URL": "spoke.example.com",
        "REDIS_URL": "  ",
        "LOG_LEVEL": "loud",
    }
    with pytest.raises(SettingsError) as raised:
        Settings.from_env(("DATABASE_URL", "REDIS_URL"), wrong)
    assert str(raised.value) == (
        "Settings: DATABASE_URL is not set; REDIS_URL is not set; "
        "PUBLIC_URL cannot be read: an http(s) address is needed; "
        "LOG_LEVEL cannot be read: DEBUG, INFO, WARNING or ERROR is needed; "
        "PORT cannot be read: a port from 1 to 65535 is needed. See .env.example."
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        *(("HUBSPOT_RATE_LIMIT", text) for text in ("0", "-5", "1.5", "ten", "1_000", "²",
            "9" * 5_000)),
        *(("NIGHTLY_SHARE", text) for text in ("101", "-1", "5%", "half", "0.5")),
        *(("PUBLIC_URL", text) for text in ("ftp://x", "https://", "//x", "http://[half")),
        *(("DATABASE_SCHEMA", text) for text in ("a-b", "a b", '"', "1a", "a" * 64, "a;drop")),
        *(("READER_ROLE", text) for text in ("public", "None", "pg_monitor", "ä" * 32)),
        *(("HUBSPOT_CLIENT_SECRET", text) for text in (",", " , ")),
        *(("HUBSPOT_API_VERSION", text) for text in ("latest", "v4", "2026", "2026-09/..")),
        *(("HUBSPOT_ALLOW_V1_SIGNATURE", text) for text in ("maybe", "tru", "2")),
        ("LOG_LEVEL", "verbose"), ("PORT", "0"), ("WEB_CONCURRENCY", "many"),
    ],
    ids=lambda value: value[:16],
)  # fmt: skip
def test_a_malformed_value_is_named_and_never_shown(name: str, text: str) -> None:
    with pytest.raises(SettingsError) as raised:
        Settings.from_env(env={name: text})
    assert str(raised.value).startswith(f"Settings: {name} cannot be read: ")
    assert len(str(raised.value)) < 200


@pytest.mark.parametrize(
    ("public_url", "webhook_url"),
    [
        ("https://a.example", "https://a.example/webhooks/hubspot"),
        ("https://a.example/", "https://a.example/webhooks/hubspot"),
        ("https://a.example/webhooks/hubspot", "https://a.example/webhooks/hubspot"),
        ("https://a.example/base", "https://a.example/base/webhooks/hubspot"),
    ],
)
def test_hubspot_calls_one_url(public_url: str, webhook_url: str) -> None:
    assert Settings.from_env(env={"PUBLIC_URL": public_url}).webhook_url == webhook_url


def test_secrets_stay_out_of_what_is_printed() -> None:
    text = repr(Settings.from_env(env=COMPLETE)) + str(Settings.from_env(env=COMPLETE))
    assert "secret" not in text.replace("hubspot_client_secrets", "")
    assert "database_schema='crm'" in text


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        Settings().port = 1  # type: ignore[misc]


@pytest.mark.parametrize("needed", [RECEIVER_NEEDS, WORKER_NEEDS])
def test_what_a_process_needs_exists(needed: tuple[str, ...]) -> None:
    assert set(needed) <= set(VARIABLES)


def test_the_example_names_every_variable_once_after_a_sentence_about_it() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    named = [
        (number, line.partition("=")[0])
        for number, line in enumerate(lines)
        if re.match(r"[A-Z]", line)
    ]
    assert sorted(name for _, name in named) == sorted(VARIABLES)
    assert [name for number, name in named if not lines[number - 1].startswith("# ")] == []


def test_every_setting_is_read_by_the_product() -> None:
    """A setting that nothing reads does not exist."""
    product = [path for path in FILES if path.relative_to(ROOT).parts[0] not in MAY_READ_FOLDERS]
    read = {name for path in product for name in settings_read(path)}
    assert {entry.name for entry in fields(Settings)} - read == set()


def settings_read(path: Path) -> set[str]:
    """Answer the names that a module asks of something called settings; settings.py itself asks
    self."""
    owner = "self" if path.name == "settings.py" else "settings"
    asked = [
        node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute)
    ]
    return {node.attr for node in asked if ast.unparse(node.value).split(".")[-1] == owner}


# The last one looks which variables of PostgreSQL's driver are set, to name them.
MAY_READ = {"settings.py", "env_file.py", "operations/mistakes.py"}
MAY_READ_FOLDERS = {".venv", "tests", "lab"}


def reads_environment(text: str) -> bool:
    """Tell whether a module uses os.environ, os.getenv or os.environb."""
    nodes = list(ast.walk(ast.parse(text)))
    used = {ast.unparse(node) for node in nodes if isinstance(node, ast.Attribute)}
    imported = any(isinstance(node, ast.ImportFrom) and node.module == "os" for node in nodes)
    return imported or not used.isdisjoint({"os.environ", "os.getenv", "os.environb"})


def test_nothing_else_reads_the_environment() -> None:
    paths = [path for path in FILES if path.relative_to(ROOT).parts[0] not in MAY_READ_FOLDERS]
    readers = {str(path.relative_to(ROOT)) for path in paths if reads_environment(path.read_text())}
    assert readers <= MAY_READ
    assert "settings.py" in readers


AWKWARD = ("100%", "a b", "a/b", "a#b", "a?b", "a@b")


@pytest.mark.parametrize("password", AWKWARD)
@pytest.mark.parametrize("name", ["DATABASE_URL", "REDIS_URL"])
def test_a_password_that_a_driver_would_misread_is_refused_and_not_shown(
    name: str, password: str
) -> None:
    scheme = "postgresql" if name == "DATABASE_URL" else "redis"
    with pytest.raises(SettingsError) as raised:
        Settings.from_env(env={name: f"{scheme}://me:canary{password}@db:5432/x"})
    assert "are written as %25" in str(raised.value)
    assert "canary" not in str(raised.value)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        *(("CRON_SECRET", text) for text in ("a", "a" * 31)),
        *(("ENCRYPTION_KEY", text) for text in ("x", f"{'k' * 32},short")),
        *((name, "http://example.com") for name in ("PUBLIC_URL", "HUBSPOT_API_BASE_URL")),
        ("SUPABASE_URL", "http://x.supabase.co"),
        ("DATABASE_URL", "postgresql://me@db:port/x"),
    ],
)
def test_short_secrets_and_plain_http_to_others_are_refused(name: str, text: str) -> None:
    with pytest.raises(SettingsError, match=name):
        Settings.from_env(env={name: text})


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://me:p%40ss@a:1,b:2/x?sslmode=verify-full",
        "postgresql://postgres@/postgres?host=/tmp/x&port=5",
        "postgresql://[::1]:5432/x",
        "host=db password=x",
    ],
)
def test_addresses_of_every_form_are_taken(text: str) -> None:
    assert Settings.from_env(env={"DATABASE_URL": text}).database_url == text


@pytest.mark.parametrize(
    ("host", "bind"),
    [("0.0.0.0", "0.0.0.0:80"), ("::", "[::]:80"), ("[::1]", "[::1]:80"), ("spoke", "spoke:80")],
)
def test_an_ipv6_address_stands_in_brackets(host: str, bind: str) -> None:
    assert Settings.from_env(env={"HOST": host, "PORT": "80"}).bind == bind
