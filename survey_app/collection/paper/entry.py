"""The verbs of double entry: two people key a form blind of each other, a third decides where they differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey_app.audit.models import Actor
from survey_app.audit.service import record
from survey_app.collection.paper.comparing import Comparison, compare, is_same
from survey_app.collection.paper.models import PaperDecision, PaperEntry, PaperForm
from survey_app.collection.paper.reading import UNCLEAR, Reading, read_typed
from survey_app.collection.service import accept_response
from survey_app.collection.submission import DisputedResponse, Submission
from survey_app.database import now
from survey_app.errors import Conflict, Forbidden, UserError
from survey_app.instruments.queries import instrument_of
from survey_app.sampling.work.queries import has_cases, holder_of
from survey_app.surveys.models import Survey

LONGEST_SECONDS = 3600.0


class TypedRefused(UserError):
    """Something typed stands for no answer; each says why."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(_("Chưa lưu: có câu gõ chưa đúng. Những gì đã gõ vẫn còn; xin sửa rồi lưu lại."))
        self.problems = dict(problems)

    def in_full(self) -> str:
        """The sentence with every problem, for the command line."""
        return " ".join([self.message, *(f"{key}: {reason}" for key, reason in self.problems.items())])


@dataclass(frozen=True)
class Keyed:
    """What came of a pass: the state of the form, and answers that did not count as they lie off the path."""

    state: str
    passes: int
    off_path: list[str] = field(default_factory=list)
    refusal: str | None = None


def check_may_key(session: Session, form: PaperForm, keyer_id: int) -> None:
    """Refuse a form that this person may not key now.

    Raises
    ------
    Conflict, Forbidden
        The survey is not open; the form is not in hand, is not tied to the case it is for, or has been keyed by this
        person, or twice.
    """
    survey = form.batch.survey
    if survey.state != "collecting":
        raise Conflict(_("Đợt khảo sát này không nhận phiếu lúc này nên chưa nhập được."))
    if form.state == "issued":
        raise Conflict(_("Phiếu %(serial)s chưa ghi là đã thu về. Xin ghi nhận phiếu rồi nhập.", serial=form.serial))
    if form.state in ("returned", "lost", "void"):
        raise Conflict(_("Phiếu %(serial)s đã ghi là mất, trả lại hoặc bỏ. Xin báo điều phối.", serial=form.serial))
    keyers = session.scalars(select(PaperEntry.keyer_id).where(PaperEntry.form_id == form.id)).all()
    if keyer_id in keyers:
        raise Forbidden(_("Ông/Bà đã nhập phiếu %(serial)s. Lần thứ hai phải là người khác.", serial=form.serial))
    if form.state != "received" or len(keyers) >= 2:
        raise Conflict(_("Phiếu %(serial)s đã nhập đủ hai lần. Xin nhập phiếu khác.", serial=form.serial))
    if form.case_id is None and has_cases(session, survey.id):
        raise Conflict(
            _(
                "Phiếu %(serial)s chưa gắn với hồ sơ nào trong mẫu. Xin điều phối gắn số hồ sơ rồi nhập.",
                serial=form.serial,
            )
        )


def key_form(
    session: Session, form: PaperForm, typed: Mapping[str, str], *, keyer_id: int, seconds: float, actor: Actor
) -> Keyed:
    """Keep one person's reading of a form. When it is the second and both agree, the form enters the system.

    Raises
    ------
    TypedRefused
        With what is wrong, item by item.
    Conflict, Forbidden
        As `check_may_key`.
    """
    hold_form(session, form)
    check_may_key(session, form, keyer_id)
    instrument = instrument_of(session, form.batch.survey.questionnaire_id)
    reading = read_typed(instrument, typed, language=form.batch.language)
    if reading.problems:
        raise TypedRefused(reading.problems)
    passes = add_entry(session, form, reading, keyer_id=keyer_id, seconds=seconds)
    record(session, actor, "paper.key", f"survey:{form.batch.survey.slug}", batch=form.batch_id)
    if passes == 2:
        _settle(session, form)
    return Keyed(form.state, passes, reading.off_path, form.refusal)


