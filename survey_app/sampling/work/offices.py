"""Post offices and who collects for them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey_app.accounts.models import User
from survey_app.accounts.roles import ASSIGN_WORK, COLLECT
from survey_app.audit.models import Actor
from survey_app.audit.service import record
from survey_app.characters import is_clean
from survey_app.errors import Conflict, NotFound, UserError
from survey_app.geography.models import Unit
from survey_app.sampling.work.holders import office_of
from survey_app.sampling.work.models import OfficeMember, PostOffice

LONGEST_CODE = 20
LONGEST_NAME = 200


def add_office(session: Session, *, code: str, name: str, unit: Unit, actor: Actor) -> PostOffice:
    """Add a post office that works in a unit.

    Raises
    ------
    UserError, Conflict
        The code or the name cannot be used; the code is taken.
    """
    code, name = code.strip().upper(), " ".join(name.split())
    if not re.fullmatch(rf"[A-Z0-9][A-Z0-9._-]{{0,{LONGEST_CODE - 1}}}", code):
        raise UserError(
            _("Mã bưu điện gồm chữ không dấu, chữ số, dấu chấm hoặc gạch, không quá 20 ký tự, ví dụ BD-RG.")
        )
    if not any(letter.isalpha() for letter in name) or len(name) > LONGEST_NAME or not is_clean(name):
        raise UserError(_("Tên bưu điện cần có chữ, không quá 200 ký tự và không có ký tự ẩn. Xin gõ lại."))
    office = PostOffice(code=code, name=name, unit_id=unit.id, unit=unit)
    session.add(office)
    try:
        session.flush()
    except IntegrityError as error:
        session.rollback()
        raise Conflict(_("Đã có bưu điện mang mã %(code)s. Xin chọn mã khác.", code=code)) from error
    record(session, actor, "office.add", f"office:{code}", name=name, unit=unit.code)
    return office


def add_member(session: Session, office: PostOffice, user: User, *, actor: Actor) -> None:
    """Make a person a collector of an office.

    Raises
    ------
    UserError, Conflict
        The person does not collect, or belongs to an office already.
    """
    if not any(COLLECT in grant.permissions for grant in user.grants):
        raise UserError(
            _("%(email)s chưa có vai trò điều tra viên. Xin quản trị giao vai trò trước.", email=user.email)
        )
    present = office_of(session, user.id)
    if present is not None:
        raise Conflict(_("%(email)s đã thuộc %(office)s.", email=user.email, office=present.name))
    session.add(OfficeMember(user_id=user.id, office_id=office.id))
    try:
        session.flush()
    except IntegrityError as error:
        session.rollback()
        raise Conflict(_("%(email)s vừa được đưa vào một bưu điện. Xin tải lại trang.", email=user.email)) from error
    record(session, actor, "office.member.add", f"office:{office.code}", user=user.id)


def remove_member(session: Session, office: PostOffice, user: User, *, actor: Actor) -> None:
    """End a person's membership; the cases in their hands stay there.

    Raises
    ------
    NotFound
        They are no member.
    """
    done = session.execute(
        delete(OfficeMember).where(OfficeMember.user_id == user.id, OfficeMember.office_id == office.id)
    )
    if not done.rowcount:  # type: ignore[attr-defined]  # a delete or an update has it
        raise NotFound(_("%(email)s không thuộc %(office)s.", email=user.email, office=office.name))
    record(session, actor, "office.member.remove", f"office:{office.code}", user=user.id)


def members_of(session: Session) -> dict[int, list[User]]:
    """The members of every office, by name."""
    found: dict[int, list[User]] = {}
    query = select(OfficeMember.office_id, User).join(User, OfficeMember.user_id == User.id)
    for office_id, user in session.execute(query.order_by(User.name, User.email)):
        found.setdefault(office_id, []).append(user)
    return found


def all_offices(session: Session) -> Sequence[PostOffice]:
    """Every post office, by code."""
    return session.scalars(select(PostOffice).order_by(PostOffice.code)).all()


def may_manage(user: User, unit: Unit) -> bool:
    """Whether a person gives out work where an office of this unit would do it, in any sector."""
    return any(
        ASSIGN_WORK in grant.permissions and (grant.unit is None or unit.lies_in(grant.unit)) for grant in user.grants
    )
