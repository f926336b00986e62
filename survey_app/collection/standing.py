"""What the door has to know of a form's survey, place and number: one statement, compiled once."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple, Protocol, cast
from uuid import UUID

from sqlalchemy import Engine, and_, bindparam, exists, literal_column, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from survey_app.collection.models import Quota, Response
from survey_app.geography.models import LEVELS, Unit
from survey_app.instruments.models import Questionnaire
from survey_app.prepared_query import PreparedQuery, PreparedWrite, prepared
from survey_app.sampling.models import Draw, FrameUnit
from survey_app.surveys.models import Survey


class HasSlug(Protocol):
    """A survey, as far as the door needs it to find the rest."""

    @property
    def slug(self) -> str:
        """Its name in addresses."""
        ...


class OfSurvey(HasSlug, Protocol):
    """What the door's checks look at of a survey."""

    @property
    def id(self) -> int:
        """Its number."""
        ...

    @property
    def starts_on(self) -> date:
        """Its first day."""
        ...

    @property
    def ends_on(self) -> date:
        """Its last day."""
        ...


class Standing(NamedTuple):
    """How things stand for a form at the moment its transaction began.

    Attributes
    ----------
    id, slug, starts_on, ends_on
        Of the survey.
    state : str
        Of the survey, held until the transaction ends, so that closing waits for the answers on their way in.
    frame_unit_id, unit_id, unit_path
        Of the drawn place; None where no place of this code was drawn.
    known : str or None
        The hash of the response that has the form's number already.
    """

    id: int
    slug: str
    state: str
    starts_on: date
    ends_on: date
    questionnaire_id: int
    questionnaire: str
    frame_unit_id: int | None
    unit_id: int | None
    unit_path: str | None
    has_quotas: bool
    known: str | None


_SURVEY, _UNIT, _FRAME, _DRAW = (model.__table__ for model in (Survey, Unit, FrameUnit, Draw))
_TERRITORY = _UNIT.alias("territory")
_KNOWN = Response.__table__.alias("known")
_STANDING = (
    select(
        _SURVEY.c.id,
        _SURVEY.c.slug,
        _SURVEY.c.state,
        _SURVEY.c.starts_on,
        _SURVEY.c.ends_on,
        _SURVEY.c.questionnaire_id,
        Questionnaire.__table__.c.content_hash.label("questionnaire"),
        _FRAME.c.id.label("frame_unit_id"),
        _FRAME.c.unit_id,
        _UNIT.c.path.label("unit_path"),
        exists().where(Quota.survey_id == _SURVEY.c.id).label("has_quotas"),
        _KNOWN.c.sha256.label("known"),
    )
    .select_from(
        _SURVEY.join(Questionnaire.__table__, Questionnaire.__table__.c.id == _SURVEY.c.questionnaire_id)
        .join(_TERRITORY, _TERRITORY.c.id == _SURVEY.c.territory_id)
        .outerjoin(_DRAW, and_(_DRAW.c.survey_id == _SURVEY.c.id, _DRAW.c.in_force))
        .outerjoin(
            _UNIT,
            and_(
                _UNIT.c.code_system == _TERRITORY.c.code_system,
                _UNIT.c.level.in_([literal_column(f"'{level}'") for level in LEVELS]),
                _UNIT.c.code == bindparam("code"),
            ),
        )
        .outerjoin(_FRAME, and_(_FRAME.c.draw_id == _DRAW.c.id, _FRAME.c.unit_id == _UNIT.c.id, _FRAME.c.drawn))
        .outerjoin(_KNOWN, _KNOWN.c.id == bindparam("response_id", type_=_KNOWN.c.id.type))
    )
    .where(_SURVEY.c.slug == bindparam("slug"))
    .order_by(_FRAME.c.id.is_(None))  # a district may have the code of a drawn commune
    .with_for_update(read=True, of=_SURVEY)
)


def read_standing(session: Session, slug: str, unit_code: str, response_id: UUID) -> Standing | None:
    """How things stand, read within the transaction of the session; None where there is no such survey."""
    query = prepared(session, "standing", lambda engine: PreparedQuery(engine, _STANDING))
    return cast(Standing | None, query.first_in(session, slug=slug, code=unit_code, response_id=response_id))


def insert_response(session: Session, **values: object) -> bool:
    """Write a response; False where its number, or its case, has one already."""
    write = prepared(session, "insert response", _prepare_insert)
    return write.run(session, **values) == 1


def _prepare_insert(engine: Engine) -> PreparedWrite:
    insert = postgresql_insert if engine.dialect.name == "postgresql" else sqlite_insert
    return PreparedWrite(engine, insert(Response).on_conflict_do_nothing())
