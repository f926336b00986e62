"""In whose name a command acts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.accounts.guards import holds, may
from survey_app.accounts.models import User
from survey_app.audit.models import Actor
from survey_app.command_line import operator
from survey_app.errors import Forbidden, NotFound

if TYPE_CHECKING:
    from survey_app.geography.models import Unit


def find_person(session: Session, email: str) -> User:
    """The active account of an address.

    Raises
    ------
    NotFound
        There is none.
    """
    user = session.scalar(select(User).where(User.email == email.strip().lower(), User.active))
    if user is None:
        raise NotFound(_("Không có tài khoản „%(email)s”.", email=email[:80]))
    return user


def acting_as(session: Session, email: str, permission: str, *, sector: str, territory: Unit) -> Actor:
    """The person of an address, who holds a permission for something of a sector in a territory.

    Raises
    ------
    NotFound, Forbidden
        No such account, or it does not hold the permission.
    """
    user = find_person(session, email)
    if not may(user, permission, sector=sector, territory=territory):
        raise Forbidden(_("Tài khoản „%(email)s” không có quyền này.", email=email[:80]))
    return Actor(user.id, user.email)


def acting_anywhere(session: Session, email: str | None, permission: str) -> Actor:
    """Who acts at the command line on what belongs to no survey: who holds the permission anywhere, or the operator.

    Raises
    ------
    NotFound, Forbidden
        No such account, or it does not hold the permission.
    """
    if email is None:
        return operator()
    user = find_person(session, email)
    if not holds(user, permission):
        raise Forbidden(_("Tài khoản „%(email)s” không có quyền này.", email=email[:80]))
    return Actor(user.id, user.email)
