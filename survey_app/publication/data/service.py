"""Checking and exporting the data of a survey: the verbs, and which choices hold when nobody makes one."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.audit.models import Actor
from survey_app.audit.service import record
from survey_app.collection.queries import count_responses as count_forms
from survey_app.database import now, read_only
from survey_app.errors import Conflict, UserError
from survey_app.instruments.queries import instrument_of
from survey_app.instruments.schema import Instrument
from survey_app.jobs.models import Job
from survey_app.publication.data.disclosure import DisclosureReport, not_recomputable
from survey_app.publication.data.microdata import check_microdata
from survey_app.publication.data.package import LIST_NAME, Content, MadeFile, gather, make_files, questions_in_weights
from survey_app.publication.data.settings import DataSettings, check_settings, protect_enough, usual_keys
from survey_app.publication.models import Publication, PublishedFile
from survey_app.publication.public_choice import PublicChoice
from survey_app.publication.queries import was_public
from survey_app.publication.snapshot import compute_content
from survey_app.publication.snapshot_format import read_content
from survey_app.results.cube import count_responses
from survey_app.results.estimates import estimate_survey
from survey_app.results.extract import read_extract
from survey_app.surveys.models import Survey

KIND = "open-data"
PUBLIC_DATA = "du-lieu-mo.zip"
KEPT_CHECKS = 16
Check = tuple[DisclosureReport | None, str, list[dict[str, str]]]

_kept: dict[tuple[Any, ...], Check] = {}


def check_data(session: Session, survey: Survey, settings: DataSettings) -> Check:
    """What the disclosure check finds, before anything is made.

    Returns
    -------
    report : DisclosureReport or None
        None where k cannot be reached.
    refusal : str
        Why not, in words.
    lost : list of dict
        The figures that could then not be recomputed, as in `not_recomputable`.
    """
    extract = read_extract(session, survey)
    key = (survey.id, extract.fingerprint, settings)
    if key not in _kept:
        while len(_kept) >= KEPT_CHECKS:
            _kept.pop(next(iter(_kept)))
        counts = count_responses(session, survey, instrument_of(session, survey.questionnaire_id), extract)
        outline = _outline(session, survey)
        try:
            report = check_microdata(
                counts, extract.table, settings, published=[by for by in outline["figures"] if by],
                weighted_by=questions_in_weights(session, counts), secret=_secret(),
            )  # fmt: skip
            _kept[key] = report, "", not_recomputable(outline, report, communes=settings.communes)
        except Conflict as refusal:
            _kept[key] = None, refusal.message, []
    return _kept[key]


def _secret() -> str:
    return str(current_app.config["SECRET_KEY"])


def _outline(session: Session, survey: Survey) -> dict[str, Any]:
    """What the check asks for of what would be published: breakdowns, and questions whose options are counted."""
    stored = _newest_snapshot(session, survey)
    if stored is not None:
        return stored
    instrument = instrument_of(session, survey.questionnaire_id)
    breakdowns = PublicChoice().breakdowns_among(estimate_survey(session, survey).breakdowns)
    choices = [{"key": item.key} for item in instrument.items() if item.type in ("single", "multiple", "ranking")]
    indices = [index.model_dump(mode="json") for index in instrument.indices]
    return {
        "figures": dict.fromkeys(["", *breakdowns]),
        "choices": choices,
        "questionnaire": {"content": {"indices": indices}},
    }


def published_content(session: Session, survey: Survey) -> Content | None:
    """The content of the newest snapshot that was made from the responses there are now."""
    stored = _newest_snapshot(session, survey)
    return None if stored is None else read_content(stored)


def _newest_snapshot(session: Session, survey: Survey) -> dict[str, Any] | None:
    fingerprint = read_extract(session, survey).fingerprint
    query = select(Publication).where(Publication.survey_id == survey.id).order_by(Publication.number.desc())
    stored = [publication.snapshot for publication in session.scalars(query.limit(5))]
    return next((one for one in stored if one["fingerprint"] == fingerprint), None)


def export_data(
    session: Session,
    survey: Survey,
    folder: Path,
    settings: DataSettings,
    *,
    actor: Actor,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[list[MadeFile], DisclosureReport]:
    """Make all files of the open data in a folder, from the snapshot there is or from one taken now.

    Raises
    ------
    Conflict
        There are no responses, or too few are alike for the choices made.
    """
    if count_forms(session, survey) == 0:
        raise Conflict(_("Chưa có phiếu nào nên chưa có dữ liệu để xuất."))
    with read_only(session):
        content = published_content(session, survey)
        if content is None:
            content = compute_content(session, survey, PublicChoice(files=())).content
        gathered = gather(session, survey, content, settings)
    assert gathered.report is not None
    folder.mkdir(parents=True, exist_ok=True)
    made = make_files(gathered, folder, progress)
    record(
        session, actor, "data.export", f"survey:{survey.slug}",
        **settings.as_json(), responses=gathered.report.rows, hidden_rows=gathered.report.hidden_rows,
    )  # fmt: skip
    return made, gathered.report


def settings_in_force(session: Session, survey: Survey) -> DataSettings:
    """The choices of the last export that was done; without one the usual ones."""
    instrument = instrument_of(session, survey.questionnaire_id)
    done = session.scalars(
        select(Job).where(Job.kind == KIND, Job.state == "done").order_by(Job.finished_at.desc()).limit(200)
    )
    last = next((job.arguments for job in done if job.arguments.get("slug") == survey.slug), None)
    if last is None:
        return DataSettings(usual_keys(instrument))
    try:
        return check_settings(instrument, last["keys"], last["k"], communes=last["communes"])
    except UserError:  # made when more keys were allowed
        return DataSettings(usual_keys(instrument))


def public_settings(session: Session, survey: Survey) -> DataSettings:
    """The choices for what becomes public: of the last export, unless they protect less than the usual ones.

    Where responses were public before, the choices of then: two files that hide other cells, joined, would show both.
    """
    instrument = instrument_of(session, survey.questionnaire_id)
    if (given := _settings_given_out(session, survey, instrument)) is not None:
        return given
    settings = settings_in_force(session, survey)
    return settings if protect_enough(settings, instrument) else DataSettings(usual_keys(instrument))


def _settings_given_out(session: Session, survey: Survey, instrument: Instrument) -> DataSettings | None:
    """The choices of the first version whose responses the public had, or will have when its embargo ends."""
    query = (
        select(Publication, PublishedFile.content)
        .join(Publication.files)
        .where(
            Publication.survey_id == survey.id,
            (Publication.state == "approved") | was_public(now()),
            PublishedFile.name == PUBLIC_DATA,
        )
        .order_by(Publication.number)
    )
    for publication, data in session.execute(query):
        with zipfile.ZipFile(BytesIO(data)) as archive:
            given = _inside("phieu.csv") in archive.namelist()
        facts = read_content(publication.snapshot).get("review", {}).get("withheld", {}).get("microdata")
        if given and facts:
            return check_settings(instrument, facts["keys"], facts["k"], communes=facts["communes"])
    return None


def make_public_data(session: Session, survey: Survey, content: dict[str, Any], folder: Path) -> Path:
    """The open data as one file for a snapshot; where the responses cannot be anonymised it holds all but them."""
    files = folder / "du-lieu"
    files.mkdir()
    made = make_files(gather(session, survey, content, public_settings(session, survey), public=True), files)
    return pack(files, [one.name for one in made], folder / PUBLIC_DATA, content["frozen_at"])


def _inside(name: str) -> str:
    """Where a file stands in the archive."""
    return f"du-lieu/{name}"


def pack(files: Path, names: list[str], path: Path, made_at: str) -> Path:
    """Files of a folder, and the list of them, in one archive; the same files give the same bytes."""
    moment = tuple(int(part) for part in (made_at[:4], made_at[5:7], made_at[8:10], made_at[11:13], made_at[14:16]))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in [*names, LIST_NAME]:
            entry = zipfile.ZipInfo(_inside(name), (*moment, 0))  # type: ignore[arg-type]  # six numbers
            entry.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(entry, "w") as target, (files / name).open("rb") as source:
                while portion := source.read(1 << 20):
                    target.write(portion)
    return path
