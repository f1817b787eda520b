"""The composition of the pages: sign-in, one route per entry of pages.PAGES, errors, assets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Flask, abort, g, redirect, render_template, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from dashboard import asked, error_pages, gate, record_audit, reference, sales_page, sign_in, words
from dashboard.admin_forms import ADMIN_FORMS
from dashboard.link_forms import LINK_FORMS
from dashboard.pages import PAGES, REPLIES, Reply, WebPage
from dashboard.settings_forms import SETTINGS_FORMS
from dashboard.sync_forms import FORMS, WebForm
from operations import audit, portal_list
from operations.callers import Caller
from operations.servers import Servers


def register(
    app: Flask,
    servers: Servers,
    pages: Sequence[WebPage] = PAGES,
    more_forms: Sequence[WebForm] = (),
) -> None:
    """Add the pages to an app. The demo has one more than a company's, with forms of its own."""
    site = Blueprint(
        "pages",
        __name__,
        template_folder="templates",
        static_folder="static",
        static_url_path="/static",
    )
    gate.register(app, servers)
    words.register(site)
    for page in pages:
        site.add_url_rule(page.path, page.name, _view(servers, page, pages))
    sign_in.add(site, servers)
    reference.add(site)
    for reply in REPLIES:
        view = _reply(servers, reply)
        site.add_url_rule(reply.path, reply.name, view, methods=[reply.method])
    error_pages.register(app, site, servers)
    for form in (*FORMS, *ADMIN_FORMS, *LINK_FORMS, *SETTINGS_FORMS, *more_forms):
        site.add_url_rule(form.path, form.path[1:], _deed(servers, form), methods=["POST"])
    _add_tables(site, servers)
    app.register_blueprint(site)


def _view(servers: Servers, page: WebPage, pages: Sequence[WebPage]) -> Any:
    def show(**place: str) -> tuple[str, int] | Response:
        caller = gate.enter(servers, page.scope)
        if isinstance(caller, Response):
            return caller
        filters = _filters(caller, place)
        found = page.fill(servers, caller, filters)
        known = portal_list.seen_by(servers, caller.portals)
        shown = render_template(
            f"{page.name}.html",
            page=page,
            pages=[each for each in pages if each.scope in caller.scopes and not each.part_of],
            caller=caller,
            asked=filters,
            portals=known,
            portal=next(each for each in known if each["portal_id"] == filters.portal_id),
            presets=asked.PRESETS,
            form_token=g.form_token,
            now=datetime.now(UTC),
            **found,
        )
        return shown, found.get("status", 200)

    return show


def _reply(servers: Servers, reply: Reply) -> Any:
    def answer(**place: str) -> Response:
        caller = gate.enter(servers, reply.scope)
        if isinstance(caller, Response):
            return caller
        return reply.answer(servers, caller, _filters(caller, place))

    return answer


def _filters(caller: Caller, place: dict[str, str]) -> asked.Asked:
    """Read what a URL asks for, in its query and in its path."""
    words = MultiDict(request.args)
    for name, value in place.items():
        words.setlist(name, [value])  # the path decides, with any query
    return asked.read(caller, words, datetime.now(UTC).date())


def _deed(servers: Servers, form: WebForm) -> Any:
    def do() -> Response:
        caller = gate.enter(servers, form.scope)
        if isinstance(caller, Response):
            return caller
        filters = asked.read(caller, request.form, datetime.now(UTC).date())
        outcome = form.act(servers, caller, filters.portal_id, request.form)
        details = dict(outcome.details) | {"outcome": outcome.said}
        address = request.remote_addr
        portal_id = filters.portal_id
        entry = audit.AuditEntry(
            caller.name, form.action, portal_id, details, address, g.request_id
        )
        audit.note(servers, entry)
        return redirect(filters.url(form.back, did=outcome.said))

    return do


def _add_tables(site: Blueprint, servers: Servers) -> None:
    @site.get("/sales.csv")
    def sales_table() -> Response:
        caller = gate.enter(servers, "metrics:read")
        if isinstance(caller, Response):
            return caller
        filters = asked.read(caller, request.args, datetime.now(UTC).date())
        name = request.args.get("table", "")
        text = sales_page.as_csv(servers, filters, name)
        if text is None:
            abort(404)
        about = {"table": name}
        record_audit.note(servers, caller, "figures export", filters.portal_id, about)
        answer = Response(text, mimetype="text/csv")
        answer.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
        return answer
