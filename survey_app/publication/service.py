"""The verbs of publication: freeze, approve by another person, correct by another version, withdraw."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey_app.audit.models import Actor
from survey_app.audit.service import record
from survey_app.collection.queries import count_responses
from survey_app.database import now, read_only
from survey_app.errors import Conflict, Forbidden, UserError
from survey_app.instruments.queries import instrument_of
from survey_app.publication.models import Publication, PublishedFile
from survey_app.publication.public_choice import PublicChoice
from survey_app.publication.queries import find_standing, find_waiting, is_correction
from survey_app.publication.review import check_seen, lines_left
from survey_app.publication.snapshot import Progress, compute_content, finish_snapshot
from survey_app.reasons import read_reason
from survey_app.results.extract import read_extract
from survey_app.surveys.models import Survey

LONGEST_EMBARGO = timedelta(days=366)
SUMMARY = ("title", "sector", "territory", "territory_code", "starts_on", "ends_on", "simulated")


def freeze_publication(
    session: Session,
    survey: Survey,
    *,
    actor: Actor,
    choice: PublicChoice | None = None,
    reason: str = "",
    progress: Progress | None = None,
) -> Publication:
    """Take a snapshot of a closed or a published survey; an earlier one that waits for approval is superseded.

    The figures are computed before the database is locked, so that other surveys go on collecting; the files are made
    from them after that.

    Parameters
    ----------
    reason : str
        Why there is another version; asked for where one is approved or was public, for it corrects that one.
    progress : callable, optional
        Told how many files are made of how many; what it writes is committed at once.

    Raises
    ------
    Conflict
        The survey is not closed, has no responses, or was published and no reason is given.
    UserError
        The reason cannot be kept, or something chosen does not exist.
    """
    choice = choice or PublicChoice()
    check_freezable(session, survey, choice, reason)
    with read_only(session):
        computed = compute_content(session, survey, choice)
    snapshot = finish_snapshot(computed, None if progress is None else _committing(session, progress))
    session.refresh(survey, with_for_update={"of": Survey})
    _check_closed(survey)
    reason = _read_correction(session, survey, reason)
    if (earlier := find_waiting(session, survey)) is not None:
        earlier.state = "superseded"
        session.flush()
    last = session.scalar(select(func.max(Publication.number)).where(Publication.survey_id == survey.id)) or 0
    publication = Publication(
        survey_id=survey.id,
        survey=survey,
        number=last + 1,
        snapshot=snapshot.content,
        summary=summarize(snapshot.content),
        sha256=snapshot.sha256,
        reason=reason,
        review={},
        frozen_by=actor.label,
        files=[
            PublishedFile(name=name, media_type=kind, content=data) for name, (kind, data) in snapshot.files.items()
        ],
    )
    session.add(publication)
    session.flush()
    record(
        session,
        actor,
        "publication.freeze",
        f"survey:{survey.slug}",
        number=publication.number,
        sha256=publication.sha256,
        responses=snapshot.content["responses"],
        **({"reason": reason} if reason else {}),
    )
    return publication


def approve_publication(
    session: Session,
    survey: Survey,
    *,
    actor: Actor,
    sha256: str | None = None,
    public_from: datetime | None = None,
) -> Publication:
    """Approve the version that waits; from now on, or from the end of the embargo, the public reads it.

    A version that was public before is superseded by it. A correction has no embargo of its own: what is wrong is
    mended at once; where the version before is still under embargo, the correction keeps that hour.

    Parameters
    ----------
    sha256 : str, optional
        The version the approver saw; another one frozen meanwhile is not approved unseen.
    public_from : datetime, optional
        The end of an embargo.

    Raises
    ------
    Conflict
        Nothing waits, another version was frozen meanwhile, the checklist has lines left, or responses changed.
    Forbidden
        The same person froze it.
    UserError
        The embargo lies in the past or too far ahead, or the version is a correction.
    """
    with read_only(session):
        fingerprint = read_extract(session, survey).fingerprint
    session.refresh(survey, with_for_update={"of": Survey})
    publication = check_seen(find_waiting(session, survey), sha256)
    if publication.frozen_by == actor.label:
        raise Forbidden(_("Người chốt số liệu không được tự duyệt. Xin để một lãnh đạo khác duyệt."))
    if survey.state not in ("closed", "published") or publication.snapshot["fingerprint"] != fingerprint:
        raise Conflict(_("Đợt khảo sát đã thay đổi sau khi chốt. Xin đóng đợt và chốt lại."))
    if left := lines_left(publication):
        raise Conflict(
            _("Bảng rà soát còn %(count)s dòng chưa trả lời. Xin trả lời đủ rồi mới duyệt.", count=len(left))
        )
    at = now()
    before = find_standing(session, survey)
    starts = _start_of(before, public_from, at)
    if before is not None:
        before.state, before.ended_at, before.ended_by = "superseded", at, actor.label
        session.flush()
    publication.state, publication.approved_by = "approved", actor.label
    publication.approved_at, publication.public_from = at, starts
    survey.state = "published"
    session.flush()
    record(
        session,
        actor,
        "publication.approve",
        f"survey:{survey.slug}",
        number=publication.number,
        sha256=publication.sha256,
        **({"public_from": starts.isoformat(timespec="minutes")} if starts > at else {}),
        **({"supersedes": before.number} if before is not None else {}),
    )
    return publication


def withdraw_publication(
    session: Session, survey: Survey, *, actor: Actor, reason: str, sha256: str | None = None
) -> Publication:
    """Take the approved version back: the public finds the reason in its place, the record stays.

    The survey is closed again, so that it can be mended and frozen anew.

    Parameters
    ----------
    sha256 : str, optional
        The version that was seen; one that superseded it meanwhile is not withdrawn unseen.

    Raises
    ------
    UserError
        No reason is given.
    Conflict
        Nothing is published, or another version.
    """
    reason = read_reason(reason)
    session.refresh(survey, with_for_update={"of": Survey})
    publication = find_standing(session, survey)
    if publication is None:
        raise Conflict(_("Đợt khảo sát này không có bản nào đang công bố nên không có gì để rút."))
    if sha256 is not None and sha256 != publication.sha256:
        raise Conflict(
            _("Bản đang công bố nay là bản số %(number)s. Xin xem lại trước khi rút.", number=publication.number)
        )
    publication.state, publication.withdrawal_reason = "withdrawn", reason
    publication.ended_at, publication.ended_by = now(), actor.label
    survey.state = "closed"
    session.flush()
    record(
        session,
        actor,
        "publication.withdraw",
        f"survey:{survey.slug}",
        number=publication.number,
        sha256=publication.sha256,
        reason=reason,
    )
    return publication


def check_freezable(session: Session, survey: Survey, choice: PublicChoice, reason: str) -> None:
    """Refuse what cannot be frozen, before anything is computed.

    Raises
    ------
    Conflict, UserError
        As `freeze_publication` does.
    """
    _check_closed(survey)
    _read_correction(session, survey, reason)
    choice.check(instrument_of(session, survey.questionnaire_id))
    if count_responses(session, survey) == 0:
        raise Conflict(_("Chưa có phiếu nào nên chưa có số liệu để chốt."))


def summarize(content: dict[str, Any]) -> dict[str, Any]:
    """What lists need of a snapshot."""
    indices = [row for row in content["figures"][""] if row["kind"] == "index"]
    return {name: content["survey"][name] for name in SUMMARY} | {
        "questionnaire": content["questionnaire"]["key"],
        "responses": content["responses"],
        "index": indices[0] if indices else None,
    }


def _start_of(before: Publication | None, wanted: datetime | None, at: datetime) -> datetime:
    if before is not None:
        if wanted is not None:
            raise UserError(_("Bản đính chính được công bố ngay khi duyệt. Xin để trống ngày giờ công bố."))
        return max(at, before.public_from or at)
    if wanted is None:
        return at
    if wanted <= at:
        raise UserError(_("Giờ công bố phải ở sau lúc này. Xin chọn giờ khác, hoặc để trống để công bố ngay."))
    if wanted > at + LONGEST_EMBARGO:
        raise UserError(_("Giờ công bố cách đây hơn một năm. Xin xem lại ngày tháng."))
    return wanted


def _committing(session: Session, progress: Progress) -> Progress:
    def tell(done: int, total: int) -> None:
        progress(done, total)
        session.commit()

    return tell


def _read_correction(session: Session, survey: Survey, reason: str) -> str:
    """The reason of another version; none is needed, and none kept, where there is nothing to correct."""
    if not is_correction(session, survey):
        return ""
    if not reason.strip():
        raise Conflict(_("Đợt khảo sát này đã công bố. Muốn thay bằng bản khác, xin ghi lý do đính chính."))
    return read_reason(reason)


def _check_closed(survey: Survey) -> None:
    if survey.state not in ("closed", "published"):
        raise Conflict(_("Chỉ chốt số liệu sau khi đóng đợt khảo sát. Xin đóng đợt trước."))
