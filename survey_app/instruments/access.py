"""Who may see and change a questionnaire: a role reaches the questionnaires of its sector."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_security import current_user
from sqlalchemy import select

from survey_app.accounts.models import User
from survey_app.accounts.roles import EDIT_SURVEYS, PLACE_BOUND, SECTORS, VIEW_SURVEYS
from survey_app.database import db
from survey_app.errors import Forbidden, NotFound
from survey_app.instruments.models import Questionnaire
from survey_app.instruments.queries import find_questionnaire


def sectors_with(permission: str, user: User | None = None) -> frozenset[str]:
    """The sectors for whose questionnaires a person, the signed-in one unless named, holds a permission.

    A questionnaire has no place, so that changing one needs a grant for the whole province.
    """
    grants = [grant for grant in getattr(user or current_user, "grants", ()) if permission in grant.permissions]
    if permission not in PLACE_BOUND:
        grants = [grant for grant in grants if grant.unit is None or grant.unit.parent is None]
    return frozenset(sector for grant in grants for sector in ([grant.sector] if grant.sector else SECTORS))


def open_questionnaire(name: str) -> Questionnaire:
    """The version of this name (``key@version`` or ``key``) for a person who may see it.

    Raises
    ------
    NotFound
        There is none, or this person may not know of it.
    """
    stored = find_questionnaire(db.session, name)
    if stored.sector not in sectors_with(VIEW_SURVEYS):
        raise NotFound(_("Không có bộ phiếu „%(name)s”. Xin xem danh sách bộ phiếu.", name=name[:80]))
    return stored


def may_edit(sector: str, user: User | None = None) -> bool:
    """Whether a person, the signed-in one unless named, may store questionnaires of a sector."""
    return sector in sectors_with(EDIT_SURVEYS, user)


def refuse_foreign_sector(key: str, sector: str, user: User | None = None) -> None:
    """Let nobody store a version of another sector, nor one that succeeds a questionnaire of another sector.

    Raises
    ------
    Forbidden
        This person may not.
    """
    known = db.session.scalars(select(Questionnaire.sector).where(Questionnaire.key == key).distinct())
    for needed in {sector, *known}:
        if not may_edit(needed, user):
            raise Forbidden(
                _(
                    "Tài khoản này không được lưu bộ phiếu của lĩnh vực %(sector)s. Xin đổi „sector” và „key”, hoặc "
                    "nhờ người phụ trách lĩnh vực đó lưu.",
                    sector=SECTORS[needed],
                )
            )
