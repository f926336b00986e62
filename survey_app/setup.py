"""`flask init`: the database by migrations, the geography and questionnaires that come with the platform."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from survey_app.audit.models import SYSTEM
from survey_app.command_line import telling_database_errors
from survey_app.database import db, is_migrated, migrate
from survey_app.geography.models import Unit
from survey_app.geography.service import import_units
from survey_app.instruments.cli import shipped_files
from survey_app.instruments.drafts import comes_before
from survey_app.instruments.loader import load_file
from survey_app.instruments.models import Questionnaire
from survey_app.instruments.queries import newest_version, versions_of
from survey_app.instruments.service import store_questionnaire
from survey_app.settings import ROOT

GEOGRAPHY = ROOT / "data" / "geography"


@click.command("init")
@click.option("--bare", is_flag=True, help="Load no geography.")
@with_appcontext
def init_command(bare: bool) -> None:
    """Bring the database to the newest migration and load what comes with the platform; safe to repeat."""
    with telling_database_errors():
        prepare(click.echo, geography=not bare)


def prepare(tell: Callable[[str], None], *, geography: bool = True) -> None:
    """Migrate, store the shipped questionnaires, and load the shipped geography where there is none yet."""
    if not is_migrated():
        migrate()
        tell("database migrated")
    for path in shipped_files():
        newest = newest_version(db.session, path.stem)
        if newest is None:
            stored, _new = store_questionnaire(db.session, load_file(path), actor=SYSTEM)
            tell(f"questionnaire {stored.key} {stored.version}")
        elif (version := load_file(path).version) not in versions_of(db.session, path.stem):
            _tell_of_release(tell, newest, version, path)
    if geography and db.session.scalar(select(Unit.id).limit(1)) is None:
        for path in sorted(GEOGRAPHY.glob("*.csv")):
            with path.open("rb") as file:
                found = import_units(db.session, file, actor=SYSTEM)
            tell(f"geography {found.province}: {found.districts} districts, {found.communes} communes")
    db.session.commit()


def _tell_of_release(tell: Callable[[str], None], newest: Questionnaire, version: str, path: Path) -> None:
    """The office decides which version it asks; one of a lower number than its own it can only compare."""
    lower = comes_before(version, newest.version)
    to_do = (
        "has a lower number than yours; to compare" if lower else "comes with this release; to store it beside yours"
    )
    file = path.relative_to(ROOT)
    words = f"diff {newest.key} {file}" if lower else f"add {file}"
    tell(f"questionnaire {newest.key} {version} {to_do}: flask --app wsgi questionnaire {words}")
