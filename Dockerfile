# Four images from one file. Each runs as user 10001 and needs no file system that can be written.
#
#   spoke      the receiver, workers, clock and command line: requirements.txt and nothing else
#   pages      the API and the dashboard as well: requirements-pages.txt
#   models     workers that also train and give lead scores: requirements-models.txt beside it
#   simulator  the simulated HubSpot alone: docs/simulator.md
#
#   docker build --target pages -t spoke-pages .       with --target
#   docker build --build-arg IMAGE=pages .             where a platform knows no --target
ARG PYTHON=3.13-slim-trixie
ARG IMAGE=spoke


# ── the libraries; pip, their own tests and the towns of phone numbers (38 MB) stay behind ──────
FROM docker.io/library/python:${PYTHON} AS libraries
WORKDIR /build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY hashes hashes
# A package is taken only if its file has the hash that stands there, and none runs code to be built.
ENV PIP_REQUIRE_HASHES=1 PIP_ONLY_BINARY=:all:
RUN python -m venv /venv && /venv/bin/python -m pip install --quiet -r hashes/requirements.txt

FROM libraries AS libraries-pages
RUN /venv/bin/python -m pip install --quiet -r hashes/requirements-pages.txt \
    && /venv/bin/python -m pip uninstall --quiet --yes pip \
    && find /venv -depth -type d \( -name tests -o -name geodata \) -exec rm -r {} +

FROM libraries AS libraries-models
RUN /venv/bin/python -m pip install --quiet -r hashes/requirements-models.txt \
    && /venv/bin/python -m pip uninstall --quiet --yes pip \
    && find /venv -depth -type d \( -name tests -o -name geodata \) -exec rm -r {} +

FROM libraries AS libraries-spoke
RUN /venv/bin/python -m pip uninstall --quiet --yes pip \
    && find /venv -depth -type d \( -name tests -o -name geodata \) -exec rm -r {} +


# ── what every image stands on ──────────────────────────────────────────────────────────────────
FROM docker.io/library/python:${PYTHON} AS system
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /nonexistent spoke
WORKDIR /spoke
# Settings come as real variables: a .env never lies in an image.
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHON_DOTENV_DISABLED=1 \
    PORT=8000


# ── our code, compiled: nothing can be written later ────────────────────────────────────────────
FROM system AS code
COPY LICENSE NOTICE ./
COPY cli.py deliveries.py env_file.py gunicorn.conf.py jobs.py log_lines.py memory.py rq_clock.py rq_waits.py rq_worker.py settings.py ./
COPY analytics analytics
COPY commands commands
COPY db db
COPY hubspot hubspot
COPY intelligence intelligence
COPY operations operations
COPY outgoing outgoing
COPY sql sql
COPY webhooks webhooks
COPY workers workers
RUN python -m compileall -q .

FROM code AS code-pages
COPY api api
COPY dashboard dashboard
COPY wsgi.py ./
RUN python -m compileall -q .

FROM system AS code-simulator
COPY LICENSE NOTICE ./
COPY hubspot hubspot
COPY lab/simulator lab/simulator
RUN python -m compileall -q .


# ── the images ──────────────────────────────────────────────────────────────────────────────────
FROM system AS serving
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 CMD ["python", "-c", \
    "import os, urllib.request as u; u.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/health/live', timeout=2)"]

FROM serving AS pages
COPY --from=libraries-pages /venv /venv
COPY --from=code-pages /spoke /spoke
USER 10001:10001
CMD ["gunicorn", "wsgi:app"]

FROM system AS simulator
COPY --from=libraries-spoke /venv /venv
COPY --from=code-simulator /spoke /spoke
USER 10001:10001
EXPOSE 8765
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s --retries=3 CMD ["python", "-c", \
    "import urllib.request as u; u.urlopen('http://127.0.0.1:8765/simulator/stats', timeout=2)"]
ENTRYPOINT ["python", "-m", "lab.simulator", "--host", "0.0.0.0", "--port", "8765"]

# As `spoke`, for workers of the backfill queue where lead scores are wanted: `python -m workers backfill`.
FROM serving AS models
COPY --from=libraries-models /venv /venv
COPY --from=code /spoke /spoke
USER 10001:10001
CMD ["gunicorn", "webhooks.app:create_app()"]

# Workers and clock have no port: compose.yaml switches the health check off for them.
FROM serving AS spoke
COPY --from=libraries-spoke /venv /venv
COPY --from=code /spoke /spoke
USER 10001:10001
CMD ["gunicorn", "webhooks.app:create_app()"]

# The last stage is what a build without --target makes.
FROM ${IMAGE}
