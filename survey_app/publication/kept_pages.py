"""Public pages kept ready, rendered and compressed once: they come from snapshots, which never change.

What may be shown is asked of the database each time; a kept page is only ever given where its key, which names the
versions it shows, still holds. Names that stand outside the snapshots, such as the province's, are new within a minute.
"""

from __future__ import annotations

import gzip
import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, Response, current_app, request
from flask.typing import ResponseReturnValue

KEPT_BYTES = 64_000_000
FRESH_SECONDS = 60
#: How long a cache between us and the reader may give a page without asking.
CACHE_SECONDS = 120


@dataclass(frozen=True)
class Page:
    """A rendered page."""

    body: bytes
    gzipped: bytes
    tag: str
    status: int
    media_type: str
    made_at: float


Kept = OrderedDict[tuple[object, ...], Page]


def forget_pages(app: Flask) -> None:
    """Render every page anew."""
    _kept_by(app).clear()


def _kept_by(app: Flask) -> Kept:
    kept: Kept = app.extensions.setdefault("hailong_public_pages", OrderedDict())
    return kept


def kept_page(
    key: tuple[object, ...],
    render: Callable[[], str],
    *,
    status: int = 200,
    media_type: str = "text/html; charset=utf-8",
) -> ResponseReturnValue:
    """The page of a key, rendered now or a short while ago, as any cache may keep it.

    Parameters
    ----------
    key : tuple
        What the page shows; language and host are added.
    """
    whole = (*key, request.host_url, request.args.get("lang") == "en")
    kept = _kept_by(current_app)
    page = kept.get(whole)
    if page is None or time.monotonic() - page.made_at > FRESH_SECONDS:
        body = render().encode()
        tag = hashlib.sha256(body).hexdigest()[:32]
        page = Page(body, gzip.compress(body, 9, mtime=0), tag, status, media_type, time.monotonic())
        kept[whole] = page
        while sum(len(one.body) + len(one.gzipped) for one in kept.values()) > KEPT_BYTES:
            kept.popitem(last=False)
    response = Response(status=page.status, content_type=page.media_type)
    if request.accept_encodings.quality("gzip") > 0:
        response.set_data(page.gzipped)
        response.headers["Content-Encoding"] = "gzip"
    else:
        response.set_data(page.body)
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = f"public, max-age={CACHE_SECONDS}"
    response.set_etag(page.tag, weak=True)
    return response.make_conditional(request) if page.status == 200 else response
