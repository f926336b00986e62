"""Who can have cases: a post office, or one of the people who collect."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.accounts.guards import places
from survey_app.accounts.models import Grant, Role, User
from survey_app.accounts.roles import COLLECT, PERMISSIONS
from survey_app.characters import is_clean
from survey_app.errors import Conflict, NotFound, UserError
from survey_app.geography.models import Unit
from survey_app.sampling.work.area import Area
from survey_app.sampling.work.models import OfficeMember, PostOffice
from survey_app.sampling.work.queries import CaseLine

COLLECTING_ROLES = tuple(role for role, permissions in PERMISSIONS.items() if COLLECT in permissions)


@dataclass(frozen=True)
class Holder:
    """A post office, or a collector with the office they belong to, if any."""

    office: PostOffice | None
    collector: User | None

    @property
    def name(self) -> str:
        """The name that people know it by."""
        return self.collector.name if self.collector else self.office.name if self.office else ""

    @property
    def key(self) -> str:
        """What names it in a form and at the command line: the person's address or the office's code."""
        return self.collector.email if self.collector else self.office.code if self.office else ""

    @property
    def office_id(self) -> int | None:
        """The number of the office."""
        return self.office.id if self.office else None

    @property
    def collector_id(self) -> int | None:
        """The number of the collector's account."""
        return self.collector.id if self.collector else None

    def has(self, line: CaseLine) -> bool:
        """Whether a case is in its hands already."""
        return line.assignment_id is not None and (line.collector_id, line.office_id) == (
            self.collector_id,
            self.office_id,
        )

    def reach(self, area: Area) -> list[Unit]:
        """The places of a survey where it may have cases."""
        survey = area.survey
        if self.collector is not None:
            return places(self.collector, COLLECT, sector=survey.questionnaire.sector, territory=survey.territory)
        return [self.office.unit] if self.office else []

    def check_reach(self, area: Area, lines: Iterable[CaseLine]) -> None:
        """Refuse cases where it may not work.

        Raises
        ------
        UserError
            With the communes that are out of its reach.
        """
        reach = [place.path for place in self.reach(area)]
        outside = {
            line.unit_name
            for line in lines
            if not any(line.unit_path == path or line.unit_path.startswith(path + "/") for path in reach)
        }
        if outside:
            names = sorted(outside)
            raise UserError(
                _(
                    "Không giao gì cả: %(places)s nằm ngoài địa bàn của %(name)s. "
                    "Xin chọn người khác, hoặc mở rộng địa bàn của người này.",
                    places=", ".join(names[:5]) + ("…" if len(names) > 5 else ""),
                    name=self.name,
                )
            )


def find_holder(session: Session, text: str, *, receiving: bool = True) -> Holder:
    """The collector of an address, or the office of a code.

    Parameters
    ----------
    receiving : bool
        Whether work goes to them; who no longer collects can still be relieved of theirs.

    Raises
    ------
    UserError, NotFound, Conflict
        Nothing was given; there is none; the account is shut.
    """
    key = text.strip()
    if not key:
        raise UserError(_("Chưa chọn người hoặc bưu điện nhận việc. Xin chọn rồi bấm lại."))
    if "@" in key:
        user = session.scalar(select(User).where(User.email == key.lower())) if is_clean(key) else None
        if user is None or (receiving and not any(COLLECT in grant.permissions for grant in user.grants)):
            raise NotFound(_("Không có điều tra viên „%(email)s”. Xin chọn trong danh sách.", email=key[:80]))
        if receiving and not user.active:
            raise Conflict(_("Tài khoản của %(name)s đã ngừng. Xin chọn người khác.", name=user.name))
        return Holder(office_of(session, user.id), user)
    return Holder(find_office(session, key.upper()), None)


def find_office(session: Session, code: str) -> PostOffice:
    """The post office of a code.

    Raises
    ------
    NotFound
        There is none.
    """
    office = session.scalar(select(PostOffice).where(PostOffice.code == code)) if is_clean(code) else None
    if office is None:
        raise NotFound(_("Không có bưu điện mang mã „%(code)s”.", code=code[:30]))
    return office


def office_of(session: Session, user_id: int) -> PostOffice | None:
    """The post office a person belongs to."""
    query = select(PostOffice).join(OfficeMember, OfficeMember.office_id == PostOffice.id)
    return session.scalar(query.where(OfficeMember.user_id == user_id))


def offices_in(session: Session, area: Area) -> Sequence[PostOffice]:
    """The offices that work in an area, by code."""
    return [one for one in session.scalars(select(PostOffice).order_by(PostOffice.code)) if area.touches(one.unit)]


def collectors_in(session: Session, area: Area) -> list[Holder]:
    """The people who collect in an area, by name; shut accounts are left out."""
    query = (
        select(User)
        .where(
            User.active,
            User.id.in_(select(Grant.user_id).join(Role).where(Role.name.in_(COLLECTING_ROLES))),
        )
        .order_by(User.name, User.email)
    )
    members = select(OfficeMember.user_id, PostOffice).join(PostOffice, OfficeMember.office_id == PostOffice.id)
    member_of: dict[int, PostOffice] = dict(session.execute(members).all())
    people = (Holder(member_of.get(user.id), user) for user in session.scalars(query))
    return [one for one in people if any(area.touches(place) for place in one.reach(area))]
