"""The composition of the pages: sign-in, one route per entry of pages.PAGES, errors, assets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Flask, abort, g, redirect, render_template, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from dashboard import (
    asked,
    error_pages,
    exports,
    gate,
    record_audit,
    reference,
    sales_page,
    sales_tables,
    sign_in,
    words,
)
from dashboard.admin_forms import ADMIN_FORMS
from dashboard.link_forms import LINK_FORMS
from dashboard.outgoing_forms import OUTGOING_FORMS
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
    for form in (*FORMS, *ADMIN_FORMS, *LINK_FORMS, *SETTINGS_FORMS, *OUTGOING_FORMS, *more_forms):
        site.add_url_rule(form.path, form.path[1:], _deed(servers, form), methods=["POST"])
    _add_tables(site, servers)
    app.register_blueprint(site)


def _view(servers: Servers, page: WebPage, pages: Sequence[WebPage]) -> Any:
    def show(**place: str) -> tuple[str, int] | Response:
        caller = gate.enter(servers, page.scope)
        if isinstance(caller, Response):
            return caller
        known = portal_list.seen_by(servers, caller.portals)
        zones = {each["portal_id"]: each["time_zone"] for each in known}
        filters = asked.read(caller, _words(place), zones.__getitem__, datetime.now(UTC))
        found = page.fill(servers, caller, filters)
        shown = render_template(
            page.template or f"{page.name}.html",
            page=page,
            siblings=[each for each in pages if page.group and each.group == page.group],
            pages=[each for each in pages if each.scope in caller.scopes and not each.part_of],
            caller=caller,
            asked=filters,
            portals=known,
            portal=next(each for each in known if each["portal_id"] == filters.portal_id),
            presets=asked.PRESETS,
            form_token=g.form_token,
            now=filters.now,
            **found,
        )
        return shown, found.get("status", 200)

    return show


def _reply(servers: Servers, reply: Reply) -> Any:
    def answer(**place: str) -> Response:
        caller = gate.enter(servers, reply.scope)
        if isinstance(caller, Response):
            return caller
        filters = _filters(servers, caller, _words(place))
        return reply.answer(servers, caller, filters)

    return answer


def _words(place: Mapping[str, str]) -> MultiDict[str, str]:
    """Answer what a URL says in its query and in its path."""
    words = MultiDict(request.args)
    for name, value in place.items():
        words.setlist(name, [value])  # the path decides, with any query
    return words


def _filters(servers: Servers, caller: Caller, words: MultiDict[str, str]) -> asked.Asked:
    """Read what a URL or a form asks for, now."""

    def zone_of(portal_id: int) -> str:
        portal = servers.portal(portal_id)
        return portal.time_zone if portal else "UTC"  # removed a moment ago: the reply finds none

    return asked.read(caller, words, zone_of, datetime.now(UTC))


def _deed(servers: Servers, form: WebForm) -> Any:
    def do() -> Response:
        caller = gate.enter(servers, form.scope)
        if isinstance(caller, Response):
            return caller
        filters = _filters(servers, caller, request.form)
        outcome = form.act(servers, caller, filters.portal_id, request.form)
        details = dict(outcome.details) | {"outcome": outcome.said}
        address = request.remote_addr
        portal_id = filters.portal_id
        entry = audit.AuditEntry(
            caller.name, form.action, portal_id, details, address, g.request_id
        )
        audit.note(servers, entry)
        kept = {name: request.form.get(name) for name in form.keeps}
        return redirect(filters.url(outcome.back or form.back, did=outcome.said, **kept))

    return do


def _add_tables(site: Blueprint, servers: Servers) -> None:
    @site.get("/sales.csv")
    def sales_table() -> Response:
        caller = gate.enter(servers, "metrics:read")
        if isinstance(caller, Response):
            return caller
        filters = _filters(servers, caller, request.args)
        name = request.args.get("table", "")
        listed = next((each for each in sales_tables.LISTED if each.name == name), None)
        if listed is None:
            abort(404)
        exports.must_be_few(servers, caller)
        text = sales_page.as_csv(servers, filters, listed)
        record_audit.note(servers, caller, "export", filters.portal_id, {"table": name})
        answer = Response(text, mimetype="text/csv")
        answer.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
        return answer
