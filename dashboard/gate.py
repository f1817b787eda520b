"""Who may open a page: a session in a cookie, a form token on every change.

GET changes nothing. A form is taken only from a page of the same session and the same origin.
"""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

from flask import Flask, Response, g, redirect, request, url_for
from werkzeug.exceptions import Forbidden, NotFound
from werkzeug.wrappers import Response as AnyResponse

from operations import audit, safe_headers, sessions
from operations.callers import Caller
from operations.servers import Servers

LOOPBACK = ("127.0.0.1", "::1")
FORM_FIELD = "form_token"


class NotTheirs(NotFound):
    """Raised for what a person may not see: 404, as if it were not there, and the audit has it."""


class Forged(Forbidden):
    """Raised for a form that no page of ours sent."""


def cookie_name() -> str:
    """Answer the name under which the session lies; `__Host-` binds it to this host and to https.

    On this machine without https, as in the demo, browsers refuse such a name.
    """
    if request.is_secure:
        return "__Host-spoke"
    return "spoke"


def register(app: Flask, servers: Servers) -> None:
    """Let every page answer with safe headers, and forms be checked."""

    @app.before_request
    def check_form() -> None:
        if _is_page() and request.method not in ("GET", "HEAD", "OPTIONS"):
            _must_be_ours(servers)

    @app.after_request
    def add_headers(response: Response) -> Response:
        is_lost = request.endpoint is None and response.mimetype == "text/html"
        if _is_page() or is_lost:
            for name, value in safe_headers.beside(safe_headers.OF_A_PAGE).items():
                response.headers.setdefault(name, value)
        return response


def _is_page() -> bool:
    return (request.endpoint or "").startswith("pages.")


def _must_be_ours(servers: Servers) -> None:
    """Refuse a form of another site: by Origin, and by the token of the session's own pages."""
    session = request.cookies.get(cookie_name(), "")
    if not _is_of_this_site():
        raise _forged(servers, session, "This form came from another site.")
    given = request.form.get(FORM_FIELD, "") or request.headers.get("X-Form-Token", "")
    if session and not sessions.is_form_token(servers, session, given):
        said = "This form is of another session. Reload the page and try again."
        raise _forged(servers, session, said)


def _forged(servers: Servers, session: str, said: str) -> Forged:
    """Say whose browser sent a forged form. A stranger's is not entered into the audit: it would
    grow by whatever strangers send."""
    if session and (caller := sessions.caller_of(servers, session)):
        g.caller = caller
    return Forged(said)


def note_refusal(servers: Servers, status: int) -> None:
    """Enter into the audit that a person was refused: where, and with which status."""
    if caller := g.get("caller"):
        details = {"route": str(request.url_rule), "status": status}
        if asked := request.args.get("portal"):
            details["asked_portal"] = asked[:20]
        address, request_id = request.remote_addr, g.get("request_id")
        entry = audit.AuditEntry(caller.name, "refused", None, details, address, request_id)
        audit.note(servers, entry)


def _is_of_this_site() -> bool:
    """Tell where a form came from. Pages that send no referrer have browsers write `Origin: null`.

    Sec-Fetch-Site says it then, which no page can set: https://www.w3.org/TR/fetch-metadata/
    """
    origin = request.headers.get("Origin", "")
    if origin == "null":
        return request.headers.get("Sec-Fetch-Site") == "same-origin"
    return bool(origin) and urlsplit(origin).netloc == request.host


def enter(servers: Servers, scope: str) -> Caller | AnyResponse:
    """Answer who opens a page, or the way to sign in. Raises NotTheirs without the scope; "" needs
    none, and leaves that to what answers."""
    session = request.cookies.get(cookie_name(), "")
    caller = sessions.caller_of(servers, session) if session else None
    if caller is None:
        wanted = "/"
        if request.method == "GET":
            wanted = request.full_path.rstrip("?")
        return redirect(url_for("pages.sign_in", next=wanted))
    g.caller = caller
    if (scope and scope not in caller.scopes) or not caller.portals:
        raise NotTheirs
    g.form_token = sessions.form_token(servers, session)
    g.setdefault("request_id", secrets.token_hex(8))
    return caller


def let_in(servers: Servers, email: str, to: str) -> AnyResponse:
    """Begin a session and lead to the page that was asked for. The browser's one before ends."""
    if before := request.cookies.get(cookie_name()):
        sessions.end(servers, before)
    response = redirect(to if _is_path(to) else "/")
    session = sessions.begin(servers, email)
    response.set_cookie(
        cookie_name(),
        session,
        max_age=int(sessions.ABSOLUTE.total_seconds()),
        secure=request.is_secure,
        httponly=True,
        samesite="Lax",
        path="/",
    )
    return response


def let_out(servers: Servers) -> AnyResponse:
    """End the session on the server and in the browser."""
    if session := request.cookies.get(cookie_name()):
        sessions.end(servers, session)
    response = redirect(url_for("pages.sign_in"))
    response.delete_cookie(cookie_name(), path="/", secure=request.is_secure, httponly=True)
    return response


def _is_path(text: str) -> bool:
    """Tell whether this leads to a page of ours and nowhere else. Browsers read a backslash as a
    slash, and leave tabs and line ends out: what begins with them may be another host."""
    is_plain = text.isprintable() and "\\" not in text
    return is_plain and text.startswith("/") and not text.startswith("//")
