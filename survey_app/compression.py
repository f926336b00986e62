"""Gzip for what is the same for everybody: public pages, style sheets, pictures. A proxy may do it as well.

Pages of people who are signed in, and forms, are left as they are: compressing secrets beside text that others choose
can give the secrets away (BREACH, 2013).
"""

from __future__ import annotations

import gzip

from flask import Flask, Response, request

PUBLIC = ("landing.", "public_results.", "static")
TEXT = ("text/", "image/svg+xml", "application/json", "application/javascript")
SMALLEST = 1_000


def init_compression(app: Flask) -> None:
    """Attach compression to public answers."""
    app.after_request(_compress)


def _compress(response: Response) -> Response:
    endpoint = request.endpoint or ""
    if not endpoint.startswith(PUBLIC) or not (response.mimetype or "").startswith(TEXT):
        return response
    response.vary.add("Accept-Encoding")
    taken = request.accept_encodings.quality("gzip") > 0 and "Content-Encoding" not in response.headers
    if response.status_code != 200 or not taken:
        return response
    response.direct_passthrough = False
    data = response.get_data()
    if len(data) >= SMALLEST:
        response.set_data(gzip.compress(data, compresslevel=6, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
        etag, _weak = response.get_etag()
        if etag is not None:
            response.set_etag(etag, weak=True)  # the same content, not the same bytes
    return response
