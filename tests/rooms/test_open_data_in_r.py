"""R and its package survey find every published figure in the exported file again, and say so when one differs."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from survey_app.database import db
from survey_app.demonstration import PUBLISHED, load_demonstration
from survey_app.instruments.queries import instrument_of
from survey_app.publication.data.service import export_data
from survey_app.publication.data.settings import check_settings, usual_keys
from survey_app.surveys.models import Survey
from survey_app.surveys.queries import find_survey
from tests.rooms.test_open_data import answered
from tests.rooms.test_results_export import DESIGNS
from tests.world import TESTER

NEEDS_R = pytest.mark.skipif(shutil.which("Rscript") is None, reason="needs R with the package survey")


def run_script(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["Rscript", str(folder / "tinh-lai.R"), str(folder)], capture_output=True, text=True, check=False
    )


def export(session: Session, survey: Survey, folder: Path, *, k: int, keys: tuple[str, ...] | None = None) -> None:
    instrument = instrument_of(session, survey.questionnaire_id)
    settings = check_settings(instrument, usual_keys(instrument) if keys is None else keys, k)
    export_data(session, survey, folder, settings, actor=TESTER)


def compared(done: subprocess.CompletedProcess[str]) -> int:
    assert done.returncode == 0, done.stdout + done.stderr
    found = re.search(r"compared: (\d+)", done.stdout)
    assert found, done.stdout
    return int(found[1])


@pytest.mark.long
@NEEDS_R
@pytest.mark.parametrize("make", [answered, *DESIGNS], ids=lambda make: make.__name__)
def test_every_figure_of_every_design_is_found_again(
    session: Session, tmp_path: Path, make: Callable[[Session], Survey]
) -> None:
    survey = make(session)
    export(session, survey, tmp_path / "out", k=1)
    rows = list(csv.DictReader((tmp_path / "out" / "ket-qua.csv").read_text("utf-8-sig").splitlines()))
    assert compared(run_script(tmp_path / "out")) > len(rows)


@pytest.mark.long
@NEEDS_R
def test_with_hidden_cells_all_others_are_found_again_and_those_are_told_apart(
    session: Session, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    export(session, answered(session), out, k=5, keys=("district", "sex", "late"))
    done = run_script(out)
    assert compared(done) > 50
    assert "not given exactly because cells are hidden" in done.stdout
    lines = list(csv.DictReader((out / "so-sanh.csv").read_text("utf-8").splitlines()))
    apart = {line["domain"] or line["of"] for line in lines if line["exact"] == "FALSE"}
    assert apart == {"sex", "late"}


@pytest.mark.long
@NEEDS_R
def test_a_figure_that_was_changed_stops_the_script(session: Session, tmp_path: Path) -> None:
    out = tmp_path / "out"
    export(session, answered(session), out, k=1)
    path = out / "ket-qua.csv"
    rows = list(csv.DictReader(path.read_text("utf-8-sig").splitlines()))
    row = next(row for row in rows if row["kind"] == "index" and row["estimate"])
    path.write_text(path.read_text("utf-8").replace(row["se"], str(float(row["se"]) * 1.00001)), "utf-8")
    done = run_script(out)
    assert done.returncode != 0
    assert "DIFFERS: index overall" in done.stdout


@pytest.mark.long
@NEEDS_R
def test_every_published_figure_of_the_demonstration_is_found_again(app: Flask, tmp_path: Path) -> None:
    with app.app_context():
        load_demonstration(lambda line: None)
        survey = find_survey(db.session, PUBLISHED)
        export(db.session, survey, tmp_path / "inside", k=1)
        export(db.session, survey, tmp_path / "public", k=5)
    assert compared(run_script(tmp_path / "inside")) > 10_000
    assert compared(run_script(tmp_path / "public")) > 7_000
