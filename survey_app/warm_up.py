"""Gunicorn's hook: heavy libraries are loaded soon after a worker starts, not while somebody waits for a page."""

from __future__ import annotations

import importlib
import threading
import time
from typing import Any

AFTER_SECONDS = 3
HEAVY = ("matplotlib.pyplot", "statsmodels.stats.multitest")


def post_worker_init(worker: Any) -> None:
    """Load them in the background, after the first pages were served."""
    threading.Thread(target=_load, daemon=True).start()


def _load() -> None:
    time.sleep(AFTER_SECONDS)
    for name in HEAVY:
        importlib.import_module(name)
