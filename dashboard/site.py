"""The composition of the pages: sign-in, one route per entry of pages.PAGES, errors, assets."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Flask, g, render_template, request
from werkzeug.wrappers import Response

from dashboard import asked, gate, reference, sign_in, words
from dashboard.pages import PAGES, WebPage
from operations import portal_list
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
    sign_in.add(site, servers)
    reference.add(site)
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
