"""The verbs of batches: issue forms, hand them to an office or a person, tie them to drawn cases."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

from flask_babel import gettext as _
from sqlalchemy import Select, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey_app.audit.models import Actor
from survey_app.audit.service import record
from survey_app.collection.paper.models import LIVE, PaperBatch, PaperForm, PaperSeries
from survey_app.collection.paper.serials import LARGEST_NUMBER, series_from, write_serial
from survey_app.collection.submission import check_language
from survey_app.database import by_number, now
from survey_app.errors import Conflict, NotFound, UserError
from survey_app.geography.models import Unit
from survey_app.sampling.queries import drawn_units
from survey_app.sampling.work.area import Area
from survey_app.sampling.work.holders import Holder
from survey_app.sampling.work.queries import CaseFilter, CaseLine, find_line, list_by_road
from survey_app.surveys.models import Survey

#: More forms would take minutes to print.
LARGEST_BATCH = 500


def issue_batch(
    session: Session,
    area: Area,
    *,
    unit_code: str,
    count: int,
    language: str = "vi",
    large: bool = False,
    actor: Actor,
) -> PaperBatch:
    """Give serials to forms of a drawn place; their ids, and so those of their answers, are fixed here.

    Raises
    ------
    Conflict, NotFound, UserError
        The survey has no sample yet or is over; no such place in the sample and the area; too many or no forms.
    """
    survey = area.survey
    if not 1 <= count <= LARGEST_BATCH:
        raise UserError(
            _("Mỗi lô có từ 1 đến %(limit)s phiếu. Xin ghi lại số phiếu, hoặc chia làm nhiều lô.", limit=LARGEST_BATCH)
        )
    check_language(language)
    session.refresh(survey, with_for_update={"of": Survey, "read": True})
    if survey.state not in ("sampled", "collecting"):
        raise Conflict(_("Chỉ in phiếu khi đợt đã bốc mẫu và chưa đóng."))
    unit = _drawn_unit(session, area, unit_code)
    series = _hold_series(session, survey)
    first, last = series.last_number + 1, series.last_number + count
    if last > LARGEST_NUMBER:
        raise Conflict(_("Đợt này đã dùng hết số phiếu. Xin lập đợt khác."))
    series.last_number = last
    batch = PaperBatch(
        survey_id=survey.id, survey=survey, unit_id=unit.id, unit=unit, language=language, large=large,
        first=first, last=last, issued_by=actor.label,
    )  # fmt: skip
    session.add(batch)
    session.flush()
    session.execute(
        insert(PaperForm),
        [
            {"id": uuid4(), "batch_id": batch.id, "number": number, "serial": write_serial(series.code, number)}
            for number in range(first, last + 1)
        ],
    )
    record(session, actor, "paper.issue", f"survey:{survey.slug}", batch=batch.id, unit=unit.code, forms=count)
    return batch


def _drawn_unit(session: Session, area: Area, code: str) -> Unit:
    for entry in drawn_units(session, area.survey):
        if entry.unit.code == code and area.holds(entry.unit):
            return entry.unit
    raise NotFound(
        _("Không có nơi mang mã „%(code)s” trong mẫu thuộc phần việc của Ông/Bà. Xin chọn lại.", code=code[:30])
    )


def series_of(session: Session, survey: Survey) -> str:
    """The code of a survey's serials; empty before its first batch."""
    return session.scalar(select(PaperSeries.code).where(PaperSeries.survey_id == survey.id)) or ""


def _hold_series(session: Session, survey: Survey) -> PaperSeries:
    """The survey's series, locked; made with the first batch, with a letter more where another has its name."""
    query = select(PaperSeries).where(PaperSeries.survey_id == survey.id).with_for_update()
    stem = series_from(survey.slug)
    for extra in ("", *"ABCDEFGHJKMNPQRSTUVWXYZ"):
        known = session.scalar(query.execution_options(populate_existing=True))
        if known is not None:
            return known
        try:
            with session.begin_nested():
                session.add(PaperSeries(survey_id=survey.id, code=stem + extra, last_number=0))
        except IntegrityError:
            continue
    found = session.scalar(query)
    if found is None:
        raise Conflict(_("Không còn tên dãy số phiếu nào giống tên đợt. Xin báo quản trị."))
    return found


