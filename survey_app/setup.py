"""`flask init`: the database by migrations, the geography and questionnaires that come with the platform."""

from __future__ import annotations

from collections.abc import Callable

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from survey_app.audit.models import SYSTEM
from survey_app.command_line import telling_database_errors
from survey_app.database import db, is_migrated, migrate
from survey_app.geography.models import Unit
from survey_app.geography.service import import_units
from survey_app.instruments.cli import shipped_files
from survey_app.instruments.loader import load_file
from survey_app.instruments.models import Questionnaire
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
    stored_versions = select(Questionnaire.key, Questionnaire.version)
    known = {(key, version) for key, version in db.session.execute(stored_versions)}
    keys = {key for key, _version in known}
    for path in shipped_files():
        if path.stem not in keys:
            stored, _new = store_questionnaire(db.session, load_file(path), actor=SYSTEM)
            tell(f"questionnaire {stored.key} {stored.version}")
        elif (path.stem, version := load_file(path).version) not in known:  # the office decides which version it asks
            command = f"flask --app wsgi questionnaire add {path.relative_to(ROOT)}"
            tell(f"questionnaire {path.stem} {version} comes with this release; to store it beside yours: {command}")
    if geography and db.session.scalar(select(Unit.id).limit(1)) is None:
        for path in sorted(GEOGRAPHY.glob("*.csv")):
            with path.open("rb") as file:
                found = import_units(db.session, file, actor=SYSTEM)
            tell(f"geography {found.province}: {found.districts} districts, {found.communes} communes")
    db.session.commit()
