"""The verbs of publication: freeze a closed survey, approve by another person."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey_app.audit.models import Actor
from survey_app.audit.service import record
from survey_app.collection.queries import count_responses
from survey_app.database import now, read_only
from survey_app.errors import Conflict, Forbidden
from survey_app.publication.models import Publication, PublishedFile
from survey_app.publication.snapshot import take_snapshot
from survey_app.results.extract import read_extract
from survey_app.surveys.models import Survey


def freeze_publication(session: Session, survey: Survey, *, actor: Actor) -> Publication:
    """Take a snapshot of a closed survey; an earlier one that waits for approval is superseded.

    The figures are computed before the database is locked, so that other surveys go on collecting.

    Raises
    ------
    Conflict
        The survey is not closed, or has no responses.
    """
    _check_closed(survey)
    if count_responses(session, survey) == 0:
        raise Conflict(_("Chưa có phiếu nào nên chưa có số liệu để chốt."))
    with read_only(session):
        snapshot = take_snapshot(session, survey)
    session.refresh(survey, with_for_update={"of": Survey})
    _check_closed(survey)
    for earlier in session.scalars(
        select(Publication).where(Publication.survey_id == survey.id, Publication.state == "frozen")
    ):
        earlier.state = "superseded"
    last = session.scalar(select(func.max(Publication.number)).where(Publication.survey_id == survey.id)) or 0
    publication = Publication(
        survey_id=survey.id,
        survey=survey,
        number=last + 1,
        snapshot=snapshot.content,
        sha256=snapshot.sha256,
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
    )
    return publication


def approve_publication(session: Session, survey: Survey, *, actor: Actor, sha256: str | None = None) -> Publication:
    """Approve the snapshot that waits; from now on the public reads it.

    Parameters
    ----------
    sha256 : str, optional
        The snapshot the approver saw; another one frozen meanwhile is not approved unseen.

    Raises
    ------
    Conflict
        Nothing waits, another snapshot was frozen meanwhile, or responses changed since.
    Forbidden
        The same person froze it.
    """
    with read_only(session):
        fingerprint = read_extract(session, survey).fingerprint
    session.refresh(survey, with_for_update={"of": Survey})
    publication = session.scalar(
        select(Publication).where(Publication.survey_id == survey.id, Publication.state == "frozen")
    )
    if publication is None:
        raise Conflict(_("Không có bản chốt nào đang chờ duyệt."))
    if sha256 is not None and sha256 != publication.sha256:
        raise Conflict(_("Bản chốt đã được thay bằng bản khác. Xin xem lại trước khi duyệt."))
    if publication.frozen_by == actor.label:
        raise Forbidden(_("Người chốt số liệu không được tự duyệt. Xin để một lãnh đạo khác duyệt."))
    if survey.state != "closed" or publication.snapshot["fingerprint"] != fingerprint:
        raise Conflict(_("Đợt khảo sát đã thay đổi sau khi chốt. Xin đóng đợt và chốt lại."))
    publication.state, publication.approved_by, publication.approved_at = "approved", actor.label, now()
    survey.state = "published"
    session.flush()
    record(
        session,
        actor,
        "publication.approve",
        f"survey:{survey.slug}",
        number=publication.number,
        sha256=publication.sha256,
    )
    return publication


def _check_closed(survey: Survey) -> None:
    if survey.state == "published":
        raise Conflict(_("Đợt khảo sát này đã công bố."))
    if survey.state != "closed":
        raise Conflict(_("Chỉ chốt số liệu sau khi đóng đợt khảo sát. Xin đóng đợt trước."))
