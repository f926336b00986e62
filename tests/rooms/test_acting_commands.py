"""`--by` on every command that changes something: the person's rights as on screen, the person's name on the trail."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click import Command, Group
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.accounts.models import User
from survey_app.audit.models import AuditEntry
from survey_app.collection.models import Quota
from survey_app.database import db
from survey_app.sampling.listing.models import FrameFile
from survey_app.sampling.queries import find_draw
from survey_app.surveys.queries import find_survey
from tests.conftest import PASSWORD
from tests.lists import CASES, list_survey, table
from tests.rooms.work_village import make_person
from tests.village import QUESTIONNAIRE, TWO_LEVELS, VILLAGE, communes, make_village

BOSS, LEAD, WATCHER, ADMIN = (f"{name}@hailong.example" for name in ("boss", "lead", "watcher", "admin"))
#: Reading, or work of the server itself, which has no person.
NAMELESS = {
    "demonstration", "held bring", "init", "serve", "start", "jobs work", "frame list", "frame simulate",
    "fieldwork progress", "fieldwork rates", "quality report", "quality requests", "questionnaire check",
    "questionnaire diff", "questionnaire export", "questionnaire import", "questionnaire list",
    "questionnaire schema", "quota list", "publication list", "results change",
    "results counts list", "results counts show", "results cross", "results differences", "results estimate",
    "results export", "results importance", "results ranks", "sample plan", "sample report",
    "sample size", "sample verify", "survey list", "survey show", "weight list", "weight show",
}  # fmt: skip


def invoke(app: Flask, *words: object, ends: int = 0) -> str:
    done = app.test_cli_runner().invoke(args=[*map(str, words)])
    assert done.exit_code == ends, done.output
    assert "Traceback" not in done.output
    return done.output


def people(session: Session) -> None:
    make_person(session, "boss", role="survey_manager")
    make_person(session, "lead", "sector:health", role="sector_lead")
    make_person(session, "watcher", role="observer")
    make_person(session, "admin", role="administrator")


def who_did(app: Flask, verb: str) -> list[str]:
    with app.app_context():
        found = select(AuditEntry).where(AuditEntry.verb == verb).order_by(AuditEntry.id)
        return [entry.actor for entry in db.session.scalars(found)]


def leaves(group: Group, path: str = "") -> dict[str, Command]:
    found: dict[str, Command] = {}
    for name, command in group.commands.items():
        here = f"{path} {name}".strip()
        found |= leaves(command, here) if isinstance(command, Group) else {here: command}
    return found


def test_every_command_that_changes_something_takes_a_name(app: Flask) -> None:
    own = {
        name: command
        for name, command in leaves(app.cli).items()
        if name.split()[0] not in ("run", "shell", "routes", "db", "users", "roles")
    }
    named = {
        name
        for name, command in own.items()
        if any("--by" in one.opts and one.envvar == "HAILONG_ACTOR" for one in command.params)  # type: ignore[attr-defined]
    }
    assert set(own) - named == NAMELESS


def test_quotas_follow_the_rights_of_the_person(app: Flask) -> None:
    with app.app_context():
        make_village(db.session)
        people(db.session)
    add = ("quota", "add", VILLAGE, "--goal", 9, "--channel", "kiosk", "--by")
    for refused in (LEAD, WATCHER, "khong@co.vn"):
        invoke(app, *add, refused, ends=1)
    invoke(app, *add, BOSS)
    with app.app_context():
        number = db.session.scalars(select(Quota.id)).one()
    for words in (("change", VILLAGE, number, "--goal", 8, "--rule", "flag"), ("remove", VILLAGE, number)):
        invoke(app, "quota", *words, "--by", WATCHER, ends=1)
        invoke(app, "quota", *words, "--by", BOSS)
    assert [who_did(app, f"quota.{verb}") for verb in ("add", "change", "remove")] == [[BOSS]] * 3


def test_lists_and_the_draw_follow_the_rights_of_the_person(app: Flask, tmp_path: Path) -> None:
    with app.app_context():
        list_survey(db.session)
        db.session.commit()
        people(db.session)
    bring = ("frame", "import-cases", VILLAGE, table(tmp_path / "c.csv", *CASES), "--by")
    invoke(app, *bring, WATCHER, ends=1)
    invoke(app, *bring, LEAD, ends=1)
    invoke(app, *bring, BOSS)
    with app.app_context():
        file = db.session.scalars(select(FrameFile)).one()
        assert file.imported_by == BOSS
        number = file.id
    invoke(app, "frame", "remove", VILLAGE, number, "--by", WATCHER, ends=1)
    invoke(app, "frame", "remove", VILLAGE, number, "--by", BOSS)
    invoke(app, "sample", "draw", VILLAGE, "--seed", 1, "--by", WATCHER, ends=1)
    invoke(app, "sample", "draw", VILLAGE, "--seed", 1, "--by", BOSS)
    invoke(app, "survey", "state", VILLAGE, "collecting", "--by", LEAD, ends=1)
    invoke(app, "survey", "state", VILLAGE, "collecting", "--by", BOSS)
    invoke(app, "frame", "forget", VILLAGE, "--by", WATCHER, ends=1)
    invoke(app, "frame", "forget", VILLAGE, "--by", BOSS)
    with app.app_context():
        assert find_draw(db.session, find_survey(db.session, VILLAGE)).drawn_by == BOSS
    assert [who_did(app, verb) for verb in ("frame.import", "frame.remove", "sample.draw")] == [[BOSS]] * 3


def test_a_survey_is_made_by_who_may_edit_its_sector(app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    path.write_text(
        "slug: dot-moi\ntitle: {vi: Đợt mới, en: New}\nquestionnaire: sipas-commune\nterritory: '91'\n"
        "period: {from: 2026-01-01, to: 2026-12-31}\nsample: {cases_per_commune: 10}\ntarget: {rate: 0.8}\n"
    )
    with app.app_context():
        people(db.session)
    for refused in (LEAD, WATCHER):
        invoke(app, "survey", "create", path, "--by", refused, ends=1)
    invoke(app, "survey", "create", path, "--by", BOSS)
    path.write_text(path.read_text().replace("Đợt mới", "Đợt khác"))
    invoke(app, "survey", "change", "dot-moi", path, "--by", LEAD, ends=1)
    invoke(app, "survey", "change", "dot-moi", path, "--by", BOSS)
    assert [who_did(app, verb) for verb in ("survey.create", "survey.change")] == [[BOSS]] * 2


def test_people_units_and_questionnaires_follow_the_rights_of_the_person(app: Flask, tmp_path: Path) -> None:
    with app.app_context():
        people(db.session)
    units = tmp_path / "u.csv"
    units.write_text(TWO_LEVELS)
    for words, allowed, refused in (
        (("geography", "import", units), ADMIN, BOSS),
        (("questionnaire", "add", QUESTIONNAIRE), BOSS, LEAD),
        (("user", "add", "moi@hailong.example", "--role", "collector", "--password", PASSWORD), ADMIN, BOSS),
        (("user", "deactivate", "moi@hailong.example"), ADMIN, BOSS),
        (("user", "activate", "moi@hailong.example"), ADMIN, WATCHER),
        (("user", "password", "moi@hailong.example"), ADMIN, BOSS),
    ):
        invoke(app, *words, "--by", refused, ends=1)
        invoke(app, *words, "--by", allowed)
    assert who_did(app, "user.inactive") == who_did(app, "user.active") == [ADMIN]
    assert who_did(app, "questionnaire.store")[-1] == BOSS
    with app.app_context():
        assert db.session.scalars(select(User).where(User.email == "moi@hailong.example")).one().active


@pytest.mark.parametrize("everywhere", [True, False])
def test_invitations_are_issued_where_the_person_works(app: Flask, everywhere: bool) -> None:
    with app.app_context():
        found = communes(db.session, make_village(db.session))
        make_person(db.session, "post", *(() if everywhere else (f"unit:{found[0]}",)), role="post_coordinator")
        people(db.session)
    issue: tuple[Any, ...] = ("invitation", "issue", VILLAGE, "--per-commune", 1, "--by")
    invoke(app, *issue, WATCHER, ends=1)
    lines = invoke(app, *issue, "post@hailong.example").splitlines()
    assert {line.split(",")[0] for line in lines[1:]} == set(found if everywhere else found[:1])
    invoke(app, *issue, LEAD, "--commune", found[0], ends=1)


def test_a_file_of_answers_comes_in_by_who_may_bring_it(app: Flask, tmp_path: Path) -> None:
    with app.app_context():
        place = communes(db.session, make_village(db.session))[0]
        people(db.session)
    path = tmp_path / "r.csv"
    path.write_text(
        "response_id,commune_code,channel,language,day,q1\n"
        f"6f9619ff-8b86-d011-b42d-00cf4fc964ff,{place},file,vi,2026-03-02,3\n"
    )
    invoke(app, "response", "import", VILLAGE, path, "--by", WATCHER, ends=1)
    assert "1 accepted" in invoke(app, "response", "import", VILLAGE, path, "--by", BOSS)
    assert who_did(app, "response.import") == [BOSS]
