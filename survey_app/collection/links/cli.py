"""`flask invitation …` and `flask poster`."""

from __future__ import annotations

import csv
import sys
from datetime import timedelta
from pathlib import Path

import click
from flask.cli import AppGroup
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from survey_app.accounts.acting import find_person
from survey_app.accounts.roles import ISSUE_INVITATIONS, VIEW_FIELDWORK
from survey_app.audit.models import Actor
from survey_app.collection.drafts import MAXIMUM_DAYS, issue_invitations
from survey_app.collection.links.addresses import open_link, personal_link, read_base
from survey_app.collection.links.print import poster_pdf, slips_pdf
from survey_app.collection.links.service import all_batches, revoke_batch
from survey_app.command_line import BY, echo_json, verb
from survey_app.database import now
from survey_app.errors import NotFound
from survey_app.instruments.queries import instrument_of
from survey_app.sampling.models import FrameUnit
from survey_app.sampling.queries import drawn_units
from survey_app.sampling.work.area import Area, area_of, whole_area
from survey_app.surveys.acting import actor_on
from survey_app.surveys.queries import find_survey

invitations = AppGroup("invitation", help="Single-use personal links.")
ADDRESS = click.option("--address", help="Where people reach this service, for example https://khaosat.tinh.gov.vn.")
PDF = click.Path(dir_okay=False, writable=True, path_type=Path)


def _acting(session: Session, slug: str, email: str | None, permission: str) -> tuple[Area, Actor]:
    survey = find_survey(session, slug)
    actor = actor_on(session, survey, email, permission)
    return area_of(find_person(session, email), survey, permission) if email else whole_area(survey), actor


def _places(session: Session, area: Area, code: str | None) -> list[FrameUnit]:
    found = [
        entry
        for entry in drawn_units(session, area.survey)
        if code in (None, entry.unit.code) and area.holds(entry.unit)
    ]
    if not found:
        raise NotFound(_("%(slug)s: không có xã nào trong mẫu khớp.", slug=area.survey.slug))
    return found


@invitations.command("issue")
@click.argument("slug")
@click.option("--per-commune", type=click.IntRange(1, 1000), required=True)
@click.option("--commune", "code", help="Only this commune's code.")
@click.option("--days", type=click.IntRange(1, MAXIMUM_DAYS), default=MAXIMUM_DAYS, show_default=True)
@click.option("--note", default="", help="What the office calls the batch.")
@click.option("--pdf", "file", type=PDF, help="Slips to cut out instead of CSV; needs --address.")
@ADDRESS
@BY
@verb
def issue_command(
    session: Session,
    slug: str,
    per_commune: int,
    code: str | None,
    days: int,
    note: str,
    file: Path | None,
    address: str | None,
    email: str | None,
) -> None:
    """Make a batch of single-use links and print them as CSV or as slips; they are shown this once."""
    area, actor = _acting(session, slug, email, ISSUE_INVITATIONS)
    survey = area.survey
    if file is not None and address is None:
        raise click.UsageError("--pdf needs --address: slips carry the whole link.")
    base = read_base(address) if address else ""
    units = _places(session, area, code)
    made = issue_invitations(session, survey, units, per_commune, actor=actor, days=days, note=note)
    links = [(entry, personal_link(base, survey, token)) for entry, token in made]
    if file is not None:
        minutes = instrument_of(session, survey.questionnaire_id).minutes
        file.write_bytes(slips_pdf(survey, links, expires_at=now() + timedelta(days=days), minutes=minutes))
        click.echo(f"{slug}: {len(links)} slips in {file}")
        return
    writer = csv.writer(sys.stdout)
    writer.writerow(["commune_code", "commune_name", "path"])
    writer.writerows([entry.unit.code, entry.unit.name, link] for entry, link in links)


@invitations.command("list")
@click.argument("slug")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@BY
@verb
def list_command(session: Session, slug: str, form: str, email: str | None) -> None:
    """Print the batches: links made, used, revoked, too old, still open."""
    area, _actor = _acting(session, slug, email, ISSUE_INVITATIONS)
    rows = [
        {
            "batch": one.batch.id,
            "note": one.batch.note,
            "expires": one.batch.expires_at.isoformat(),
            "made": one.made,
            "used": one.used,
            "revoked": one.revoked,
            "expired": one.expired,
            "open": one.open,
        }
        for one in all_batches(session, area)
    ]
    if form == "json":
        echo_json(rows)
        return
    for row in rows:
        counts = "\t".join(f"{name} {row[name]}" for name in ("made", "used", "revoked", "expired", "open"))
        click.echo(f"{row['batch']}\t{counts}\t{row['note']}")


@invitations.command("revoke")
@click.argument("slug")
@click.argument("batch", type=int)
@BY
@verb
def revoke_command(session: Session, slug: str, batch: int, email: str | None) -> None:
    """Let no unused link of a batch take an answer any more."""
    area, actor = _acting(session, slug, email, ISSUE_INVITATIONS)
    click.echo(f"{slug}: batch {batch}, {revoke_batch(session, area, batch, actor=actor)} links revoked")


@click.command("poster")
@click.argument("slug")
@click.argument("file", type=PDF)
@click.option("--commune", "code", help="Only this commune's or agency's code.")
@click.option("--language", "spoken", type=click.Choice(["vi", "en"]), default="vi", show_default=True)
@click.option("--address", required=True, help="Where people reach this service.")
@BY
@verb
def poster_command(
    session: Session, slug: str, file: Path, code: str | None, spoken: str, address: str, email: str | None
) -> None:
    """Print the QR posters of the open link as a PDF, one A4 page for each place."""
    area, _actor = _acting(session, slug, email, VIEW_FIELDWORK)
    survey, base = area.survey, read_base(address)
    units = [entry.unit for entry in _places(session, area, code)]
    places = [(unit, open_link(base, survey, unit.code)) for unit in units]
    minutes = instrument_of(session, survey.questionnaire_id).minutes
    file.write_bytes(poster_pdf(survey, places, code=spoken, minutes=minutes))
    click.echo(f"{slug}: {len(places)} posters in {file}")
