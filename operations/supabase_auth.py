"""Sign people in with Supabase Auth: its client asks for a token, which is believed only when it is
right.

What a person may do stands in our table dashboard_users, by the address that Supabase confirmed;
nothing that people can write about themselves (user_metadata) is looked at.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import httpx
import jwt

from operations import dashboard_users
from operations.callers import Caller
from operations.servers import Servers

if TYPE_CHECKING:
    from supabase import Client

ALGORITHMS = ("ES256", "RS256", "EdDSA")  # with a public key each; a shared secret is no proof
AUDIENCE = ROLE = "authenticated"
NEEDED = ["exp", "iat", "iss", "aud", "sub", "role", "email"]
OF_THE_SENDER = ("jku", "jwk", "x5u", "x5c", "crit")  # headers that name a key of their own
KEYS_SECONDS, AGAIN_SECONDS = 600, 10  # how long keys are believed; when unknown ones are asked for
TIMEOUT_SECONDS, LEEWAY_SECONDS = 5, 10
WRONG_STATUSES = (400, 401, 403, 422)


class AuthAway(Exception):
    """Say that Supabase cannot confirm a person now."""


class Untrusted(Exception):
    """Say that a token is not one that this project gave a person; the message says why."""


class PublicKeys:
    """Keep the keys of a project's tokens, from its JWKS and nowhere else."""

    def __init__(
        self, url: str, http: httpx.Client, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._url, self._http, self._clock = url, http, clock
        self._keys: dict[str, jwt.PyJWK] = {}
        self._asked_at: float | None = None
        self._lock = threading.Lock()

    def key(self, key_id: str) -> jwt.PyJWK:
        """Answer the key of this id. Raises Untrusted where the project has none."""
        with self._lock:
            wait = KEYS_SECONDS if key_id in self._keys else AGAIN_SECONDS
            if self._asked_at is None or self._clock() - self._asked_at >= wait:
                self._keys, self._asked_at = self._ask(), self._clock()
        if key_id not in self._keys:
            raise Untrusted("its key is none of the project's")
        return self._keys[key_id]

    def _ask(self) -> dict[str, jwt.PyJWK]:
        try:
            answer = self._http.get(self._url)
            answer.raise_for_status()
            found = [each for each in answer.json()["keys"] if each.get("alg") in ALGORITHMS]
            return {str(each["kid"]): jwt.PyJWK(each) for each in found}
        except (httpx.HTTPError, ValueError, KeyError, jwt.PyJWTError) as error:
            raise AuthAway(f"The project's keys cannot be read: {error}") from error


class SupabaseAuth:
    """Sign people in against one Supabase project."""

    def __init__(self, url: str, key: str) -> None:
        self._url, self._key, self.issuer = url, key, f"{url}/auth/v1"
        self._http = httpx.Client(timeout=TIMEOUT_SECONDS, follow_redirects=False)
        self._keys = PublicKeys(f"{self.issuer}/.well-known/jwks.json", self._http)

    def checked(self, servers: Servers, email: str, password: str) -> Caller | None:
        """Answer who signs in with this password; None when it is wrong or they have no rights.

        Raises AuthAway when Supabase does not answer as it should.
        """
        token = self._token(email, password)
        if token is None:
            return None
        try:
            claims = self.claims(token)
        except Untrusted as error:
            raise AuthAway(f"Supabase gave a token that is not believed: {error}") from error
        row = dashboard_users.person(servers, claims["email"])
        if row:
            return dashboard_users.caller_of(row)
        return None

    def claims(self, token: str) -> dict[str, Any]:
        """Answer what a token says, after every check. Raises Untrusted.

        The key is the project's own of the token's kid, and the algorithm is the key's, whatever
        the token says; then issuer, audience, role and times.
        """
        try:
            header = jwt.get_unverified_header(token)
            if named := [name for name in OF_THE_SENDER if name in header]:
                raise Untrusted(f"its header has {named[0]}")
            key = self._keys.key(str(header.get("kid", "")))
            found: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=[key.algorithm_name],
                audience=AUDIENCE,
                issuer=self.issuer,
                leeway=LEEWAY_SECONDS,
                options={"require": NEEDED, "strict_aud": True},
            )
        except jwt.PyJWTError as error:
            raise Untrusted(str(error)) from error
        if found["role"] != ROLE or found.get("is_anonymous") or not found["email"]:
            raise Untrusted("it is not of a person with an address")
        return found

    def _token(self, email: str, password: str) -> str | None:
        """Ask Supabase for a token; None when the address and the password do not match."""
        from supabase_auth.errors import AuthApiError, AuthError

        asked = {"email": email, "password": password}
        try:
            answer = self._client().auth.sign_in_with_password(asked)  # type: ignore[arg-type]
        except AuthApiError as error:
            if error.status in WRONG_STATUSES:
                return None
            raise AuthAway(f"Supabase Auth answers {error.status}") from error
        except (AuthError, httpx.HTTPError, ValueError) as error:
            raise AuthAway(f"Supabase Auth does not answer: {type(error).__name__}") from error
        if answer.session:
            return answer.session.access_token
        return None

    def _client(self) -> Client:
        """Make a client for one sign-in: it remembers its session, which no other may see."""
        from supabase import create_client
        from supabase.lib.client_options import SyncClientOptions

        options = SyncClientOptions(
            httpx_client=self._http, auto_refresh_token=False, persist_session=False
        )
        return create_client(self._url, self._key, options)
