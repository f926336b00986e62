"""The verbs of keys: issue one, revoke one, count a request, and tell whose key a text is."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from flask_babel import gettext as _
from sqlalchemy import case, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey_app.accounts.guards import holds
from survey_app.accounts.models import User
from survey_app.accounts.roles import COLLECT, SECTORS
from survey_app.api.models import ApiKey, ApiKeyScope, ApiKeySurvey
from survey_app.api.scopes import OPENROSA, SCOPES
from survey_app.audit.models import Actor
from survey_app.audit.service import record
from survey_app.characters import is_clean
from survey_app.database import may_write, now
from survey_app.errors import Conflict, NotFound, UserError
from survey_app.geography.queries import find_unit
from survey_app.i18n import PROVINCE_TIME, today
from survey_app.surveys.queries import find_survey

MARK = "hl"
SECRET_BYTES = 32
DEFAULT_PER_MINUTE = 120
#: A phone that was a week without network sends all its forms at once.
PER_MINUTE_OF_PHONES = 600
MOST_PER_MINUTE = 100_000
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"


@dataclass(frozen=True)
class Reach:
    """Where a key ends; nothing given: it reaches everywhere."""

    sector: str | None = None
    unit: str | None = None
    surveys: Sequence[str] = field(default=())


def issue_key(
    session: Session,
    name: str,
    scopes: Sequence[str],
    *,
    actor: Actor,
    reach: Reach | None = None,
    user: User | None = None,
    expires_on: date | None = None,
    per_minute: int | None = None,
) -> tuple[ApiKey, str]:
    """Make a key; its text is given now and never again.

    Parameters
    ----------
    user : User, optional
        The collector whose app password it becomes; needed for ``openrosa`` and for nothing else.
    expires_on : date, optional
        The last day on which it opens.

    Raises
    ------
    UserError, Conflict, NotFound
        The name is missing or taken, a scope or a limit is unknown, the day is past, no collector is named.
    """
    reach = reach or Reach()
    if per_minute is None:
        per_minute = PER_MINUTE_OF_PHONES if OPENROSA in scopes else DEFAULT_PER_MINUTE
    name = " ".join(name.split())
    wanted = sorted(set(scopes))
    _check(name, wanted, reach, user, expires_on, per_minute)
    prefix = "".join(secrets.choice(_LETTERS) for _place in range(8))
    text = f"{MARK}_{prefix}_{secrets.token_urlsafe(SECRET_BYTES)}"
    key = ApiKey(
        name=name,
        prefix=prefix,
        sha256=_hash(text),
        user_id=user.id if user else None,
        sector=reach.sector or None,
        unit_id=find_unit(session, reach.unit).id if reach.unit else None,
        per_minute=per_minute,
        created_by=actor.label,
        expires_at=_end_of(expires_on) if expires_on else None,
        granted=[ApiKeyScope(scope=scope) for scope in wanted],
        limits=[ApiKeySurvey(survey=find_survey(session, slug)) for slug in sorted(set(reach.surveys))],
    )
    try:
        with session.begin_nested():
            session.add(key)
    except IntegrityError as error:
        raise Conflict(_("Đã có khóa tên „%(name)s”. Xin đặt tên khác.", name=name)) from error
    record(session, actor, "api_key.add", f"api_key:{prefix}", scopes=wanted, surveys=key.survey_slugs)
    return key, text


def _check(
    name: str, scopes: list[str], reach: Reach, user: User | None, expires_on: date | None, per_minute: int
) -> None:
    if not name or len(name) > 100 or not is_clean(name):
        raise UserError(_("Xin ghi tên khóa, từ 1 đến 100 ký tự, ví dụ „Một cửa điện tử tỉnh”."))
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if unknown or not scopes:
        raise UserError(_("Xin chọn ít nhất một quyền trong: %(scopes)s.", scopes=", ".join(SCOPES)))
    if OPENROSA in scopes and (len(scopes) > 1 or user is None):
        raise UserError(_("Quyền openrosa là mật khẩu ứng dụng của một điều tra viên: xin chọn riêng, kèm tài khoản."))
    if user is not None and OPENROSA not in scopes:
        raise UserError(_("Chỉ mật khẩu ứng dụng (quyền openrosa) mới gắn với một tài khoản."))
    if user is not None and not (user.active and holds(user, COLLECT)):
        raise UserError(_("Tài khoản „%(email)s” không thu phiếu được nên không có mật khẩu ODK.", email=user.email))
    if reach.sector and reach.sector not in SECTORS:
        raise UserError(_("Lĩnh vực không dùng được. Xin dùng một trong: %(sectors)s.", sectors=", ".join(SECTORS)))
    if expires_on is not None and expires_on < today():
        raise UserError(_("Ngày hết hạn đã qua. Xin chọn hôm nay hoặc một ngày sau."))
    if not 1 <= per_minute <= MOST_PER_MINUTE:
        raise UserError(_("Số yêu cầu mỗi phút phải từ 1 đến %(limit)s.", limit=MOST_PER_MINUTE))


def revoke_key(session: Session, key: ApiKey, *, actor: Actor) -> None:
    """End a key for good; requests with it are refused from now on."""
    if key.revoked_at is None:
        key.revoked_at, key.revoked_by = now(), actor.label
        record(session, actor, "api_key.revoke", f"api_key:{key.prefix}")


def find_key(session: Session, name: str) -> ApiKey:
    """The key of this name or prefix.

    Raises
    ------
    NotFound
        There is none.
    """
    key = session.scalar(select(ApiKey).where(or_(ApiKey.prefix == name, ApiKey.name == name)))
    if key is None:
        raise NotFound(_("Không có khóa „%(name)s”. Xin xem danh sách khóa.", name=name[:100]))
    return key


def all_keys(session: Session) -> Sequence[ApiKey]:
    """Every key, those that open first, the newest first."""
    return session.scalars(
        select(ApiKey).order_by(ApiKey.revoked_at.is_not(None), ApiKey.created_at.desc(), ApiKey.id.desc())
    ).all()


def key_of_text(session: Session, text: str) -> ApiKey | None:
    """The key whose text this is, if it opens now."""
    parts = text.split("_", 2)
    if len(parts) != 3 or parts[0] != MARK or not text.isascii() or len(text) > 80:
        return None
    key = session.scalar(select(ApiKey).where(ApiKey.prefix == parts[1]))
    if key is None or not hmac.compare_digest(key.sha256, _hash(text)) or key.state != "active":
        return None
    return key


def count_request(session: Session, key: ApiKey) -> bool:
    """Count a request of a key in the present minute; False, and nothing counted, when the minute is full.

    One UPDATE in a transaction of its own: however many processes serve, the count is one.
    """
    minute = int(now().timestamp() // 60)
    same = ApiKey.minute == minute
    session.rollback()  # a reader does not become a writer; and the lock must not last as long as the request
    token = may_write.set(True)
    try:
        counted = session.execute(
            update(ApiKey)
            .where(ApiKey.id == key.id, ApiKey.revoked_at.is_(None), or_(~same, ApiKey.calls < ApiKey.per_minute))
            .values(minute=minute, calls=case((same, ApiKey.calls + 1), else_=1), last_used_at=now())
            .execution_options(synchronize_session=False)
        )
        session.commit()
    finally:
        may_write.reset(token)
    return counted.rowcount == 1  # type: ignore[attr-defined]  # an UPDATE gives a cursor's result


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=PROVINCE_TIME)
