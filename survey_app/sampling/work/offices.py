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
from survey_app.errors import Conflict, Forbidden, NotFound, UserError
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


def add_member(session: Session, office: PostOffice, user: User, *, actor: Actor, giver: User | None = None) -> None:
    """Make a person a collector of an office.

    Parameters
    ----------
    giver : User, optional
        Who takes them in, if not the operator: only people of their sectors, and only those who collect where the
        office works unless the giver gives out work in the whole province.

    Raises
    ------
    UserError, Forbidden, Conflict
        The person does not collect, is out of the giver's reach, or belongs to an office already.
    """
    if not any(COLLECT in grant.permissions for grant in user.grants):
        raise UserError(
            _("%(email)s chưa có vai trò điều tra viên. Xin quản trị giao vai trò trước.", email=user.email)
        )
    if giver is not None:
        _check_reach(giver, office, user)
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


def remove_member(session: Session, office: PostOffice, user: User, *, actor: Actor, giver: User | None = None) -> None:
    """End a person's membership; the cases in their hands stay there.

    Parameters
    ----------
    giver : User, optional
        Who ends it, if not the operator: only for people of their sectors.

    Raises
    ------
    NotFound
        They are no member, or none that the giver may know of.
    """
    if giver is not None and not shares_sector(giver, user):
        raise _no_member(office, user)
    done = session.execute(
        delete(OfficeMember).where(OfficeMember.user_id == user.id, OfficeMember.office_id == office.id)
    )
    if not done.rowcount:  # type: ignore[attr-defined]  # a delete or an update has it
        raise _no_member(office, user)
    record(session, actor, "office.member.remove", f"office:{office.code}", user=user.id)


def _no_member(office: PostOffice, user: User) -> NotFound:
    return NotFound(_("%(email)s không thuộc %(office)s.", email=user.email, office=office.name))


def _check_reach(giver: User, office: PostOffice, user: User) -> None:
    if not shares_sector(giver, user):
        raise Forbidden(
            _("%(email)s không thu phiếu trong lĩnh vực của Ông/Bà. Xin chọn người khác.", email=user.email)
        )
    own = (grant.unit for grant in user.grants if COLLECT in grant.permissions)
    collects_here = any(unit is None or unit.lies_in(office.unit) or office.unit.lies_in(unit) for unit in own)
    if not collects_here and not _reaches_province(giver, office.unit):
        raise Forbidden(
            _(
                "%(email)s thu phiếu ở địa bàn khác, không ở %(place)s. "
                "Xin người điều phối toàn tỉnh đưa vào, hoặc quản trị giao thêm địa bàn cho người này.",
                email=user.email,
                place=office.unit.name,
            )
        )


def shares_sector(giver: User, collector: User) -> bool:
    """Whether somebody gives out work in a sector in which a person collects."""
    gives = {grant.sector for grant in giver.grants if ASSIGN_WORK in grant.permissions}
    collects = {grant.sector for grant in collector.grants if COLLECT in grant.permissions}
    return None in gives or bool(gives and None in collects) or bool(gives & collects)


def members_of(session: Session, *, seen_by: User | None = None) -> dict[int, list[User]]:
    """The members of every office, by name; those of a person's sectors where one is given."""
    found: dict[int, list[User]] = {}
    query = select(OfficeMember.office_id, User).join(User, OfficeMember.user_id == User.id)
    for office_id, user in session.execute(query.order_by(User.name, User.email)):
        if seen_by is None or shares_sector(seen_by, user):
            found.setdefault(office_id, []).append(user)
    return found


def all_offices(session: Session) -> Sequence[PostOffice]:
    """Every post office, by code."""
    return session.scalars(select(PostOffice).order_by(PostOffice.code)).all()


def _reaches_province(user: User, unit: Unit) -> bool:
    """Whether a person gives out work in all of the province in which a unit lies."""
    return any(
        ASSIGN_WORK in grant.permissions
        and (grant.unit is None or (grant.unit.parent_id is None and unit.lies_in(grant.unit)))
        for grant in user.grants
    )


def may_manage(user: User, unit: Unit) -> bool:
    """Whether a person gives out work where an office of this unit would do it, in any sector."""
    return any(
        ASSIGN_WORK in grant.permissions and (grant.unit is None or unit.lies_in(grant.unit)) for grant in user.grants
    )
