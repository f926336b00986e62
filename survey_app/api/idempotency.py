"""A request that names itself is done once: asked again, it gets the same answer again, for a day."""

from __future__ import annotations

import functools
import hashlib
import json
import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import Response, current_app, request
from flask_babel import gettext as _
from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey_app.api.access import Caller, caller
from survey_app.api.models import ApiIdempotency
from survey_app.api.problems import InProgress, KeyReused
from survey_app.database import db, now
from survey_app.errors import UserError
from survey_app.jobs.service import hourly

HEADER = "Idempotency-Key"
KEPT = timedelta(hours=24)
#: After so long an unanswered request counts as cut off by a crash; nothing of it was kept.
GIVEN_UP = timedelta(minutes=10)
LONGEST = 200
_NONCE_BYTES = 12


def done_once(view: Callable[..., tuple[dict[str, Any], int]]) -> Callable[..., Response]:
    """Commit what a view did together with its answer, under the name that the request gave itself, if any.

    The view returns the answer and its status and commits nothing. A refused request frees its name.
    """

    @functools.wraps(view)
    def answering(*args: Any, **kwargs: Any) -> Response:
        name = request.headers.get(HEADER)
        if name is None:
            answer, status = view(*args, **kwargs)
            db.session.commit()
            return _respond(json.dumps(answer, ensure_ascii=False).encode(), status)
        _check_name(name)
        who, digest = caller(), _digest()
        known = _claim(db.session, who, name, digest)
        if known is not None:
            return known
        try:
            answer, status = view(*args, **kwargs)
            body = json.dumps(answer, ensure_ascii=False).encode()
            _keep(db.session, who, name, status, body)
            db.session.commit()
        except BaseException:
            db.session.rollback()
            _free(db.session, who, name)
            raise
        return _respond(body, status)

    return answering


def _check_name(name: str) -> None:
    if not 1 <= len(name) <= LONGEST or not name.isascii() or not name.isprintable():
        raise UserError(_("Idempotency-Key phải từ 1 đến %(limit)s ký tự ASCII, ví dụ một UUID.", limit=LONGEST))


def _digest() -> str:
    content = b"\0".join((request.method.encode(), request.full_path.encode(), request.get_data()))
    return hashlib.sha256(content).hexdigest()


def _claim(session: Session, who: Caller, name: str, digest: str) -> Response | None:
    """Take the name for this request, committed at once; or the answer of the request that had it before."""
    key_id = who.key.id
    session.execute(
        delete(ApiIdempotency).where(
            ApiIdempotency.api_key_id == key_id, ApiIdempotency.key == name, ApiIdempotency.created_at < now() - KEPT
        )
    )
    try:
        session.add(ApiIdempotency(api_key_id=key_id, key=name, request_sha256=digest))
        session.commit()
        return None
    except IntegrityError:
        session.rollback()
    known = session.get(ApiIdempotency, (key_id, name), populate_existing=True)
    if known is not None and known.request_sha256 != digest:
        raise KeyReused(_("Idempotency-Key này đã dùng cho một yêu cầu khác. Xin dùng khóa mới cho yêu cầu mới."))
    if known is not None and known.body is not None and known.status is not None:
        response = _respond(_open(who, name, known.body), known.status)
        response.headers["Idempotency-Replayed"] = "true"
        session.rollback()
        return response
    if known is not None and known.created_at < now() - GIVEN_UP:
        taken = session.execute(
            update(ApiIdempotency)
            .where(
                ApiIdempotency.api_key_id == key_id,
                ApiIdempotency.key == name,
                ApiIdempotency.created_at == known.created_at,
            )
            .values(created_at=now())
            .execution_options(synchronize_session=False)
        )
        session.commit()
        if taken.rowcount == 1:  # type: ignore[attr-defined]  # an UPDATE gives a cursor's result
            return None
    session.rollback()
    raise InProgress(_("Yêu cầu trước cùng Idempotency-Key đang được làm. Xin chờ một giây rồi gửi lại y nguyên."))


def _keep(session: Session, who: Caller, name: str, status: int, body: bytes) -> None:
    session.execute(
        update(ApiIdempotency)
        .where(ApiIdempotency.api_key_id == who.key.id, ApiIdempotency.key == name)
        .values(status=status, body=_seal(who, name, body))
        .execution_options(synchronize_session=False)
    )


def _free(session: Session, who: Caller, name: str) -> None:
    session.execute(
        delete(ApiIdempotency).where(
            ApiIdempotency.api_key_id == who.key.id, ApiIdempotency.key == name, ApiIdempotency.status.is_(None)
        )
    )
    session.commit()


def _cipher(who: Caller) -> AESGCM:
    """A cipher only the caller can make: the secret has 256 random bits and is not kept here."""
    return AESGCM(hashlib.blake2b(who.secret.encode(), digest_size=32, person=b"hai-long api").digest())


def _seal(who: Caller, name: str, body: bytes) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + _cipher(who).encrypt(nonce, body, name.encode())


def _open(who: Caller, name: str, sealed: bytes) -> bytes:
    return _cipher(who).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], name.encode())


def _respond(body: bytes, status: int) -> Response:
    return current_app.response_class(body, status=status, content_type="application/json")


@hourly
def discard_old_answers(session: Session) -> None:
    """Forget answers after a day."""
    session.execute(delete(ApiIdempotency).where(ApiIdempotency.created_at < now() - KEPT))
    session.commit()
