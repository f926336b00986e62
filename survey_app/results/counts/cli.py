"""`flask results counts …`: surveys of the past of which only a published table is known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from survey_app.accounts.acting import acting_as
from survey_app.accounts.roles import FREEZE
from survey_app.command_line import BY, echo_json, operator, verb
from survey_app.geography.queries import find_unit
from survey_app.results.cli import group as results_group
from survey_app.results.counts.definition import read_counts_file
from survey_app.results.counts.figures import CountedFigure, figures_of
from survey_app.results.counts.queries import all_counted, find_counted
from survey_app.results.counts.service import enter_counts, remove_counts

group = AppGroup("counts", help="Published tables of surveys of which the answers are not known.")
results_group.add_command(group)


@group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@BY
@verb
def import_command(session: Session, file: Path, email: str | None) -> None:
    """Enter the table of a YAML file; the same table again changes nothing."""
    definition = read_counts_file(file.read_bytes(), name=file.name)
    territory = find_unit(session, definition.territory.code, code_system=definition.territory.code_system)
    actor = acting_as(session, email, FREEZE, sector=definition.sector, territory=territory) if email else operator()
    survey, new = enter_counts(session, definition, actor=actor)
    click.echo(f"{survey.slug}: {len(survey.rows)} rows, {survey.forms} forms{'' if new else ' (already there)'}.")


@group.command("list")
@verb
def list_command(session: Session) -> None:
    """Print the tables, one a line: short name, rows, forms, title."""
    for survey in all_counted(session):
        click.echo(f"{survey.slug}\t{len(survey.rows)}\t{survey.forms}\t{survey.title_vi}")


@group.command("show")
@click.argument("slug")
@verb
def show_command(session: Session, slug: str) -> None:
    """Print every line as JSON: as published, with its interval, its verdict and what that rests on."""
    echo_json([counted_as_json(figure) for figure in figures_of(find_counted(session, slug))])


def counted_as_json(figure: CountedFigure) -> dict[str, Any]:
    """One line as plain values."""
    return {
        **figure.row.as_json(),
        "published": figure.percentages,
        "verdict_holds_up_to_design_effect": figure.holds_up_to,
        "whole_counts": figure.whole,
    }


@group.command("remove")
@click.argument("slug")
@click.option("--reason", required=True, help="For the trail.")
@BY
@verb
def remove_command(session: Session, slug: str, reason: str, email: str | None) -> None:
    """Take a table away."""
    survey = find_counted(session, slug)
    actor = acting_as(session, email, FREEZE, sector=survey.sector, territory=survey.territory) if email else operator()
    remove_counts(session, survey, reason=reason, actor=actor)
    click.echo(f"{slug} removed.")
