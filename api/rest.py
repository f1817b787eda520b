"""The composition of the API: one app, its guards, its routes, its document.

The document at /openapi.json is made from the routes and the pydantic models that they name.
"""

from __future__ import annotations

from apiflask import APIFlask

from api import documented, etags, guard, problems, request_log
from api.families import FAMILIES
from operations.servers import Servers

VERSION = "1"
ABOUT = (
    "A company's HubSpot, mirrored: records, links, sales metrics, and how fresh all of it is. "
    "Programs send a token (`spoke tokens add`) as `Authorization: Bearer spk_…`."
)


def create(servers: Servers) -> APIFlask:
    """Make the app: routes under /api/v1 and /api, the document at /openapi.json."""
    app = APIFlask(
        "api",
        title="Spoke",
        version=VERSION,
        docs_path=None,
        static_folder=None,  # type: ignore[arg-type]  # no files: Flask allows it
    )
    app.config.update(
        OPENAPI_VERSION="3.1.0",
        DESCRIPTION=ABOUT,
        SERVERS=[{"url": "/"}],
        TAGS=[{"name": each.name, "description": each.about} for each in FAMILIES],
        VALIDATION_ERROR_STATUS_CODE=422,
        HTTP_ERROR_SCHEMA=problems.Problem.model_json_schema(),
        VALIDATION_ERROR_SCHEMA=problems.Problem.model_json_schema(),
    )
    app.security_schemes = {"token": {"type": "http", "scheme": "bearer"}}
    app.extensions["servers"] = servers
    request_log.register(app)
    guard.register(app, servers)
    problems.register(app)
    documented.register(app)
    etags.register(app)
    for family in FAMILIES:
        app.register_blueprint(family.routes, url_prefix=f"{family.root}{family.prefix}")
    return app
