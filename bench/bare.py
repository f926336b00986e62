"""A bare Flask application: one route that returns the bytes of the file named in ``BARE_PAGE``."""

from __future__ import annotations

import os
from pathlib import Path

from flask import Flask

app = Flask("bare")
_PAGE = Path(os.environ["BARE_PAGE"]).read_bytes()


@app.get("/")
def page() -> bytes:
    return _PAGE
