"""The reviewer's checklist: five lines, each ticked or commented before anybody may approve."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from survey_app.audit.models import Actor
from survey_app.audit.service import record
from survey_app.database import now
from survey_app.errors import Conflict, Forbidden, UserError
from survey_app.publication.models import Publication
from survey_app.publication.queries import find_waiting
from survey_app.reasons import read_reason
from survey_app.surveys.models import Survey

#: Line → what the reviewer says by ticking it.
LINES = {
    "coverage": _l("Phiếu đến từ đủ các nơi đã bốc, hoặc nơi thiếu có lý do chấp nhận được"),
    "response_rate": _l("Tỷ lệ trả lời đủ để tin kết quả"),
    "quality": _l("Các cờ chất lượng đã được xem và xử lý"),
    "withheld": _l("Những ô không công bố là đúng và không suy ngược được"),
    "comparison": _l("Chênh lệch so với đợt trước là hợp lý"),
}


@dataclass(frozen=True)
class Answer:
    """What a reviewer says of one line: it is in order, or what is to be said of it."""

    ok: bool
    comment: str = ""

    @property
    def given(self) -> bool:
        """Whether the line is answered."""
        return self.ok or bool(self.comment.strip())


def lines_left(publication: Publication) -> list[str]:
    """The lines that nobody has answered yet."""
    return [line for line in LINES if line not in publication.review]


def answers_digest(publication: Publication) -> str:
    """What stands for the answers given so far, so that nobody writes over what they did not see."""
    return hashlib.sha256(json.dumps(publication.review, sort_keys=True).encode()).hexdigest()


def review_publication(
    session: Session,
    survey: Survey,
    answers: Mapping[str, Answer],
    *,
    actor: Actor,
    sha256: str | None = None,
    seen: str | None = None,
) -> Publication:
    """Answer lines of the checklist of the version that waits; a line may be answered anew until it is approved.

    Parameters
    ----------
    sha256 : str, optional
        The version the reviewer saw.
    seen : str, optional
        The `answers_digest` of what the reviewer saw.

    Raises
    ------
    UserError
        A line does not exist, or its comment cannot be kept.
    Conflict
        Nothing waits, another version was frozen meanwhile, or somebody else answered lines meanwhile.
    Forbidden
        The same person froze it.
    """
    session.refresh(survey, with_for_update={"of": Survey})
    publication = check_seen(find_waiting(session, survey), sha256)
    if publication.frozen_by == actor.label:
        raise Forbidden(_("Người chốt số liệu không tự rà soát. Xin để một người khác rà soát."))
    if seen is not None and seen != answers_digest(publication):
        raise Conflict(
            _(
                "Người khác vừa sửa bảng rà soát; lời của họ ghi dưới từng dòng. Lời Ông/Bà vừa ghi còn nguyên: xin "
                "xem rồi bấm lưu lần nữa."
            )
        )
    kept = dict(publication.review)
    at = now().isoformat(timespec="seconds")
    for line, answer in answers.items():
        if line not in LINES:
            raise UserError(_("Không có dòng „%(line)s”. Xin dùng: %(lines)s.", line=line[:40], lines=", ".join(LINES)))
        if answer.given:
            comment = read_reason(answer.comment) if answer.comment.strip() else ""
            said = {"ok": answer.ok, "comment": comment}
            if {name: kept.get(line, {}).get(name) for name in said} != said:
                kept[line] = said | {"by": actor.label, "at": at}
        else:
            kept.pop(line, None)
    if kept != publication.review:
        changed = sorted(line for line in LINES if kept.get(line) != publication.review.get(line))
        publication.review = kept
        session.flush()
        record(
            session,
            actor,
            "publication.review",
            f"survey:{survey.slug}",
            number=publication.number,
            lines={line: kept.get(line, {}).get("comment", "") or bool(kept.get(line)) for line in changed},
            left=len(lines_left(publication)),
        )
    return publication


def check_seen(waiting: Publication | None, sha256: str | None) -> Publication:
    """The version that waits, if it is the one that was seen.

    Raises
    ------
    Conflict
        Nothing waits, or another version.
    """
    if waiting is None:
        raise Conflict(_("Không có bản chốt nào đang chờ duyệt."))
    if sha256 is not None and sha256 != waiting.sha256:
        raise Conflict(_("Bản chốt đã được thay bằng bản khác. Xin xem lại trước khi duyệt."))
    return waiting
