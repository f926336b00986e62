"""`flask data …`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click
from flask.cli import AppGroup
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from survey_app.accounts.acting import acting_as
from survey_app.accounts.roles import EXPORT_DATA, VIEW_RESULTS
from survey_app.audit.models import Actor
from survey_app.command_line import BY, echo_json, operator, verb
from survey_app.database import read_only
from survey_app.errors import Conflict
from survey_app.instruments.queries import instrument_of
from survey_app.publication.data.service import check_data, export_data
from survey_app.publication.data.settings import USUAL_K, DataSettings, check_settings, usual_keys
from survey_app.surveys.models import Survey
from survey_app.surveys.queries import find_survey

group = AppGroup("data", help="Open data and anonymised responses.")
KEYS = click.option(
    "--keys", default=None, help="What others may know of somebody, with commas between; see the method."
)
K = click.option("--k", default=USUAL_K, show_default=True, help="At least so many rows are alike by the keys.")
COMMUNES = click.option("--communes", is_flag=True, help="Name the communes.")


@group.command("check")
@click.argument("slug")
@KEYS
@K
@COMMUNES
@BY
@verb
def check_command(session: Session, slug: str, keys: str | None, k: int, communes: bool, email: str | None) -> None:
    """Print what the disclosure check finds before anything is made; fails where k cannot be reached."""
    survey = find_survey(session, slug)
    _actor(session, survey, email, VIEW_RESULTS)
    with read_only(session):
        report, refusal, lost = check_data(session, survey, _settings(session, survey, keys, k, communes=communes))
    if report is None:
        raise Conflict(refusal)
    echo_json(asdict(report) | {"not_recomputable": lost})


@group.command("export")
@click.argument("slug")
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), required=True, help="Where to write.")
@KEYS
@K
@COMMUNES
@click.option("--seed", default="", help="Of the order of the rows; absent: one that only this installation knows.")
@BY
@verb
def export_command(
    session: Session,
    slug: str,
    folder: Path,
    keys: str | None,
    k: int,
    communes: bool,
    seed: str,
    email: str | None,
) -> None:
    """Write figures, responses, dictionary, codebook and R script; from the newest snapshot where it still holds."""
    survey = find_survey(session, slug)
    actor = _actor(session, survey, email, EXPORT_DATA)
    settings = _settings(session, survey, keys, k, communes=communes, seed=seed)
    made, report = export_data(session, survey, folder, settings, actor=actor)
    for one in made:
        click.echo(f"{one.sha256}  {one.name}\t{one.bytes} bytes\t{'' if one.rows is None else f'{one.rows} rows'}")
    hidden = sum(report.hidden.values())
    click.echo(f"{report.rows} responses, {report.at_risk} at risk, {hidden} cells hidden in {report.hidden_rows} rows")
    if k < 2:
        click.echo(_("Chưa ẩn ô nào: tệp này chỉ dùng nội bộ, không được công bố."), err=True)


def _actor(session: Session, survey: Survey, email: str | None, permission: str) -> Actor:
    if email is None:
        return operator()
    return acting_as(session, email, permission, sector=survey.questionnaire.sector, territory=survey.territory)


def _settings(
    session: Session, survey: Survey, keys: str | None, k: int, *, communes: bool, seed: str = ""
) -> DataSettings:
    instrument = instrument_of(session, survey.questionnaire_id)
    chosen = usual_keys(instrument) if keys is None else [key.strip() for key in keys.split(",") if key.strip()]
    return check_settings(instrument, chosen, k, communes=communes, seed=seed)
