"""A draft is changed by its page, by a file and at the command line; what is drawn is not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.audit.models import AuditEntry
from survey_app.database import db
from survey_app.errors import Conflict, UserError
from survey_app.surveys.design import design_of
from survey_app.surveys.queries import find_survey
from survey_app.surveys.service import change_design
from tests.conftest import token_in
from tests.world import SURVEY, TESTER, definition, make_survey

HEAD = """\
slug: dot-moi
title: {vi: Đợt mới, en: New}
questionnaire: sipas-commune@2026.1
territory: {code: '91', code_system: tctk-2020}
period: {from: 2026-01-01, to: 2026-02-01}
target: 80%
"""


def test_a_draft_changes_to_what_a_file_says_and_the_trail_tells(session: Session) -> None:
    survey = make_survey(session)
    changed = change_design(
        session,
        survey,
        definition(sample={"share": 0.5, "first_stage": "district"}, target={"rate": 0.9}),
        actor=TESTER,
    )
    assert changed == ["sample.first_stage", "sample.share", "sample.stratify_by", "target_basis", "target_rate"]
    assert (survey.sample_share, survey.stratify_by, survey.target_rate) == (0.5, "none", 0.9)
    assert design_of(survey).sample.first_stage == "district"
    [entry] = session.scalars(select(AuditEntry).where(AuditEntry.verb == "survey.change"))
    assert entry.detail == {
        "sample.share": [0.3, 0.5],
        "sample.first_stage": ["commune", "district"],
        "sample.stratify_by": ["district", "none"],
        "target_rate": [0.8, 0.9],
        "target_basis": ["Kế hoạch 138/KH-UBND", ""],
    }
    same = definition(sample={"share": 0.5, "first_stage": "district"}, target={"rate": 0.9})
    assert change_design(session, survey, same, actor=TESTER) == []
    assert len(session.scalars(select(AuditEntry).where(AuditEntry.verb == "survey.change")).all()) == 1


@pytest.mark.parametrize("state", ["sampled", "collecting", "closed"])
def test_what_has_been_drawn_is_not_changed(session: Session, state: str) -> None:
    survey = make_survey(session, state=state)
    with pytest.raises(Conflict):
        change_design(session, survey, definition(sample={"share": 0.5}), actor=TESTER)
    assert survey.sample_share == 0.3


@pytest.mark.parametrize(
    "other",
    [{"slug": "khac"}, {"questionnaire": "papi-citizen"}, {"territory": "899"}],
    ids=lambda change: next(iter(change)),
)
def test_a_draft_keeps_its_name_its_questionnaire_and_its_territory(session: Session, other: dict[str, str]) -> None:
    survey = make_survey(session)
    with pytest.raises(UserError, match=SURVEY):
        change_design(session, survey, definition(**other), actor=TESTER)


def test_a_draft_is_changed_on_its_page_and_saving_it_unchanged_changes_nothing(
    app: Flask, sign_in: Callable[..., FlaskClient]
) -> None:
    cases = {"allocation": "optimal", "margin": 0.025, "deff": 1.75, "reserve": 0.3}
    with app.app_context():
        sample = {"share": 0.33333, "frame": "list", "method": "pareto", "stratify_by": "column:vung", "shift": 0.25}
        make_survey(db.session, sample=sample | {"take_all": ["a", "b"], "cases": cases}, work={"due_in": None})
        before = find_survey(db.session, SURVEY).design
        db.session.commit()
    manager = sign_in("survey_manager")
    address = f"/quan-ly/dot/{SURVEY}/sua"
    page = manager.get(address).text
    data = typed_in(page)
    assert manager.post(address, data=data).status_code == 302
    with app.app_context():
        survey = find_survey(db.session, SURVEY)
        assert survey.design == before
        assert db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "survey.change")).all() == []
    assert manager.post(address, data=data | {"shift": "0,75", "title_vi": "Tên khác"}).status_code == 302
    with app.app_context():
        survey = find_survey(db.session, SURVEY)
        assert (design_of(survey).sample.shift, survey.title_vi) == (0.75, "Tên khác")
    bad = manager.post(address, data=data | {"shift": "2", "title_en": "Kept as typed"})
    assert bad.status_code == 400
    assert 'id="shift-error"' in bad.text
    assert "Kept as typed" in bad.text


def typed_in(page: str) -> dict[str, str]:
    """What a browser would send of a page that nobody touched."""
    from html.parser import HTMLParser

    class Reader(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.values: dict[str, str] = {}
            self.select = self.area = ""

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found = dict(attrs)
            name = found.get("name") or ""
            if tag == "input" and name and (found.get("type") != "checkbox" or "checked" in found):
                self.values[name] = found.get("value") or ""
            elif tag == "select":
                self.select = name
            elif tag == "option" and self.select and ("selected" in found or self.select not in self.values):
                self.values[self.select] = found.get("value") or ""
            elif tag == "textarea":
                self.area, self.values[name] = name, ""

        def handle_endtag(self, tag: str) -> None:
            self.select = "" if tag == "select" else self.select
            self.area = "" if tag == "textarea" else self.area

        def handle_data(self, text: str) -> None:
            if self.area:
                self.values[self.area] += text.removeprefix("\r\n")  # as browsers read it

    reader = Reader()
    reader.feed(page)
    return reader.values | {"csrf_token": token_in(page)}


def test_a_page_left_open_over_the_draw_changes_nothing_and_says_so(
    app: Flask, sign_in: Callable[..., FlaskClient]
) -> None:
    from survey_app.sampling.service import draw_sample

    with app.app_context():
        make_survey(db.session)
        db.session.commit()
    manager = sign_in("survey_manager")
    address = f"/quan-ly/dot/{SURVEY}/sua"
    data = typed_in(manager.get(address).text)
    with app.app_context():
        draw_sample(db.session, find_survey(db.session, SURVEY), seed="1", actor=TESTER)
        db.session.commit()
    late = manager.post(address, data=data | {"share": "50"})
    assert late.status_code == 409
    assert 'value="50"' in late.text
    assert manager.get(address).status_code == 302
    with app.app_context():
        assert find_survey(db.session, SURVEY).sample_share == 0.3


def test_the_command_line_changes_a_draft_and_shows_its_design(app: Flask, tmp_path: Path) -> None:
    with app.app_context():
        make_survey(db.session)
        db.session.commit()
    text = (
        Path("tests/walk/survey.yaml")
        .read_text()
        .replace("  cases_per_commune: 40\n", "  number: 47\n  cases: {allocation: fixed, number: 12}\n")
    )
    file = tmp_path / "dot.yaml"
    file.write_text(text)
    runner = app.test_cli_runner()
    done = runner.invoke(args=["survey", "change", SURVEY, str(file)])
    assert done.exit_code == 0, done.output
    assert "sample.number" in done.output
    shown = runner.invoke(args=["survey", "show", SURVEY])
    assert "47 xã" in shown.output
    assert "12 hồ sơ mỗi xã" in shown.output
    file.write_text(text.replace(f"slug: {SURVEY}", "slug: khac"))
    refused = runner.invoke(args=["survey", "change", SURVEY, str(file)])
    assert refused.exit_code == 1
    assert SURVEY in refused.stderr
    assert runner.invoke(args=["survey", "change", "khong-co", str(file)]).exit_code == 1
