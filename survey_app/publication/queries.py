"""Reading versions: what is public now, what was, what waits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, undefer

from survey_app.database import now
from survey_app.errors import NotFound
from survey_app.publication.models import Publication, PublishedFile
from survey_app.surveys.models import Survey


@dataclass(frozen=True)
class Version:
    """A version without its snapshot."""

    id: int
    slug: str
    number: int
    state: str
    sha256: str
    reason: str
    withdrawal_reason: str
    approved_at: datetime | None
    public_from: datetime | None
    ended_at: datetime | None
    summary: dict[str, Any]

    def was_public(self, at: datetime) -> bool:
        """Whether anybody could read it at some time until now; an embargo that never ended kept it from all."""
        if self.public_from is None or self.public_from > at:
            return False
        return self.ended_at is None or self.ended_at > self.public_from


_COLUMNS = (
    Publication.id, Survey.slug, Publication.number, Publication.state, Publication.sha256, Publication.reason,
    Publication.withdrawal_reason, Publication.approved_at, Publication.public_from, Publication.ended_at,
    Publication.summary,
)  # fmt: skip


def is_public(at: datetime) -> ColumnElement[bool]:
    """Whether a version is what the public reads: approved, and its embargo over."""
    return (Publication.state == "approved") & (Publication.public_from <= at)


def approved_publications(session: Session) -> Sequence[Publication]:
    """What the public may read, newest first."""
    return session.scalars(
        select(Publication).where(is_public(now())).order_by(Publication.public_from.desc(), Publication.id.desc())
    ).all()


def public_versions(session: Session) -> list[Version]:
    """The same without snapshots, for lists."""
    rows = session.execute(
        select(*_COLUMNS)
        .join(Survey, Publication.survey_id == Survey.id)
        .where(is_public(now()))
        .order_by(Publication.public_from.desc(), Publication.id.desc())
    )
    return [Version(*row) for row in rows]


def versions_of(session: Session, slug: str) -> list[Version]:
    """Every approved version of a survey, newest first, also those that are not public yet or any more."""
    rows = session.execute(
        select(*_COLUMNS)
        .join(Survey, Publication.survey_id == Survey.id)
        .where(Survey.slug == slug, Publication.approved_by.is_not(None))
        .order_by(Publication.number.desc())
    )
    return [Version(*row) for row in rows]


def find_approved(session: Session, slug: str) -> Publication:
    """The version of a survey that the public reads.

    Raises
    ------
    NotFound
        Nothing of this name is public; a survey that is not published is not told apart from one that is not there.
    """
    found = session.scalar(select(Publication).join(Survey).where(Survey.slug == slug, is_public(now())))
    if found is None:
        raise NotFound(_("Chưa có kết quả nào được công bố ở địa chỉ này."))
    return found


def publications_of(session: Session, survey: Survey) -> Sequence[Publication]:
    """Every version of a survey, newest first."""
    return session.scalars(
        select(Publication).where(Publication.survey_id == survey.id).order_by(Publication.number.desc())
    ).all()


def find_waiting(session: Session, survey: Survey) -> Publication | None:
    """The version that waits for approval."""
    return session.scalar(select(Publication).where(Publication.survey_id == survey.id, Publication.state == "frozen"))


def find_standing(session: Session, survey: Survey) -> Publication | None:
    """The approved version that nothing has superseded, public already or under embargo."""
    return session.scalar(
        select(Publication).where(Publication.survey_id == survey.id, Publication.state == "approved")
    )


def was_public(at: datetime) -> ColumnElement[bool]:
    """Whether the public reads a version or ever could: one that ended before its embargo did never was."""
    return Publication.public_from < func.coalesce(Publication.ended_at, at)


def is_correction(session: Session, survey: Survey) -> bool:
    """Whether another version corrects one, that is approved or was public, and so says why there is another."""
    earlier = (Publication.state == "approved") | was_public(now())
    found = select(Publication.id).where(Publication.survey_id == survey.id, earlier)
    return session.scalar(found.limit(1)) is not None


def wave_before(session: Session, questionnaire: str, territory_code: str, survey: Survey) -> Publication | None:
    """The public result of the same series whose period ended last before a survey's."""
    earlier = [
        one
        for one in public_versions(session)
        if (one.summary["questionnaire"], one.summary["territory_code"]) == (questionnaire, territory_code)
        and one.slug != survey.slug
        and one.summary["ends_on"] < survey.ends_on.isoformat()
    ]
    last = max(earlier, key=lambda one: one.summary["ends_on"], default=None)
    return None if last is None else session.get(Publication, last.id)


def find_file(session: Session, publication_id: int, name: str) -> PublishedFile:
    """A file of a version, with its bytes.

    Raises
    ------
    NotFound
        There is none of this name.
    """
    found = session.scalar(
        select(PublishedFile)
        .where(PublishedFile.publication_id == publication_id, PublishedFile.name == name)
        .options(undefer(PublishedFile.content))
    )
    if found is None:
        raise NotFound(_("Không có tệp này trong bản công bố."))
    return found


def files_named(session: Session, publication_id: int, names: Sequence[str]) -> dict[str, bytes]:
    """The bytes of some files of a version, by name."""
    rows = session.execute(
        select(PublishedFile.name, PublishedFile.content).where(
            PublishedFile.publication_id == publication_id, PublishedFile.name.in_(names)
        )
    )
    return {name: content for name, content in rows}  # noqa: C416  a Row is no plain pair to a type checker


def file_sizes(session: Session, publication_id: int) -> dict[str, int]:
    """How many bytes each file of a version has."""
    rows = session.execute(
        select(PublishedFile.name, func.length(PublishedFile.content)).where(
            PublishedFile.publication_id == publication_id
        )
    )
    return {name: size for name, size in rows}  # noqa: C416  a Row is no plain pair to a type checker
