"""Reading how far collection is; never what a person answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, String, and_, cast, func, select
from sqlalchemy.orm import Session

from survey_app.collection.models import Dispute, Response, ResponseChange
from survey_app.collection.quality.flags import OPEN_LINK
from survey_app.geography.models import Unit
from survey_app.instruments.usage import counts_usage
from survey_app.sampling.queries import drawn_units
from survey_app.sampling.work.area import lies_within
from survey_app.surveys.design import design_of
from survey_app.surveys.models import Survey

#: The statuses of responses that figures are made of.
COUNTED = ("accepted", "flagged")


@dataclass(frozen=True)
class CommuneProgress:
    """How many of a commune's planned forms have come."""

    code: str
    name: str
    path: str
    stratum: str
    stratum_name: str
    received: int
    planned: int

    @property
    def share(self) -> float:
        """Received over planned, at most 1."""
        return min(self.received / self.planned, 1.0)


def makes_figures(survey: Survey) -> ColumnElement[bool]:
    """Which responses figures are made of: those that stand and, where people were drawn from lists, are theirs.

    Whoever else answers such a survey had no known chance of being asked (decision 0019).
    """
    standing = and_(Response.survey_id == survey.id, Response.status.in_(COUNTED))
    if design_of(survey).sample.cases is None:
        return standing
    return and_(standing, Response.completeness.is_not(None))  # told of answers to drawn cases, also after closing


def count_changes(session: Session, survey: Survey) -> tuple[int, int]:
    """How many responses a survey has, counted or not, and how often one came to stand otherwise.

    Read in one statement. Neither number ever shrinks unless the other grows, so the same pair read at two moments says
    that no response came, changed or went between them.
    """
    came = select(func.count()).select_from(Response).where(Response.survey_id == survey.id).scalar_subquery()
    changed = (
        select(func.count()).select_from(ResponseChange).where(ResponseChange.survey_id == survey.id).scalar_subquery()
    )
    found = session.execute(select(came, changed)).one()
    return found[0], found[1]


def count_responses(session: Session, survey: Survey) -> int:
    """How many responses count."""
    return session.scalar(select(func.count()).select_from(Response).where(makes_figures(survey))) or 0


def count_undrawn(session: Session, survey: Survey) -> int:
    """How many responses stand but are of nobody who was drawn, and so are in no figure."""
    standing = (
        select(func.count()).select_from(Response).where(Response.survey_id == survey.id, Response.status.in_(COUNTED))
    )
    return (session.scalar(standing) or 0) - count_responses(session, survey)


def count_flags(session: Session, survey: Survey) -> tuple[int, int]:
    """Of the responses in the figures: how many carry a flag other than that of open links, and how many this one alone
    or too, from people whom nobody drew or invited.
    """
    flags = cast(Response.quality_flags, String)
    flagged = func.count().filter(flags.not_in(("[]", f'["{OPEN_LINK}"]')))
    came_alone = func.count().filter(Response.channel == "link", flags.contains(f'"{OPEN_LINK}"'))
    found = session.execute(select(flagged, came_alone).where(makes_figures(survey))).one()
    return found[0], found[1]


def count_self_selected(session: Session, survey: Survey) -> int:
    """How many responses in the figures came through an open link, from people whom nobody drew or invited."""
    return count_flags(session, survey)[1]


def count_disputes(session: Session, survey: Survey, within: Sequence[Unit] = ()) -> int:
    """How many submissions that came a second time wait for review, in some places or in all."""
    query = (
        select(func.count())
        .select_from(Dispute)
        .join(Response, Dispute.response_id == Response.id)
        .where(Response.survey_id == survey.id, Dispute.settled_at.is_(None))
    )
    if within:
        query = query.join(Unit, Dispute.unit_id == Unit.id).where(lies_within(within))
    return session.scalar(query) or 0


def set_aside_count(session: Session, survey: Survey) -> tuple[int, int]:
    """How many responses are set aside, and of how many collectors."""
    forms, collectors = session.execute(
        select(func.count(), func.count(Response.collector_id.distinct())).where(
            Response.survey_id == survey.id, Response.status == "set_aside"
        )
    ).one()
    return forms, collectors


def progress_by_commune(session: Session, survey: Survey) -> list[CommuneProgress]:
    """Every drawn commune with its count."""
    rows = session.execute(
        select(Response.unit_id, func.count()).where(makes_figures(survey)).group_by(Response.unit_id)
    )
    counts = {unit_id: count for unit_id, count in rows}  # noqa: C416  a Row is no plain pair to a type checker
    return [
        CommuneProgress(
            entry.unit.code,
            entry.unit.name,
            entry.unit.path,
            entry.stratum,
            entry.stratum_name,
            counts.get(entry.unit_id, 0),
            entry.invited or survey.cases_per_commune,
        )
        for entry in drawn_units(session, survey)
    ]


def progress_by_channel(session: Session, survey: Survey) -> dict[str, int]:
    """How many responses came by each channel."""
    rows = session.execute(
        select(Response.channel, func.count())
        .where(makes_figures(survey))
        .group_by(Response.channel)
        .order_by(Response.channel)
    )
    return {channel: count for channel, count in rows}  # noqa: C416  a Row is no plain pair to a type checker


@counts_usage("answered")
def count_answered_by_questionnaire(session: Session) -> dict[int, int]:
    """How many surveys of each stored version have responses, whatever became of these, by its id."""
    answered = select(Response.id).where(Response.survey_id == Survey.id).exists()
    query = select(Survey.questionnaire_id, func.count()).where(answered).group_by(Survey.questionnaire_id)
    return dict(session.execute(query).all())
