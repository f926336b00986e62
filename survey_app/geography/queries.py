"""Reading units."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from survey_app.characters import is_clean
from survey_app.errors import NotFound, UserError
from survey_app.geography.models import Unit


def find_unit(session: Session, code: str, *, level: str | None = None, code_system: str | None = None) -> Unit:
    """The one unit with this code.

    Raises
    ------
    NotFound
        No such unit.
    UserError
        The code stands in several code systems and none was named.
    """
    query = select(Unit).where(Unit.code == code).order_by(Unit.valid_from.desc())
    if level:
        query = query.where(Unit.level == level)
    if code_system:
        query = query.where(Unit.code_system == code_system)
    units = session.scalars(query).all() if is_clean(code) else []
    if not units:
        raise NotFound(_("Không có đơn vị hành chính mang mã %(code)s.", code=code[:40]))
    systems = sorted({unit.code_system for unit in units})
    if len(systems) > 1:
        raise UserError(
            _(
                "Mã %(code)s có trong nhiều bộ mã: %(systems)s. Xin ghi rõ bộ mã.",
                code=code[:40],
                systems=", ".join(systems),
            )
        )
    return units[0]


def provinces(session: Session) -> Sequence[Unit]:
    """Every province of every code system, newest first."""
    return session.scalars(
        select(Unit).where(Unit.level == "province").order_by(Unit.valid_from.desc(), Unit.sort_key)
    ).all()


def units_below(session: Session, top: Unit, level: str) -> Sequence[Unit]:
    """The units of a level that lie in a unit, in the order of their parent's code and their name."""
    parent = aliased(Unit)
    return session.scalars(
        select(Unit)
        .join(parent, Unit.parent_id == parent.id)
        .where(Unit.level == level, Unit.path.startswith(top.path + "/", autoescape=True))
        .order_by(parent.code, Unit.sort_key)
    ).all()
