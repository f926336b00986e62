"""The workspace keeps its figures and never shows one that is out of date."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from survey_app.collection.models import Response, ResponseChange
from survey_app.collection.queries import count_changes
from survey_app.database import db
from survey_app.geography.models import Unit
from survey_app.results import extract as extracts
from survey_app.results import kept
from survey_app.results.weighting.plans import StepPlan
from survey_app.results.weighting.service import add_step, undo_step
from survey_app.surveys.models import Survey
from survey_app.surveys.queries import find_survey
from tests.village import VILLAGE, communes, make_village, respond
from tests.world import TESTER

PAGE = f"/quan-ly/dot/{VILLAGE}/ket-qua"


@pytest.fixture
def manager(app: Flask, sign_in: Callable[..., FlaskClient]) -> FlaskClient:
    """Who reads the figures of a village survey with 24 answers, half of them satisfied with q1."""
    with app.app_context():
        survey = make_village(db.session)
        for number in range(24):
            place = communes(db.session, survey)[number % 6]
            respond(db.session, survey, place, answers={"q1": 3 if number % 6 < 3 else 1, "q2": 2, "late": 2})
        db.session.commit()
    return sign_in("survey_manager")


def shown(reader: FlaskClient, key: str = "q1", by: str = "") -> dict[str, Any]:
    """The figure of a question as the workspace tells it to programs."""
    rows = reader.get(f"{PAGE}.json?theo={by}").get_json()
    return next(row for row in rows if row["of"] == key)


def changed(app: Flask, work: Callable[[Session, Survey], Any]) -> None:
    """Do something as another process does, and commit it."""
    with app.app_context():
        work(db.session, find_survey(db.session, VILLAGE))
        db.session.commit()


def ids(session: Session, satisfied: bool) -> list[Any]:
    wanted = 3 if satisfied else 1
    return [one.id for one in session.scalars(select(Response)) if one.answers["q1"] == wanted]


def set_status(status: str, count: int, *, satisfied: bool) -> Callable[[Session, Survey], Any]:
    def work(session: Session, survey: Survey) -> None:
        chosen = ids(session, satisfied)[:count]
        session.execute(update(Response).where(Response.id.in_(chosen)).values(status=status))

    return work


def test_an_answer_that_comes_is_on_the_next_page(app: Flask, manager: FlaskClient) -> None:
    assert (shown(manager)["n"], shown(manager)["base"]) == (24, 24)
    changed(app, lambda session, survey: respond(session, survey, answers={"q1": 3, "q2": 3, "late": 2}))
    assert shown(manager)["n"] == 25
    assert "25 phiếu" in manager.get(PAGE).text


@pytest.mark.parametrize("status", ["rejected", "set_aside", "superseded"])
def test_an_answer_that_no_longer_counts_is_gone_from_the_next_page(
    app: Flask, manager: FlaskClient, status: str
) -> None:
    assert shown(manager)["n"] == 24
    changed(app, set_status(status, 3, satisfied=True))
    assert shown(manager)["n"] == 21
    changed(app, set_status("flagged", 99, satisfied=True))
    assert shown(manager)["n"] == 24


def test_as_many_that_go_as_come_back_are_noticed(app: Flask, manager: FlaskClient) -> None:
    changed(app, set_status("rejected", 4, satisfied=False))
    before = shown(manager)

    def swap(session: Session, survey: Survey) -> None:
        back = [one.id for one in session.scalars(select(Response)) if one.status == "rejected"]
        session.execute(update(Response).where(Response.id.in_(back)).values(status="accepted"))
        session.execute(update(Response).where(Response.id.in_(ids(session, True)[:4])).values(status="rejected"))

    changed(app, swap)
    after = shown(manager)
    assert after["n"] == before["n"] == 20
    assert after["estimate"] < before["estimate"]


def test_an_answer_that_was_removed_and_replaced_is_noticed(app: Flask, manager: FlaskClient) -> None:
    before = shown(manager)

    def replace(session: Session, survey: Survey) -> None:
        session.execute(delete(Response).where(Response.id == ids(session, True)[0]))
        respond(session, survey, answers={"q1": 1, "q2": 2, "late": 2})

    changed(app, replace)
    assert shown(manager)["n"] == before["n"]
    assert shown(manager)["estimate"] != before["estimate"]


def test_what_is_rolled_back_leaves_no_figure_behind(app: Flask, manager: FlaskClient) -> None:
    before = shown(manager)
    with app.app_context():
        survey = find_survey(db.session, VILLAGE)
        respond(db.session, survey, answers={"q1": 1, "q2": 2, "late": 2})
        assert extracts.read_extract(db.session, survey).table.num_rows == 25
        db.session.rollback()
    changed(app, lambda session, survey: respond(session, survey, answers={"q1": 3, "q2": 2, "late": 2}))
    assert shown(manager)["n"] == 25
    assert shown(manager)["estimate"] > before["estimate"]


def test_a_weighting_step_and_its_undoing_are_on_the_next_page(app: Flask, manager: FlaskClient) -> None:
    before = shown(manager)
    changed(app, lambda session, survey: add_step(session, survey, StepPlan.trim(1.05), actor=TESTER))
    weighed = shown(manager)
    assert weighed["n"] == before["n"]
    assert weighed["estimate"] != before["estimate"]
    changed(app, lambda session, survey: undo_step(session, survey, actor=TESTER))
    assert shown(manager)["estimate"] == before["estimate"]


def test_another_target_and_another_name_are_on_the_next_page(app: Flask, manager: FlaskClient) -> None:
    assert shown(manager)["target"] == 0.8
    shown(manager, by="commune")

    def change(session: Session, survey: Survey) -> None:
        survey.target_rate = 0.6
        session.execute(update(Unit).where(Unit.code == "2000").values(name="Xã Tên Mới"))
        session.execute(update(Unit).where(Unit.code.like("20%")).values(name=Unit.name + " (mới)"))

    changed(app, change)
    assert shown(manager)["target"] == 0.6
    rows = manager.get(f"{PAGE}.json?theo=commune").get_json()
    assert all("(mới)" in row["domain_title"]["vi"] for row in rows if row["domain"])


def test_figures_on_disk_serve_a_process_that_starts_anew_and_only_those_of_what_counts(
    app: Flask, manager: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = shown(manager)
    files = list((Path(app.config["INSTANCE"]) / "extracts").glob("*/figures-*/*.json"))
    assert files
    forget_memory()
    monkeypatch.setattr("survey_app.results.estimates.count_responses", None)  # nothing may be counted again
    assert shown(manager) == before
    monkeypatch.undo()
    forget_memory()
    for path in files:
        path.write_bytes(path.read_bytes()[:40])
    assert shown(manager) == before
    forget_memory()
    changed(app, set_status("rejected", 4, satisfied=True))
    assert shown(manager)["n"] == 20


def test_another_program_makes_its_own_figures(
    app: Flask, manager: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown(manager)
    files = {path.name for path in (Path(app.config["INSTANCE"]) / "extracts").glob("*/figures-*/*.json")}
    monkeypatch.setattr(kept, "program_digest", lambda: "another")
    shown(manager)
    again = {path.name for path in (Path(app.config["INSTANCE"]) / "extracts").glob("*/figures-*/*.json")}
    assert again > files


def forget_memory() -> None:
    """What a process forgets when it ends."""
    kept.forget_kept()
    extracts._kept.clear()


def test_the_database_itself_notes_what_changed_and_only_that(app: Flask, manager: FlaskClient) -> None:
    with app.app_context():
        survey = find_survey(db.session, VILLAGE)
        assert count_changes(db.session, survey) == (24, 0)
        db.session.execute(text("UPDATE response SET minutes = 3, collector_id = NULL, status = status"))
        assert count_changes(db.session, survey) == (24, 0)
        db.session.execute(text("UPDATE response SET status = 'rejected' WHERE channel = 'kiosk'"))
        assert count_changes(db.session, survey) == (24, 24)
        db.session.execute(text("DELETE FROM response"))
        assert count_changes(db.session, survey) == (0, 48)
        assert len(db.session.scalars(select(ResponseChange)).all()) == 48
