"""`flask publication …`."""

from __future__ import annotations

import click
from flask.cli import AppGroup
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from survey_app.accounts.acting import acting_as
from survey_app.accounts.roles import APPROVE, FREEZE
from survey_app.audit.models import Actor
from survey_app.command_line import BY, operator, verb
from survey_app.errors import Forbidden
from survey_app.publication.service import approve_publication, freeze_publication
from survey_app.surveys.models import Survey
from survey_app.surveys.queries import find_survey

group = AppGroup("publication", help="Freezing and approving results.")


def _actor(session: Session, survey: Survey, email: str | None, permission: str) -> Actor:
    if email is None:
        return operator()
    return acting_as(session, email, permission, sector=survey.questionnaire.sector, territory=survey.territory)


@group.command("freeze")
@click.argument("slug")
@BY
@verb
def freeze_command(session: Session, slug: str, email: str | None) -> None:
    """Take a snapshot of a closed survey."""
    survey = find_survey(session, slug)
    publication = freeze_publication(session, survey, actor=_actor(session, survey, email, FREEZE))
    click.echo(f"{slug}: snapshot {publication.number} frozen by {publication.frozen_by}, {publication.sha256}")


@group.command("approve")
@click.argument("slug")
@BY
@verb
def approve_command(session: Session, slug: str, email: str | None) -> None:
    """Approve the snapshot that waits, in the name of another person than the one who froze it (--by)."""
    survey = find_survey(session, slug)
    if email is None:
        raise Forbidden(_("Việc duyệt phải đứng tên một người có vai trò approver. Xin thêm --by EMAIL."))
    publication = approve_publication(session, survey, actor=_actor(session, survey, email, APPROVE))
    click.echo(
        f"{slug}: snapshot {publication.number} approved by {publication.approved_by}; public at /ket-qua/{slug}"
    )
