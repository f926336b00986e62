"""Gunicorn's hook: what the first page of results needs is loaded once, before the workers part, and shared by them."""

from __future__ import annotations

import importlib
from typing import Any

from flask import Flask

from survey_app.results.kept import program_digest

HEAVY = ("pyarrow.dataset", "pyarrow.parquet", "matplotlib.pyplot", "statsmodels.stats.multitest")
TEMPLATES = ("office/results.html", "office/results_factors.html")


def when_ready(server: Any) -> None:
    """Load it while the door is open already; who asks meanwhile waits a second."""
    for name in HEAVY:
        importlib.import_module(name)
    program_digest()
    app = server.app.wsgi()
    if isinstance(app, Flask):
        for template in TEMPLATES:
            app.jinja_env.get_template(template)
