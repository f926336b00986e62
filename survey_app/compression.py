"""Gzip for pages, style sheets and pictures, so that a cheap phone loads a tenth. A proxy may do it as well.

Compressing a secret beside text that others choose can give the secret away (BREACH, 2013). So what is the same for
everybody is compressed whole; a respondent's page around its token, which stands between the compressed halves as it
is; pages of people who are signed in are left alone.
"""

from __future__ import annotations

import gzip
import zlib

from flask import Flask, Response, g, request

PUBLIC = ("landing.", "public_results.", "static")
RESPONDENT = ("respond.", "counter.")
TEXT = ("text/", "image/svg+xml", "application/json", "application/javascript")
SMALLEST = 1_000
LEVEL = 6
MAXIMUM_SECRET = 65_535


class AroundSecret:
    """A page whose halves are compressed once, and put together with the secret of each visit, uncompressed.

    The gzip stream is the blocks of the first half, a stored block with the secret, and the blocks of the second half,
    which refer to nothing before them (RFC 1951, 3.2.4; RFC 1952).
    """

    __slots__ = ("_after", "_after_blocks", "_before", "_before_blocks", "_checksum")

    def __init__(self, before: bytes, after: bytes) -> None:
        self._before, self._after = before, after
        self._before_blocks = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff" + _deflated(before, zlib.Z_FULL_FLUSH)
        self._after_blocks = _deflated(after, zlib.Z_FINISH)
        self._checksum = zlib.crc32(before)

    def plain(self, secret: bytes) -> bytes:
        """The page."""
        return b"".join((self._before, secret, self._after))

    def gzipped(self, secret: bytes) -> bytes:
        """The page as gzip; ``secret`` has at most 65,535 bytes."""
        size = len(secret)
        checksum = zlib.crc32(self._after, zlib.crc32(secret, self._checksum))
        length = len(self._before) + size + len(self._after)
        return b"".join(
            (
                self._before_blocks,
                b"\x00" + size.to_bytes(2, "little") + (size ^ 0xFFFF).to_bytes(2, "little"),
                secret,
                self._after_blocks,
                checksum.to_bytes(4, "little"),
                (length & 0xFFFFFFFF).to_bytes(4, "little"),
            )
        )


def _deflated(data: bytes, flush: int) -> bytes:
    compressor = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return compressor.compress(data) + compressor.flush(flush)


def init_compression(app: Flask) -> None:
    """Attach compression to public answers and to respondents' pages."""
    app.after_request(_compress)


def _compress(response: Response) -> Response:
    endpoint = request.endpoint or ""
    if not endpoint.startswith(PUBLIC + RESPONDENT) or not (response.mimetype or "").startswith(TEXT):
        return response
    response.vary.add("Accept-Encoding")
    taken = request.accept_encodings.quality("gzip") > 0
    fails = response.status_code >= 300 and not endpoint.startswith(RESPONDENT)
    if fails or not taken or "Content-Encoding" in response.headers:
        return response
    response.direct_passthrough = False
    data = response.get_data()
    if len(data) < SMALLEST:
        return response
    compressed = gzip.compress(data, compresslevel=LEVEL, mtime=0) if endpoint.startswith(PUBLIC) else _around(data)
    if compressed is not None:
        response.set_data(compressed)
        response.headers["Content-Encoding"] = "gzip"
        etag, _weak = response.get_etag()
        if etag is not None:
            response.set_etag(etag, weak=True)  # the same content, not the same bytes
    return response


def _around(page: bytes) -> bytes | None:
    """A respondent's page compressed around its token; ``None`` where the token stands in it more than once."""
    token = str(g.get("csrf_token", "")).encode()
    if not token:
        return gzip.compress(page, compresslevel=LEVEL, mtime=0)
    before, found, after = page.partition(token)
    if token in after:
        return None
    return AroundSecret(before, after).gzipped(token) if found else gzip.compress(page, compresslevel=LEVEL, mtime=0)
