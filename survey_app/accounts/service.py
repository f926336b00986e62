"""The verbs of accounts: add a person, grant a role, count failed sign-ins."""

from __future__ import annotations

import secrets
import unicodedata
from datetime import timedelta
from uuid import uuid4

from email_validator import EmailNotValidError, validate_email
from flask_babel import gettext as _
from flask_security import hash_password
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.accounts.models import Grant, Role, User
from survey_app.accounts.roles import PERMISSIONS, SECTORS
from survey_app.audit.models import Actor
from survey_app.audit.service import record
from survey_app.characters import is_clean
from survey_app.database import now
from survey_app.errors import Conflict, NotFound, UserError
from survey_app.geography.queries import find_unit

LOCK_AFTER = 5
LOCK_FOR = timedelta(minutes=15)
MINIMUM_PASSWORD = 10
MAXIMUM_PASSWORD = 1_000


def add_user(
    session: Session,
    email: str,
    *,
    role: str,
    scopes: list[str],
    actor: Actor,
    name: str | None = None,
    password: str | None = None,
) -> tuple[User, str]:
    """Add a person with a role, or give a known person one more role.

    Parameters
    ----------
    scopes : list of str
        ``sector:health``, ``unit:899`` or ``unit:899@tctk-2020``; several of a kind give several grants.
    password : str, optional
        Made at random when absent.

    Returns
    -------
    (User, str)
        The account and its password; the password is empty where the account was there before.
    """
    address = _normal_email(email)
    role_name = role.strip().lower().replace("-", "_").replace(" ", "_")
    if role_name not in PERMISSIONS:
        raise UserError(
            _(
                "Không có vai trò „%(role)s”. Xin dùng một trong: %(roles)s.",
                role=role[:40],
                roles=", ".join(PERMISSIONS),
            )
        )
    if name and not is_clean(name):
        raise UserError(_("Họ tên có ký tự ẩn. Xin gõ lại."))
    user = session.scalar(select(User).where(User.email == address))
    made = ""
    if user is None:
        made = password or secrets.token_urlsafe(12)
        if not MINIMUM_PASSWORD <= len(made) <= MAXIMUM_PASSWORD:
            raise UserError(
                _("Mật khẩu phải có từ %(least)s đến %(most)s ký tự.", least=MINIMUM_PASSWORD, most=MAXIMUM_PASSWORD)
            )
        user = User(
            email=address,
            name=(name or address.split("@")[0])[:200],
            password=hash_password(unicodedata.normalize("NFKC", made)),
            fs_uniquifier=uuid4().hex,
        )
        session.add(user)
        session.flush()
    _grant(session, user, role_name, scopes)
    record(session, actor, "user.grant", f"user:{user.id}", role=role_name, scopes=scopes)
    return user, made


def _normal_email(email: str) -> str:
    try:
        return str(validate_email(email.strip(), check_deliverability=False).normalized).lower()
    except EmailNotValidError as error:
        raise UserError(_("„%(email)s” không phải địa chỉ thư điện tử.", email=email[:80])) from error


def _grant(session: Session, user: User, role_name: str, scopes: list[str]) -> None:
    sectors: list[str | None] = []
    units: list[int | None] = []
    for scope in scopes:
        kind, _colon, value = scope.partition(":")
        if kind == "sector" and value in SECTORS:
            sectors.append(value)
        elif kind == "unit" and value:
            code, _at, system = value.partition("@")
            units.append(find_unit(session, code, code_system=system or None).id)
        else:
            raise UserError(
                _(
                    "Phạm vi „%(scope)s” không đúng. Xin ghi sector:%(sectors)s hoặc unit:MÃ.",
                    scope=scope[:60],
                    sectors="|".join(SECTORS),
                )
            )
    if role_name == "sector_lead" and not sectors:
        raise UserError(_("Vai trò sector_lead cần phạm vi lĩnh vực, ví dụ sector:health."))
    role = session.scalar(select(Role).where(Role.name == role_name))
    if role is None:
        role = Role(name=role_name)
        session.add(role)
        session.flush()
    for sector in sectors or [None]:
        for unit_id in units or [None]:
            if any(
                grant.role_id == role.id and grant.sector == sector and grant.unit_id == unit_id
                for grant in user.grants
            ):
                raise Conflict(_("Người này đã có vai trò và phạm vi đó."))
            user.grants.append(Grant(role_id=role.id, role=role, sector=sector, unit_id=unit_id))
    session.flush()


def find_user(session: Session, email: str) -> User:
    """The account of this address.

    Raises
    ------
    NotFound
        There is none.
    """
    user = session.scalar(select(User).where(User.email == _normal_email(email)))
    if user is None:
        raise NotFound(_("Không có tài khoản „%(email)s”.", email=email[:80]))
    return user


def set_active(session: Session, user: User, active: bool, *, actor: Actor) -> None:
    """Shut an account or open it again; shutting ends its sessions at once.

    Raises
    ------
    Conflict
        A person would shut the account they are signed in with.
    """
    if not active and user.id == actor.user_id:
        raise Conflict(_("Ông/Bà không tự ngừng tài khoản đang dùng được."))
    user.active = active
    user.fs_uniquifier = uuid4().hex
    record(session, actor, "user.active" if active else "user.inactive", f"user:{user.id}")


def renew_password(session: Session, user: User, *, actor: Actor) -> str:
    """Give a new random password, shown once; sessions and a lock of the old one end."""
    made = secrets.token_urlsafe(12)
    user.password = hash_password(made)
    user.fs_uniquifier = uuid4().hex
    user.failed_sign_ins, user.locked_until = 0, None
    record(session, actor, "user.password", f"user:{user.id}")
    return made


def is_locked(user: User) -> bool:
    """Whether sign-in is refused for now after too many failures."""
    return user.locked_until is not None and user.locked_until > now()


def note_failed_sign_in(session: Session, user: User) -> None:
    """Count a failure; the fifth in a row locks the account for 15 minutes. Committed at once."""
    session.refresh(user, with_for_update={"of": User})
    user.failed_sign_ins += 1
    if user.failed_sign_ins >= LOCK_AFTER:
        user.locked_until = now() + LOCK_FOR
        user.failed_sign_ins = 0
        record(session, Actor(user.id, user.email), "user.locked", f"user:{user.id}")
    session.commit()


def note_sign_in(session: Session, user: User) -> None:
    """A good sign-in ends the count."""
    user.failed_sign_ins = 0
    user.locked_until = None
    record(session, Actor(user.id, user.email), "user.signed_in", f"user:{user.id}")
