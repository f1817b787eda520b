"""A stand-in of Vercel's Python runtime: `python vercel_runtime.py PORT` in a bundle's folder.

As Vercel's own shim does: `app` of index.py on a threaded server, several requests at once while
`wsgi.multithread` says the contrary; the whole body is read, and taken out of its chunks, before
the app is called; address and scheme are those of X-Forwarded-For and X-Forwarded-Proto.
"""

from __future__ import annotations

import io
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote

MOST = 4_500_000  # bytes of a body, then the platform itself answers 413


class Shim(BaseHTTPRequestHandler):
    """Call the app for one request."""

    protocol_version = "HTTP/1.1"
    app: Any

    def do_GET(self) -> None:
        body = self._body()
        if len(body) > MOST:
            self.send_error(413, "FUNCTION_PAYLOAD_TOO_LARGE")
            return
        answer: list[Any] = []
        parts = self.app(self._environ(body), lambda *given: answer.extend(given[:2]))
        content = b"".join(parts)
        status, headers = answer
        self.send_response_only(int(status[:3]), status[4:])
        for name, value in headers:
            if name.lower() != "content-length":
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_POST = do_GET

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        found = b""
        while size := int(self.rfile.readline(), 16):
            found += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return found

    def _environ(self, body: bytes) -> dict[str, Any]:
        path, _, query = self.path.partition("?")
        given = {
            f"HTTP_{name.upper().replace('-', '_')}": value
            for name, value in self.headers.items()
            if name.lower() not in ("content-length", "content-type", "transfer-encoding")
        }
        return given | {
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote(path, "latin-1"),
            "QUERY_STRING": query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "REMOTE_ADDR": self.headers.get("X-Forwarded-For", ""),
            "SERVER_NAME": "lambda",
            "SERVER_PORT": "3000",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "wsgi.url_scheme": self.headers.get("X-Forwarded-Proto", "http"),
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.version": (1, 0),
            "wsgi.multithread": False,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }

    def log_message(self, *arguments: Any) -> None:
        """Keep the log for what the app says."""


class Server(ThreadingHTTPServer):
    request_queue_size = 128
    daemon_threads = True


if __name__ == "__main__":
    sys.path[0] = str(Path.cwd())  # the bundle, not this file's folder
    from index import app

    Shim.app = staticmethod(app)
    Server(("127.0.0.1", int(sys.argv[1])), Shim).serve_forever()
