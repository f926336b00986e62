"""Reading draws."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from survey_app.errors import NotFound
from survey_app.geography.models import Unit
from survey_app.sampling.listing.models import ListedUnit
from survey_app.sampling.models import Draw, FrameUnit, RedrawRequest
from survey_app.surveys.models import Survey


def find_draw(session: Session, survey: Survey) -> Draw:
    """The draw in force, with its units.

    Raises
    ------
    NotFound
        Nothing has been drawn yet.
    """
    draw = session.scalar(
        select(Draw).where(Draw.survey_id == survey.id, Draw.in_force).options(selectinload(Draw.units))
    )
    if draw is None:
        raise NotFound(_("Đợt khảo sát „%(slug)s” chưa bốc mẫu.", slug=survey.slug))
    return draw


def all_draws(session: Session, survey: Survey) -> Sequence[Draw]:
    """Every draw of a survey, the last first."""
    return session.scalars(select(Draw).where(Draw.survey_id == survey.id).order_by(Draw.number.desc())).all()


def drawn_units(session: Session, survey: Survey) -> Sequence[FrameUnit]:
    """The communes drawn, in the order of the frame; empty before the draw."""
    return session.scalars(
        select(FrameUnit)
        .join(Draw)
        .where(Draw.survey_id == survey.id, Draw.in_force, FrameUnit.drawn)
        .order_by(FrameUnit.position)
    ).all()


def digest_frame(session: Session, survey: Survey) -> str:
    """A digest of all places of the draw in force: their part in it, their lists and their names."""
    columns = (*FrameUnit.__table__.c, Unit.code, Unit.name, Unit.kind, Unit.path, ListedUnit.attributes)
    places = session.execute(
        select(*columns)
        .join(Draw, FrameUnit.draw_id == Draw.id)
        .join(Unit, FrameUnit.unit_id == Unit.id)
        .join(ListedUnit, (ListedUnit.unit_id == Unit.id) & (ListedUnit.survey_id == survey.id), isouter=True)
        .where(Draw.survey_id == survey.id, Draw.in_force)
        .order_by(FrameUnit.position)
    )
    top = survey.territory.path
    districts = session.execute(
        select(Unit.code, Unit.name)
        .where(Unit.level == "district", (Unit.path == top) | Unit.path.startswith(top + "/", autoescape=True))
        .order_by(Unit.code)
    )
    text = repr([[tuple(row) for row in rows] for rows in (places, districts)])
    return hashlib.sha256(text.encode()).hexdigest()


def open_redraw_request(session: Session, survey: Survey) -> RedrawRequest | None:
    """The request for another draw that waits for a second person."""
    return session.scalar(
        select(RedrawRequest).where(RedrawRequest.survey_id == survey.id, RedrawRequest.decided_at.is_(None))
    )


def redraw_requests(session: Session, survey: Survey) -> Sequence[RedrawRequest]:
    """Every request for another draw, the last first."""
    return session.scalars(
        select(RedrawRequest).where(RedrawRequest.survey_id == survey.id).order_by(RedrawRequest.id.desc())
    ).all()
