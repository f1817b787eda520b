"""The composition of the pages: sign-in, one route per entry of pages.PAGES, errors, assets."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Flask, abort, g, render_template, request
from werkzeug.wrappers import Response

from dashboard import asked, gate, sales_page, words
from dashboard.pages import PAGES, WebPage
from operations import dashboard_users, portal_list, sessions
from operations.servers import Servers


def register(app: Flask, servers: Servers) -> None:
    """Add the pages to an app."""
    site = Blueprint(
        "pages",
        __name__,
        template_folder="templates",
        static_folder="static",
        static_url_path="/static",
    )
    gate.register(app, servers)
    words.register(site)
    for page in PAGES:
        site.add_url_rule(page.path, page.name, _view(servers, page))
    _add_sign_in(site, servers)
    _add_tables(site, servers)
    app.register_blueprint(site)


def _view(servers: Servers, page: WebPage) -> Any:
    def show() -> str | Response:
        caller = gate.enter(servers, page.scope)
        if isinstance(caller, Response):
            return caller
        today = datetime.now(UTC).date()
        filters = asked.read(caller, request.args, today)
        known = portal_list.seen_by(servers, caller.portals)
        return render_template(
            f"{page.name}.html",
            page=page,
            pages=[each for each in PAGES if each.scope in caller.scopes],
            caller=caller,
            asked=filters,
            portals=known,
            portal=next(each for each in known if each["portal_id"] == filters.portal_id),
            presets=asked.PRESETS,
            form_token=g.form_token,
            now=datetime.now(UTC),
            **page.fill(servers, caller, filters),
        )

    return show


def _add_sign_in(site: Blueprint, servers: Servers) -> None:
    @site.get("/sign-in")
    def sign_in() -> str:
        return render_template("sign_in.html", next=request.args.get("next", "/"), wrong=False)

    @site.post("/sign-in")
    def enter() -> Response | tuple[str, int]:
        form = request.form
        person = dashboard_users.checked(servers, form.get("email", ""), form.get("password", ""))
        if person is None:
            page = render_template("sign_in.html", next=form.get("next", "/"), wrong=True)
            return page, 403
        return gate.let_in(servers, person.name, form.get("next", "/"))

    @site.get("/sign-in/<key>")
    def enter_by_link(key: str) -> Response:
        email = sessions.person_of_link(servers, key)
        if request.remote_addr not in gate.LOOPBACK or email is None:
            abort(404)
        return gate.let_in(servers, email, "/")

    @site.post("/sign-out")
    def sign_out() -> Response:
        return gate.let_out(servers)


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
        answer = Response(text, mimetype="text/csv")
        answer.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
        return answer
