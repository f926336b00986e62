"""How a tablet becomes one of ours: a code typed once, then a token in its cookie; and the PIN of its staff corner."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import timedelta
from typing import Any

from flask import Response as Reply
from flask import current_app, request
from flask_babel import gettext as _
from flask_security import hash_password, verify_password
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from survey_app.audit.models import Actor
from survey_app.audit.service import record
from survey_app.collection.kiosk.models import Device
from survey_app.database import now
from survey_app.errors import Conflict, Forbidden, NotFound
from survey_app.prepared_query import prepared

COOKIE = "hai_long_quay"
#: As long as browsers keep a cookie at all.
COOKIE_SECONDS = 400 * 24 * 3600
CODE_LIFETIME = timedelta(hours=24)
#: Letters and figures that nobody mistakes for one another on a screen or on the telephone.
CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 8
PIN_DIGITS = 6
PIN_LOCK_AFTER = 5
PIN_ROUNDS = 300_000
PIN_LOCK_FOR = timedelta(minutes=15)


def make_code() -> str:
    """A pairing code of 39 bits, written XXXX-XXXX."""
    text = "".join(secrets.choice(CODE_LETTERS) for _place in range(CODE_LENGTH))
    return f"{text[:4]}-{text[4:]}"


def code_mark(code: str) -> str:
    """What is stored of a code: keyed, since so short a secret could be found from a plain hash by trying all."""
    letters = "".join(letter for letter in code.upper() if letter.isalnum())
    key = current_app.config["SECRET_KEY"].encode()
    return hmac.digest(key, b"hai-long pairing code " + letters.encode(), "sha256").hex()


def make_pin() -> str:
    """A PIN for the staff corner."""
    return "".join(secrets.choice("0123456789") for _digit in range(PIN_DIGITS))


def hash_pin(pin: str) -> str:
    """What is stored of a PIN."""
    return str(hash_password(pin))


def pin_verifier(pin: str) -> str:
    """What the tablet itself keeps of a PIN it was opened with, to open its corner without network.

    Slow on purpose. Whoever takes the tablet apart may find a PIN of six digits from it, and behind it only a count and
    forms that nobody can read.
    """
    salt = secrets.token_bytes(16)
    digest = hashlib.pbkdf2_hmac("sha256", pin.strip().encode(), salt, PIN_ROUNDS)
    return f"{PIN_ROUNDS}:{salt.hex()}:{digest.hex()}"


def token_sha256(token: str) -> str:
    """What is stored of a token of 128 bits."""
    return hashlib.sha256(token.encode()).hexdigest()


def pair_device(session: Session, code: str) -> tuple[Device, str]:
    """Give the tablet on which a code was typed its token; the code is used up, an earlier tablet is shut out.

    Returns
    -------
    (Device, str)
        The device and the token for the cookie.

    Raises
    ------
    NotFound
        The code is wrong, used or too old.
    """
    mark, token, moment = code_mark(code), secrets.token_urlsafe(16), now()
    free = (Device.code_mark == mark, Device.code_expires_at > moment, Device.revoked_at.is_(None))
    number = session.scalar(select(Device.id).where(*free))
    taken = session.execute(
        update(Device)
        .where(*free)
        .values(
            code_mark=None,
            code_expires_at=None,
            token_sha256=token_sha256(token),
            paired_at=moment,
            last_seen_at=moment,
        )
        .execution_options(synchronize_session=False)
    )
    if taken.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE gives a cursor's result
        raise NotFound(_("Mã ghép không đúng, đã dùng hoặc đã quá 24 giờ. Xin hỏi cán bộ phụ trách để nhận mã mới."))
    device = session.get_one(Device, number, populate_existing=True)
    record(
        session,
        Actor(None, f"device: {device.id}"),
        "device.pair",
        f"survey:{device.survey.slug}",
        device=device.id,
        name=device.name,
        place=device.unit.code,
    )
    return device, token


def known_tablets(session: Session) -> dict[str, tuple[Any, float]]:
    """What this process knows of tablets that send, by the hash of their token, and until when it counts."""
    return prepared(session, "known tablets", lambda engine: {})


def device_here(session: Session) -> Device | None:
    """The tablet that sends this request, also when it is paused or revoked; None for any other browser."""
    token = request.cookies.get(COOKIE)
    if not token:
        return None
    return session.scalar(select(Device).where(Device.token_sha256 == token_sha256(token)))


def give_cookie(reply: Reply, token: str) -> None:
    """Let the tablet keep its token, out of reach of scripts and of other sites."""
    reply.set_cookie(
        COOKIE,
        token,
        max_age=COOKIE_SECONDS,
        httponly=True,
        samesite="Strict",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
    )


def check_pin(session: Session, device: Device, pin: str) -> None:
    """Let the staff in; the fifth wrong PIN in a row shuts the corner for a quarter of an hour. Committed at once.

    Raises
    ------
    Conflict, Forbidden
        Shut for now; wrong.
    """
    session.refresh(device, with_for_update={"of": Device})
    if device.pin_locked_until is not None and device.pin_locked_until > now():
        session.rollback()
        raise Conflict(_("Góc cán bộ tạm khóa 15 phút vì nhập sai mã PIN nhiều lần. Xin thử lại sau."))
    if len(pin) == PIN_DIGITS and verify_password(pin, device.pin_hash):
        device.pin_failures, device.pin_locked_until = 0, None
        session.commit()
        return
    device.pin_failures += 1
    if device.pin_failures >= PIN_LOCK_AFTER:
        device.pin_failures, device.pin_locked_until = 0, now() + PIN_LOCK_FOR
    session.commit()
    raise Forbidden(_("Mã PIN chưa đúng. Xin nhập lại, hoặc hỏi cán bộ phụ trách để đổi mã."))
