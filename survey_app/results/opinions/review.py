"""Reading an answer before it may be quoted: what tells of a person is cut out, nothing is added."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.audit.models import Actor
from survey_app.audit.service import record
from survey_app.characters import is_clean
from survey_app.database import now
from survey_app.errors import UserError
from survey_app.reasons import CONTACT
from survey_app.results.opinions.models import ReviewedAnswer
from survey_app.surveys.models import Survey

CUT = "[…]"
LONGEST_QUOTATION = 1000
_WORD = re.compile(r"[^\W_]+")
_NAME = re.compile(r"[^\W\d_]+(?:\s+[^\W\d_]+)+")


@dataclass(frozen=True)
class Warnings:
    """What a reviewer should look at before letting an answer be quoted."""

    contact: list[str]
    names: list[str]


def look_for_people(text: str) -> Warnings:
    """Contact data, and words that look like somebody's name: two or more capitals in a row, not at a beginning."""
    contact = [found.group() for found in CONTACT.finditer(text)]
    names = []
    for found in _NAME.finditer(text):
        words = found.group().split()
        run: list[str] = []
        for number, word in enumerate([*words, ""]):
            at_beginning = number == 0 and _begins_sentence(text, found.start())
            if word[:1].isupper() and not at_beginning:
                run.append(word)
                continue
            if len(run) > 1:
                names.append(" ".join(run))
            run = []
    return Warnings(list(dict.fromkeys(contact)), list(dict.fromkeys(names)))


def _begins_sentence(text: str, place: int) -> bool:
    before = text[:place].rstrip()
    return not before or before[-1] in ".!?…\n"


def review_answer(
    session: Session, survey: Survey, *, item: str, mark: str, original: str, text: str, quotable: bool, actor: Actor
) -> ReviewedAnswer:
    """Keep what a reviewer decided about an answer; a later decision takes the place of the earlier one.

    Raises
    ------
    UserError
        Nothing left to quote, contact data left in it, words that the answer does not hold.
    """
    words = unicodedata.normalize("NFC", text).strip() if quotable else ""
    if quotable:
        _check(words, original)
    session.refresh(survey, with_for_update={"of": Survey})  # two decisions at once: the second waits for the first
    kept = session.scalar(
        select(ReviewedAnswer)
        .where(ReviewedAnswer.survey_id == survey.id, ReviewedAnswer.mark == mark)
        .execution_options(populate_existing=True)
    )
    if kept is None:
        kept = ReviewedAnswer(survey_id=survey.id, item=item, mark=mark)
        session.add(kept)
    kept.decision, kept.text = ("quotable" if quotable else "refused"), words
    kept.reviewed_by, kept.reviewed_at = actor.label, now()
    session.flush()
    record(session, actor, "opinion.review", f"survey:{survey.slug}", item=item, mark=mark, decision=kept.decision)
    return kept


def _check(words: str, original: str) -> None:
    if not _WORD.search(words.replace(CUT, "")):
        raise UserError(_("Không còn chữ nào để trích dẫn. Xin giữ lại một phần, hoặc chọn không trích dẫn."))
    if len(words) > LONGEST_QUOTATION:
        raise UserError(_("Câu trích dài quá %(limit)s ký tự. Xin rút ngắn.", limit=LONGEST_QUOTATION))
    if not is_clean(words):
        raise UserError(_("Câu trích có ký tự ẩn. Xin gõ lại."))
    if CONTACT.search(words):
        raise UserError(
            _("Câu trích còn số điện thoại, số giấy tờ hay thư điện tử. Xin thay chỗ ấy bằng %(cut)s.", cut=CUT)
        )
    left = iter(_WORD.findall(unicodedata.normalize("NFC", original).casefold()))
    if not all(word in left for word in _WORD.findall(words.replace(CUT, " ").casefold())):
        raise UserError(
            _(
                "Câu trích chỉ được bỏ bớt chữ của người trả lời, không thêm và không đổi chữ; chỗ bỏ ghi %(cut)s.",
                cut=CUT,
            )
        )


def reviewed_answers(session: Session, survey: Survey) -> dict[str, ReviewedAnswer]:
    """What was decided, by the marks of the answers."""
    query = select(ReviewedAnswer).where(ReviewedAnswer.survey_id == survey.id)
    return {one.mark: one for one in session.scalars(query)}


def quotations(session: Session, survey: Survey) -> list[ReviewedAnswer]:
    """The answers that may be quoted, by question, in an order that tells nothing."""
    query = (
        select(ReviewedAnswer)
        .where(ReviewedAnswer.survey_id == survey.id, ReviewedAnswer.decision == "quotable")
        .order_by(ReviewedAnswer.item, ReviewedAnswer.mark)
    )
    return list(session.scalars(query))