def find_batch(session: Session, area: Area, number: int) -> PaperBatch:
    """A batch of an area by its number.

    Raises
    ------
    NotFound
    """
    batch = by_number(session, PaperBatch, number)
    if batch is None or batch.survey_id != area.survey.id or not area.holds(batch.unit):
        raise NotFound(_("Không có lô phiếu số %(number)s trong phần việc của Ông/Bà.", number=str(number)[:12]))
    return batch


def hand_over(session: Session, area: Area, batch: PaperBatch, holder: Holder, *, actor: Actor) -> int:
    """Give a batch to an office or a person; in a survey by cases its forms are tied to the cases they hold there.

    Returns
    -------
    int
        Forms tied to cases now.

    Raises
    ------
    UserError
        The place is out of their reach.
    """
    session.refresh(batch, with_for_update={"of": PaperBatch})
    if not any(batch.unit.lies_in(place) for place in holder.reach(area)):
        raise UserError(
            _(
                "%(place)s nằm ngoài địa bàn của %(name)s. Xin chọn người khác, hoặc mở rộng địa bàn của người này.",
                place=batch.unit.name,
                name=holder.name,
            )
        )
    batch.office_id, batch.collector_id, batch.handed_at = holder.office_id, holder.collector_id, now()
    for form in session.scalars(_untouched(batch).where(PaperForm.case_id.is_not(None))):
        form.case_id = None  # it was for a case in the hands of whoever had the batch before
    session.flush()
    session.refresh(batch)
    tied = _tie_open_cases(session, area, batch, holder)
    record(
        session, actor, "paper.hand_over", f"survey:{batch.survey.slug}", batch=batch.id, holder=holder.key, tied=tied
    )
    return tied


def _untouched(batch: PaperBatch) -> Select[PaperForm]:
    """The forms of a batch of which nothing is known since they were printed, locked."""
    query = select(PaperForm).where(PaperForm.batch_id == batch.id, PaperForm.state == "issued")
    return query.order_by(PaperForm.number).with_for_update()


def _tie_open_cases(session: Session, area: Area, batch: PaperBatch, holder: Holder) -> int:
    """Tie the free forms of a batch to the open cases of its holder in its place that have no form, by road."""
    who = holder.collector or holder.office
    lines = list_by_road(session, area, CaseFilter(unit=batch.unit, holder=who, state="open"), limit=None)
    taken = set(_tied_cases(session, [line.id for line in lines]))
    waiting = iter(line.id for line in lines if line.id not in taken)
    tied = 0
    free = session.scalars(_untouched(batch).where(PaperForm.case_id.is_(None)))
    for form, case_id in zip(free, waiting, strict=False):
        form.case_id = case_id
        tied += 1
    session.flush()
    return tied


def _tied_cases(session: Session, cases: Sequence[int]) -> list[int]:
    query = select(PaperForm.case_id).where(PaperForm.case_id.in_(cases), PaperForm.state.in_(LIVE))
    return [number for number in session.scalars(query) if number is not None]


def tie_form(session: Session, area: Area, form: PaperForm, case_id: int, *, actor: Actor) -> CaseLine:
    """Tie a form to another drawn case of its place, such as the reserve that took its case's place.

    Raises
    ------
    NotFound, UserError, Conflict
        No such case; it is of another place; it has a form, or this one has been keyed.
    """
    session.refresh(form, with_for_update={"of": PaperForm})
    if form.state not in ("issued", "received"):
        raise Conflict(_("Phiếu %(serial)s không còn gắn lại với hồ sơ khác được.", serial=form.serial))
    line = find_line(session, area, case_id)
    if line.unit_code != form.batch.unit.code:
        raise UserError(
            _(
                "Hồ sơ số %(number)s thuộc %(place)s, còn phiếu này in cho %(here)s. Xin kiểm tra lại số hồ sơ.",
                number=case_id,
                place=line.unit_name,
                here=form.batch.unit.name,
            )
        )
    try:
        with session.begin_nested():
            form.case_id = case_id
            session.flush()
    except IntegrityError as error:
        session.refresh(form)
        raise Conflict(_("Hồ sơ số %(number)s đã gắn với một phiếu khác.", number=case_id)) from error
    # Which form goes with which case is no matter of the trail: there it would outlive the closing of the survey.
    record(session, actor, "paper.tie", f"survey:{area.survey.slug}", batch=form.batch_id)
    return line
