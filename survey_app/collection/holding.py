"""Which browser a form in progress opens in: any for an open link, else the tablet or the phone it was begun on."""

from __future__ import annotations

import secrets

from flask import Response as Reply
from flask import current_app, request, session
from flask.typing import ResponseReturnValue

from survey_app.collection.drafts import INVITATION_DRAFT_LIFETIME, token_hash
from survey_app.collection.kiosk.pairing import COOKIE, device_here
from survey_app.collection.models import Draft, Response
from survey_app.database import db

#: Of a phone on which a form was begun from a personal link.
HOLDER_COOKIE = "hai_long_tiep"
#: Keys of the session: the visitor's form on a tablet, and how they wish to see it. The start screen forgets both.
VISIT, LOOK = "kiosk_form", "kiosk_look"


def opens_here(draft: Draft) -> bool:
    """Whether this browser may see and go on with a form."""
    if draft.device_id is not None:
        device = device_here(db.session)
        return (
            device is not None
            and device.id == draft.device_id
            and device.revoked_at is None
            and session.get(VISIT) == str(draft.id)
        )
    return draft.holder_sha256 is None or draft.holder_sha256 == holder_here()


def receipt_opens_here(sent: Response) -> bool:
    """Whether the thanks for a form may be shown: on a tablet, only to the visitor who sent it."""
    return sent.device_id is None or session.get(VISIT) == str(sent.id)


def is_tablet() -> bool:
    """Whether this browser carries the cookie of a tablet at a counter."""
    return COOKIE in request.cookies


def holder_here() -> str | None:
    """Hash of the secret of this phone, as it stands with its forms."""
    secret = request.cookies.get(HOLDER_COOKIE)
    return token_hash(secret) if secret else None


def holding_secret() -> str:
    """The secret of this phone; a new one where it has none."""
    known = request.cookies.get(HOLDER_COOKIE, "")
    return known if 20 <= len(known) <= 40 else secrets.token_urlsafe(16)


def with_holder(reply: ResponseReturnValue, secret: str) -> ResponseReturnValue:
    """The reply, with which the phone keeps its secret as long as a form begun on it lives."""
    response: Reply = current_app.make_response(reply)
    response.set_cookie(
        HOLDER_COOKIE,
        secret,
        max_age=int(INVITATION_DRAFT_LIFETIME.total_seconds()),
        httponly=True,
        samesite="Lax",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
    )
    return response
