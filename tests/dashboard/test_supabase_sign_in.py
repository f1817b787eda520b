"""Sign-in with Supabase Auth, and every token that must not be believed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask

from dashboard import site
from operations import dashboard_users
from operations.servers import Servers
from operations.supabase_auth import AGAIN_SECONDS, PublicKeys, SupabaseAuth, Untrusted
from tests.api.conftest import OURS
from tests.dashboard import gotrue
from tests.dashboard.conftest import EMAIL, PASSWORD, sign_in
from tests.dashboard.gotrue import KEY_ID, RSA_KEY_ID, Project


@pytest.fixture(scope="module")
def running() -> Iterator[Project]:
    """Give a project that serves for all tests of this module."""
    with gotrue.serving(Project(people={EMAIL: PASSWORD})) as project:
        yield project


@pytest.fixture
def project(running: Project) -> Iterator[Project]:
    """Give the project as it usually is, before and after."""
    yield running
    running.changed, running.fails_with = {}, None
    running.asked.clear()


@pytest.fixture
def auth(project: Project) -> SupabaseAuth:
    return SupabaseAuth(project.url, gotrue.API_KEY)


def test_a_person_with_rights_signs_in_and_sees_what_our_table_says(
    project: Project, served: Servers
) -> None:
    settings = replace(
        served.settings, supabase_url=project.url, supabase_publishable_key=gotrue.API_KEY
    )
    app = Flask("pages with Supabase")
    site.register(app, replace(served, settings=settings))
    client, later = app.test_client(), app.test_client()
    assert sign_in(client) == 403  # Supabase knows this person, we do not
    dashboard_users.put(served, EMAIL, ["metrics:read"], [OURS])
    assert sign_in(client, "a wrong password") == 403
    assert sign_in(client) == 302
    assert client.get("/").status_code == 200
    assert client.get("/sync").status_code == 404  # user_metadata asks for more in vain
    assert "password" in project.asked and project.asked.count("jwks") == 1
    project.fails_with = 500
    assert sign_in(later) == 503
    project.fails_with, project.changed = None, {"role": "service_role"}
    assert sign_in(later) == 503


def test_a_right_token_is_believed(auth: SupabaseAuth, project: Project) -> None:
    assert auth.claims(project.token(EMAIL))["email"] == EMAIL
    signed = jwt.encode(
        project.claims(EMAIL), project.rsa_key, "RS256", headers={"kid": RSA_KEY_ID}
    )
    assert auth.claims(signed)["email"] == EMAIL


NOW = int(time.time())
ODD = {
    "another issuer": {"iss": "https://other.supabase.co/auth/v1"},
    "no issuer": {"iss": None},
    "another audience": {"aud": "anon"},
    "several audiences": {"aud": ["authenticated", "others"]},
    "no audience": {"aud": None},
    "the service's role": {"role": "service_role"},
    "nobody's role": {"role": "anon"},
    "no role": {"role": None},
    "over": {"exp": NOW - 60},
    "without end": {"exp": None},
    "given later": {"iat": NOW + 3600},
    "begins later": {"nbf": NOW + 3600},
    "of no account": {"sub": None},
    "no address": {"email": None},
    "an empty address": {"email": ""},
    "anonymous": {"is_anonymous": True},
}


@pytest.mark.parametrize("how", ODD)
def test_a_token_that_says_something_else_is_refused(
    auth: SupabaseAuth, project: Project, how: str
) -> None:
    with pytest.raises(Untrusted):
        auth.claims(project.token(EMAIL, **ODD[how]))


def _by_hand(head: dict[str, Any], claims: dict[str, Any], secret: bytes | None) -> str:
    """Write a token that a library would refuse to make."""
    parts = [base64.urlsafe_b64encode(json.dumps(each).encode()) for each in (head, claims)]
    text = b".".join(part.rstrip(b"=") for part in parts)
    signature = hmac.digest(secret, text, hashlib.sha256) if secret is not None else b""
    return (text + b"." + base64.urlsafe_b64encode(signature).rstrip(b"=")).decode()


def _unsigned(project: Project) -> str:
    return _by_hand({"alg": "none", "kid": KEY_ID}, project.claims(EMAIL), None)


def _with_public_key_as_secret(project: Project) -> str:
    head = {"alg": "HS256", "kid": RSA_KEY_ID}
    return _by_hand(head, project.claims(EMAIL), project.public_pem())


def _with_shared_secret(project: Project) -> str:
    return jwt.encode(project.claims(EMAIL), "s" * 32, "HS256", headers={"kid": KEY_ID})


def _of_another_key(project: Project) -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    return jwt.encode(project.claims(EMAIL), key, "ES256", headers={"kid": KEY_ID})


def _of_an_unknown_key(project: Project) -> str:
    return jwt.encode(project.claims(EMAIL), project.key, "ES256", headers={"kid": "other"})


def _of_no_key(project: Project) -> str:
    return jwt.encode(project.claims(EMAIL), project.key, "ES256")


def _of_another_kind(project: Project) -> str:
    return jwt.encode(project.claims(EMAIL), project.rsa_key, "RS256", headers={"kid": KEY_ID})


def _naming_keys(name: str) -> Callable[[Project], str]:
    def make(project: Project) -> str:
        head = {"kid": KEY_ID, name: "https://evil.example/jwks.json"}
        return jwt.encode(project.claims(EMAIL), project.key, "ES256", headers=head)

    return make


def _changed_after_signing(project: Project) -> str:
    head, _, signature = project.token(EMAIL).split(".")
    claims = json.dumps(project.claims("another@example.com")).encode()
    return ".".join((head, base64.urlsafe_b64encode(claims).rstrip(b"=").decode(), signature))


FORGED = {
    "alg none": _unsigned,
    "HS256 with the public key": _with_public_key_as_secret,
    "HS256 with a secret": _with_shared_secret,
    "another key": _of_another_key,
    "an unknown kid": _of_an_unknown_key,
    "no kid": _of_no_key,
    "another algorithm than the key's": _of_another_kind,
    "jku": _naming_keys("jku"),
    "x5u": _naming_keys("x5u"),
    "jwk": _naming_keys("jwk"),
    "changed after signing": _changed_after_signing,
    "no token": lambda project: "spoke",
}


@pytest.mark.parametrize("how", FORGED)
def test_a_forged_token_is_refused(auth: SupabaseAuth, project: Project, how: str) -> None:
    with pytest.raises(Untrusted):
        auth.claims(FORGED[how](project))


def test_keys_are_kept_and_unknown_ones_do_not_have_them_asked_for_at_once(
    project: Project,
) -> None:
    now = [0.0]
    with httpx.Client() as http:
        url = f"{project.url}/auth/v1/.well-known/jwks.json"
        keys = PublicKeys(url, http, lambda: now[0])
        for _ in range(3):
            keys.key(KEY_ID)
            with pytest.raises(Untrusted):
                keys.key("other")
        assert project.asked == ["jwks"]
        now[0] = AGAIN_SECONDS
        with pytest.raises(Untrusted):
            keys.key("other")
        assert project.asked == ["jwks", "jwks"]
