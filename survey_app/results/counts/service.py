"""The verbs of published tables: enter one, take one away."""

from __future__ import annotations

import hashlib

from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey_app.audit.models import Actor
from survey_app.audit.service import record
from survey_app.errors import Conflict, UserError
from survey_app.geography.queries import find_unit
from survey_app.reasons import read_reason
from survey_app.results.counts.definition import CountsDefinition, Row
from survey_app.results.counts.models import CountedRow, CountedSurvey
from survey_app.results.counts.queries import counted_of


def enter_counts(session: Session, definition: CountsDefinition, *, actor: Actor) -> tuple[CountedSurvey, bool]:
    """Store a published table; the same table entered again is found and nothing changes.

    Returns
    -------
    CountedSurvey
    bool
        Whether it is new.

    Raises
    ------
    Conflict
        Another table has this short name.
    NotFound, UserError
        No such territory, or it is a commune.
    """
    sha256 = hashlib.sha256(definition.model_dump_json().encode()).hexdigest()
    territory = find_unit(session, definition.territory.code, code_system=definition.territory.code_system)
    if territory.level not in ("province", "district"):
        raise UserError(_("Địa bàn phải là tỉnh hoặc huyện."))
    before = counted_of(session, definition.slug)
    if before is not None:
        if before.sha256 == sha256:
            return before, False
        raise _taken(definition.slug)
    sample, target, note = definition.sample, definition.target, definition.note
    survey = CountedSurvey(
        slug=definition.slug,
        title_vi=definition.title.vi,
        title_en=definition.title.en,
        sector=definition.sector,
        territory=territory,
        starts_on=definition.period.starts_on,
        ends_on=definition.period.ends_on,
        source=definition.source,
        selection=sample.selection,
        unit_level=sample.level,
        units_drawn=sample.drawn,
        units_all=sample.of,
        design_effect=sample.design_effect,
        correlation=sample.correlation,
        clustering_source=sample.source,
        decimals=definition.decimals,
        target_rate=target.rate,
        target_operator=target.operator,
        target_basis=target.basis,
        confidence_level=definition.confidence_level,
        note_vi=note.vi if note else "",
        note_en=note.en if note else "",
        sha256=sha256,
        entered_by=actor.label,
        rows=[_store(position, row) for position, row in enumerate(definition.rows, start=1)],
    )
    session.add(survey)
    try:
        session.flush()
    except IntegrityError as error:
        session.rollback()
        raise _taken(definition.slug) from error
    record(
        session,
        actor,
        "counts.enter",
        f"counts:{survey.slug}",
        rows=len(survey.rows),
        forms=survey.forms,
        sha256=sha256,
    )
    return survey, True


def _taken(slug: str) -> Conflict:
    return Conflict(
        _("Đã có bảng số khác mang tên ngắn „%(slug)s”. Xin chọn tên khác, hoặc bỏ bảng cũ trước.", slug=slug)
    )


def _store(position: int, row: Row) -> CountedRow:
    counts, percent = row.counts, row.percent
    return CountedRow(
        position=position,
        label_vi=row.label.vi,
        label_en=row.label.en,
        n=row.forms,
        satisfied=counts.satisfied if counts else None,
        neutral=counts.neutral if counts else None,
        dissatisfied=counts.dissatisfied if counts else None,
        percent_satisfied=float(percent.satisfied) if percent else None,
        percent_neutral=float(percent.neutral) if percent and percent.neutral is not None else None,
        percent_dissatisfied=float(percent.dissatisfied) if percent and percent.dissatisfied is not None else None,
        of=row.of,
        by=row.by,
        value=row.value,
    )


def remove_counts(session: Session, survey: CountedSurvey, *, reason: str, actor: Actor) -> None:
    """Take a published table away, with the reason for the trail.

    Raises
    ------
    UserError
        No reason was written, or it holds contact data.
    """
    words = read_reason(reason)
    record(session, actor, "counts.remove", f"counts:{survey.slug}", reason=words, sha256=survey.sha256)
    session.delete(survey)
    session.flush()
