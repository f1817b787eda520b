"""The composition root: a World in, a WSGI application out."""

import re
from collections.abc import Callable, Iterable
from typing import Any

from flask import Blueprint, Flask, Response
from werkzeug.exceptions import HTTPException
from werkzeug.routing import BaseConverter

from . import admission
from .errors import Problem, not_found
from .routes import (
    apps,
    associations,
    associations_v3,
    batch,
    control,
    families,
    forms,
    links,
    lists,
    marketing_events,
    metadata,
    objects,
    pipelines,
    preferences,
    properties,
    property_groups,
    removals,
    schemas,
    search,
    streams,
    transfers,
)
from .wire import dumps
from .world import World

# /crm/v3/objects/… → /crm/objects/v3/…: the dated order, so that each route is written once.
_LEGACY = re.compile(
    r"^/crm/(v3|v4)/(objects|associations|properties|pipelines|owners|lists|exports|imports)(?=/|$)"
)
_LEGACY_AREAS = re.compile(
    r"^/(marketing|settings)/(v3)/(emails|forms|campaigns|marketing-events|users)(?=/|$)"
)
_LEGACY_EVENTS = re.compile(r"^/events/(v3)/events$")
_LEGACY_SCHEMAS = re.compile(r"^/crm/(v3)/schemas")


_ROUTES = (
    objects, batch, removals, search, associations, associations_v3, links, properties,
    property_groups, pipelines, metadata, schemas, families, lists, forms, preferences, transfers,
    marketing_events, streams,
)  # fmt: skip


class Digits(BaseConverter):
    """A part of a path that is a number, kept as text."""

    regex = "[0-9]+"


def create_app(world: World) -> Flask:
    app = Flask(__name__)
    app.url_map.converters["digits"] = Digits
    app.url_map.strict_slashes = False
    app.extensions["world"] = world
    api = Blueprint("api", __name__)
    for module in _ROUTES:
        module.register(api)
    api.before_request(lambda: admission.admit(world))
    api.after_request(admission.leave)
    app.register_blueprint(api)
    app.register_blueprint(apps.routes)
    app.register_blueprint(control.routes, url_prefix="/simulator")
    app.register_error_handler(Problem, refuse)
    app.register_error_handler(HTTPException, lambda error: refuse(as_problem(error)))
    app.wsgi_app = DatedPaths(app.wsgi_app)  # type: ignore[method-assign]
    return app


def refuse(problem: Problem) -> Response:
    return Response(
        dumps(problem.body()),
        problem.status,
        problem.headers,
        content_type="application/json;charset=utf-8",
    )


def as_problem(error: HTTPException) -> Problem:
    """Put the framework's own refusals into HubSpot's form: unknown paths, wrong methods."""
    if error.code == 404:
        return not_found()
    return Problem(error.code or 500, error.description or error.name)


class DatedPaths:
    """Middleware that turns legacy paths (v3, v4) into the dated form."""

    def __init__(self, app: Callable[..., Iterable[bytes]]) -> None:
        self.app = app

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        environ["spoke.asked_path"] = environ["PATH_INFO"]
        environ["PATH_INFO"] = self.dated(environ["PATH_INFO"])
        return self.app(environ, start_response)

    @staticmethod
    def dated(path: str) -> str:
        """Turn a legacy path into the dated form; others stay."""
        dated = _LEGACY.sub(r"/crm/\2/\1", path)
        dated = _LEGACY_AREAS.sub(r"/\1/\3/\2", dated)
        dated = _LEGACY_EVENTS.sub(r"/events/event-occurrences/\1", dated)
        return _LEGACY_SCHEMAS.sub(r"/crm-object-schemas/\1/schemas", dated)
