"""A small stand-in for Supabase Auth: the two endpoints that sign-in asks, as GoTrue has them.

https://github.com/supabase/auth/blob/master/openapi.yaml
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask import Flask, jsonify, request
from flask.typing import ResponseReturnValue
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from werkzeug.serving import make_server

API_KEY = "sb_publishable_of_the_stand_in"
KEY_ID, RSA_KEY_ID = "ec-1", "rsa-1"


@dataclass
class Project:
    """What a Supabase project knows: its people, its keys, and what its tokens say."""

    url: str = ""
    people: dict[str, str] = field(default_factory=dict)  # address → password
    changed: dict[str, Any] = field(default_factory=dict)  # claims that differ from the usual
    asked: list[str] = field(default_factory=list)
    fails_with: int | None = None
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    rsa_key: rsa.RSAPrivateKey = field(
        default_factory=lambda: rsa.generate_private_key(65537, 2048)
    )

    def claims(self, address: str, **changed: Any) -> dict[str, Any]:
        """Answer what a token of a person says."""
        now = int(time.time())
        usual = {
            "iss": f"{self.url}/auth/v1",
            "sub": str(uuid.uuid5(uuid.NAMESPACE_DNS, address)),
            "aud": "authenticated",
            "role": "authenticated",
            "exp": now + 3600,
            "iat": now,
            "email": address,
            "aal": "aal1",
            "is_anonymous": False,
            "user_metadata": {"scopes": ["portals:admin"], "role": "service_role"},
        }
        claims = usual | self.changed | changed
        return {name: value for name, value in claims.items() if value is not None}

    def token(self, address: str, **changed: Any) -> str:
        """Sign a token as the project does."""
        head = {"kid": KEY_ID}
        return jwt.encode(self.claims(address, **changed), self.key, "ES256", headers=head)

    def public_pem(self) -> bytes:
        """Answer what a forger knows: the public key of the RSA pair."""
        kind = PublicFormat.SubjectPublicKeyInfo
        return self.rsa_key.public_key().public_bytes(Encoding.PEM, kind)

    def jwks(self) -> dict[str, Any]:
        """Answer the public keys, as the project publishes them."""
        elliptic = ECAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        of_rsa = RSAAlgorithm.to_jwk(self.rsa_key.public_key(), as_dict=True)
        of_rsa.pop("key_ops", None)
        return {
            "keys": [
                elliptic | {"kid": KEY_ID, "alg": "ES256", "use": "sig"},
                of_rsa | {"kid": RSA_KEY_ID, "alg": "RS256", "use": "sig"},
            ]
        }


def app_of(project: Project) -> Flask:
    """Make the endpoints of a project."""
    app = Flask(__name__)

    @app.post("/auth/v1/token")
    def token() -> ResponseReturnValue:
        project.asked.append(request.args.get("grant_type", ""))
        if project.fails_with:
            return jsonify(code="unexpected_failure", msg="away"), project.fails_with
        if request.headers.get("apikey") != API_KEY:
            return jsonify(message="Invalid API key"), 401
        asked = request.get_json()
        if project.people.get(asked["email"], object()) != asked["password"]:
            words = {"code": "invalid_credentials", "msg": "Invalid login credentials"}
            return jsonify(words | {"error_code": "invalid_credentials"}), 400
        return jsonify(_session(project, asked["email"]))

    @app.get("/auth/v1/.well-known/jwks.json")
    def keys() -> ResponseReturnValue:
        project.asked.append("jwks")
        return jsonify(project.jwks())

    return app


def _session(project: Project, email: str) -> dict[str, Any]:
    claims = project.claims(email)
    user = {
        "id": claims["sub"],
        "aud": "authenticated",
        "role": "authenticated",
        "email": email,
        "app_metadata": {"provider": "email"},
        "user_metadata": claims.get("user_metadata", {}),
        "created_at": "2026-01-01T00:00:00Z",
    }
    return {
        "access_token": project.token(email),
        "token_type": "bearer",
        "expires_in": 3600,
        "refresh_token": "unused",
        "user": user,
    }


@contextmanager
def serving(project: Project) -> Iterator[Project]:
    """Serve a project on this machine."""
    server = make_server("127.0.0.1", 0, app_of(project), threaded=True)
    project.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield project
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
