"""The verbs of forms on their way: received, lost, returned unused, void."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from survey_app.audit.models import Actor
from survey_app.audit.service import record
from survey_app.collection.paper.models import PaperBatch, PaperEntry, PaperForm
from survey_app.collection.paper.pictures import forget_pictures
from survey_app.collection.paper.words import STATE_WORDS
from survey_app.database import now
from survey_app.errors import Conflict, NotFound, UserError
from survey_app.reasons import read_reason
from survey_app.sampling.work.area import Area
from survey_app.sampling.work.queries import portions

#: From which states a form may come to each; what is in the system stays there.
FROM = {
    "received": ("issued", "lost", "returned"),
    "lost": ("issued", "received"),
    "returned": ("issued",),
    "void": ("issued", "received", "keyed", "disputed", "returned", "lost"),
}
NEEDS_REASON = ("lost", "void")
VERBS = {"received": "paper.receive", "lost": "paper.lose", "returned": "paper.return", "void": "paper.void"}
SHOWN = 8


@dataclass(frozen=True)
class Moved:
    """How many forms changed, and how many had been recorded so before."""

    changed: int
    before: int


def move_forms(
    session: Session, area: Area, numbers: Sequence[int], to: str, *, actor: Actor, reason: str = ""
) -> Moved:
    """Record what became of forms; all of them or none.

    Parameters
    ----------
    to : {"received", "lost", "returned", "void"}
    reason : str
        Needed for what is lost or void.

    Raises
    ------
    UserError, NotFound, Conflict
        No such step; no reason; a number that was not issued in the area; a form that cannot come to it.
    """
    if to not in FROM:
        raise UserError(_("Không rõ việc cần ghi. Xin chọn thu về, mất, trả lại hoặc bỏ."))
    reason = read_reason(reason) if to in NEEDS_REASON else ""
    forms = _hold_forms(session, area, numbers)
    _check_all_known(numbers, forms)
    stuck = [form for form in forms if form.state not in (*FROM[to], to)]
    if stuck:
        raise Conflict(
            _(
                "Không ghi gì cả: %(forms)s. Xin bỏ các số ấy ra rồi bấm lại.",
                forms="; ".join(f"{form.serial}: {STATE_WORDS[form.state]}" for form in stuck[:SHOWN])
                + ("…" if len(stuck) > SHOWN else ""),
            )
        )
    moving = [form for form in forms if form.state != to]
    for form in moving:
        form.state, form.reason, form.changed_at = to, reason, now()
    if to == "void":
        forget_entries(session, moving)
    session.flush()
    if moving:
        record(session, actor, VERBS[to], f"survey:{area.survey.slug}", forms=len(moving), **_told(moving, reason))
    return Moved(len(moving), len(forms) - len(moving))


def _told(forms: list[PaperForm], reason: str) -> dict[str, object]:
    told: dict[str, object] = {"first": forms[0].number, "last": forms[-1].number}
    return told | ({"reason": reason} if reason else {})


def _hold_forms(session: Session, area: Area, numbers: Sequence[int]) -> list[PaperForm]:
    found: list[PaperForm] = []
    for portion in portions(sorted(set(numbers))):
        query = (
            select(PaperForm)
            .join(PaperBatch)
            .where(PaperBatch.survey_id == area.survey.id, PaperForm.number.in_(portion))
            .order_by(PaperForm.number)
            .with_for_update(of=PaperForm)
            .execution_options(populate_existing=True)
        )
        found += [form for form in session.scalars(query) if area.holds(form.batch.unit)]
    return found


def _check_all_known(numbers: Sequence[int], forms: Sequence[PaperForm]) -> None:
    missing = sorted(set(numbers) - {form.number for form in forms})
    if missing:
        raise NotFound(
            _(
                "Không ghi gì cả: chưa in phiếu số %(numbers)s trong phần việc của Ông/Bà. Xin kiểm tra lại số phiếu.",
                numbers=", ".join(f"{number:06d}" for number in missing[:SHOWN])
                + ("…" if len(missing) > SHOWN else ""),
            )
        )


def forget_entries(session: Session, forms: Sequence[PaperForm]) -> None:
    """Forget what was read from forms, and the pictures of it; the counts of agreement stay."""
    forget_pictures(form.id for form in forms)
    for portion in portions([form.number for form in forms]):
        ids = [form.id for form in forms if form.number in set(portion)]
        session.execute(
            update(PaperEntry)
            .where(PaperEntry.form_id.in_(ids))
            .values(answers=None, unclear=None, sha256=None)
            .execution_options(synchronize_session=False)
        )
    session.expire_all()
