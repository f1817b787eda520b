"""A small stand-in for Supabase Storage: upload and download of objects, as its server has them.

https://github.com/supabase/storage/blob/master/src/http/routes/object
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from flask import Flask, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.serving import make_server

KEY = "service_role_key_of_the_stand_in"


@dataclass
class Storage:
    """Objects by bucket and path, and how many uploads it takes before it refuses."""

    objects: dict[str, bytes] = field(default_factory=dict)
    url: str = ""
    takes: int = 1_000


def app_of(storage: Storage) -> Flask:
    app = Flask(__name__)

    @app.post("/storage/v1/object/<path:path>")
    def upload(path: str) -> ResponseReturnValue:
        if request.headers.get("apikey") != KEY:
            return jsonify(statusCode="403", error="Unauthorized", message="Invalid key"), 400
        if storage.takes <= 0:
            return jsonify(statusCode="413", error="Full", message="Quota exceeded"), 400
        if path in storage.objects and request.headers.get("x-upsert") != "true":
            return jsonify(statusCode="409", error="Duplicate", message="It exists"), 400
        storage.takes -= 1
        [file] = request.files.values()
        storage.objects[path] = file.read()
        return jsonify(Key=path, Id="1")

    @app.get("/storage/v1/object/<path:path>")
    def download(path: str) -> ResponseReturnValue:
        if path not in storage.objects:
            return jsonify(statusCode="404", error="not_found", message="Object not found"), 400
        return storage.objects[path]

    @app.post("/storage/v1/object/sign/<path:path>")
    def sign(path: str) -> ResponseReturnValue:
        if path not in storage.objects:
            return jsonify(statusCode="404", error="not_found", message="Object not found"), 400
        return jsonify(signedURL=f"/object/sign/{path}?token=signed")

    return app


@contextmanager
def serving(storage: Storage) -> Iterator[Storage]:
    """Serve it on this machine."""
    server = make_server("127.0.0.1", 0, app_of(storage), threaded=True)
    storage.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield storage
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
