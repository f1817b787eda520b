"""The demo's API and dashboard: wsgi:app, and one page more with buttons that break what runs.

The product's composition root knows nothing of that page.
"""

from __future__ import annotations

import wsgi
from dashboard.pages import PAGES
from lab import demo_breaks

app = wsgi.compose((*PAGES, demo_breaks.PAGE), (demo_breaks.FORM,))
app.register_blueprint(demo_breaks.templates())