def add_entry(session: Session, form: PaperForm, reading: Reading, *, keyer_id: int | None, seconds: float) -> int:
    """Store a reading and give the number of its pass.

    Raises
    ------
    Conflict
        Somebody else was faster.
    """
    present = session.scalars(select(PaperEntry.pass_number).where(PaperEntry.form_id == form.id)).all()
    entry = PaperEntry(
        form_id=form.id, keyer_id=keyer_id, pass_number=len(present) + 1, answers=reading.answers,
        unclear=reading.unclear, sha256=reading.digest, seconds=round(min(max(seconds, 0.0), LONGEST_SECONDS), 1),
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(entry)
            session.flush()
    except IntegrityError as error:
        raise Conflict(
            _("Phiếu %(serial)s vừa được người khác nhập. Xin nhập phiếu khác.", serial=form.serial)
        ) from error
    return len(present) + 1


def hold_form(session: Session, form: PaperForm) -> None:
    """Lock the survey, as the door does, and then the form."""
    session.scalar(select(Survey.state).where(Survey.id == form.batch.survey_id).with_for_update(read=True))
    session.refresh(form.batch.survey)
    session.refresh(form, with_for_update={"of": PaperForm})


def entries_of(session: Session, form: PaperForm) -> Sequence[PaperEntry]:
    """The readings of a form, the first first."""
    query = select(PaperEntry).where(PaperEntry.form_id == form.id).order_by(PaperEntry.pass_number)
    return session.scalars(query.execution_options(populate_existing=True)).all()


def _settle(session: Session, form: PaperForm) -> None:
    """Both have keyed: count how far they agree, and let the form in where nothing differs."""
    first, second = entries_of(session, form)
    found = compare(instrument_of(session, form.batch.survey.questionnaire_id), first, second)
    for entry in (first, second):
        entry.compared, entry.agreed = found.compared, found.agreed
    form.state, form.changed_at = "keyed", now()
    if not found.differences:
        enter_form(session, form, found.same)
    session.flush()


def enter_form(session: Session, form: PaperForm, answers: Mapping[str, object]) -> None:
    """Send the answers through the one door; a refusal is kept with the form, nothing that was keyed is lost."""
    batch = form.batch
    collector_id = batch.collector_id
    if form.case_id is not None:
        collector_id = holder_of(session, form.case_id) or collector_id
    submission = Submission(
        response_id=form.id, unit_code=batch.unit.code, channel="paper", language=batch.language,
        answers=dict(answers), collector_id=collector_id, case_id=form.case_id,
    )  # fmt: skip
    try:
        accept_response(session, batch.survey, submission)
    except DisputedResponse as error:
        form.state, form.refusal = "disputed", error.message
    except UserError as error:
        form.state, form.refusal = "keyed", error.message
    else:
        form.state, form.refusal = "accepted", None
    form.changed_at = now()
    session.flush()


def compare_form(session: Session, form: PaperForm) -> Comparison:
    """The two readings of a form side by side.

    Raises
    ------
    Conflict
        There are not two, or they are forgotten.
    """
    entries = entries_of(session, form)
    if form.state != "keyed" or len(entries) != 2 or any(entry.answers is None for entry in entries):
        raise Conflict(_("Phiếu %(serial)s không có chỗ khác nào đang chờ quyết định.", serial=form.serial))
    return compare(instrument_of(session, form.batch.survey.questionnaire_id), *entries)


def decide_form(session: Session, form: PaperForm, typed: Mapping[str, str], *, actor: Actor) -> Keyed:
    """Take what a third person reads on the paper wherever the two keyers differ, and let the form in.

    Decided before and refused by the door, it is tried again.

    Raises
    ------
    Forbidden
        The person keyed the form.
    Conflict, TypedRefused
        Nothing waits for a decision; something typed stands for no answer.
    """
    hold_form(session, form)
    entries = entries_of(session, form)
    if actor.user_id is not None and actor.user_id in {entry.keyer_id for entry in entries}:
        raise Forbidden(
            _("Ông/Bà đã nhập phiếu %(serial)s nên không quyết định được. Xin nhờ người thứ ba.", serial=form.serial)
        )
    found = compare_form(session, form)
    keys = {difference.item.key for difference in found.differences}
    reading = read_typed(
        instrument_of(session, form.batch.survey.questionnaire_id),
        {key: text for key, text in typed.items() if key in keys},
        language=form.batch.language,
        known=found.same,
    )
    if reading.problems:
        raise TypedRefused(reading.problems)
    _count_wins(entries, found, reading)
    if found.differences and session.get(PaperDecision, form.id) is None:
        session.add(
            PaperDecision(
                form_id=form.id, first_id=entries[0].keyer_id, second_id=entries[1].keyer_id,
                decider_id=actor.user_id, decided_by=actor.label, items=len(found.differences),
            )
        )  # fmt: skip
    enter_form(session, form, reading.answers)
    slug = form.batch.survey.slug
    record(session, actor, "paper.decide", f"survey:{slug}", batch=form.batch_id, items=len(found.differences))
    return Keyed(form.state, len(entries), reading.off_path, form.refusal)


def _count_wins(entries: Sequence[PaperEntry], found: Comparison, decided: Reading) -> None:
    """Of the differences that are on the path as it was decided: in how many each of the two was right."""
    standing = [one for one in found.differences if one.item.key not in decided.off_path]
    for entry, side in zip(entries, ("first", "second"), strict=True):
        entry.decided = len(standing)
        entry.won = sum(is_same(one.item, getattr(one, side), _told(decided, one.item.key)) for one in standing)


def _told(reading: Reading, key: str) -> object:
    return UNCLEAR if key in reading.unclear else reading.answers.get(key)
