"""Open links are for everybody, so one address may begin only so many forms; a tablet has a limit of its own."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

from flask import Flask, current_app, request
from flask_babel import gettext as _
from limits import RateLimitItemPerHour
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from survey_app.errors import UserError
from survey_app.surveys.models import Survey

#: A whole hall of phones can sit behind one address. Counted in each process of the server.
BEGUN_PER_HOUR = RateLimitItemPerHour(300)
_EXTENSION = "hailong_open_links"


class TooMany(UserError):
    """So many that it cannot be people."""

    status = 429


def open_link_counts(app: Flask) -> MovingWindowRateLimiter:
    """What this process has counted."""
    counts: MovingWindowRateLimiter | None = app.extensions.get(_EXTENSION)
    if counts is None:
        counts = app.extensions[_EXTENSION] = MovingWindowRateLimiter(MemoryStorage())
    return counts


def check_open_link(survey: Survey) -> None:
    """Count a form begun from an open link.

    Nobody is counted behind a proxy that does not pass addresses on: its own is everybody's.

    Raises
    ------
    TooMany
        This address has begun too many within the hour.
    """
    address = _visitor()
    if address is None or address.is_loopback:
        return
    if not open_link_counts(current_app).hit(BEGUN_PER_HOUR, survey.slug, str(address)):
        raise TooMany(
            _(
                "Từ mạng này đã mở quá nhiều phiếu trong một giờ. Xin Ông/Bà thử lại sau ít phút, "
                "hoặc trả lời trên máy đặt tại quầy."
            )
        )


def _visitor() -> IPv4Address | IPv6Address | None:
    """Where the visitor is: the peer, or what a proxy of ours added last to `X-Forwarded-For`; None where none says."""
    peer = _read_address(request.remote_addr or "")
    if peer is None or not any(peer in network for network in current_app.config["PROXIES"]):
        return peer
    return _read_address(request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip())


def _read_address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None
