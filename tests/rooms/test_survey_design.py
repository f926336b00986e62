"""The whole design of a survey: the page and the file say the same, bad combinations are told where they are made."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from survey_app.database import db
from survey_app.errors import LinesRefused, UserError
from survey_app.sampling.plan import plan_draw
from survey_app.surveys.definition_file import read_definition_file
from survey_app.surveys.design import CaseSettings, SampleSettings, WorkSettings, design_of
from survey_app.surveys.forms import SurveyForm
from survey_app.surveys.queries import find_survey
from survey_app.surveys.service import create_survey
from tests.rooms.test_new_survey_page import post, stored
from tests.village import VILLAGE, found_village, make_village, village_definition
from tests.world import SURVEY, TESTER, definition, make_survey

#: What is typed on the page, and the same in the file.
DESIGNS: list[tuple[dict[str, str], str]] = [
    ({}, "sample: {share: 30.5%, rule: total, min_per_stratum: 2, cases_per_commune: 40}"),
    (
        {"frame": "list", "number": "47", "method": "pareto", "stratify_by": "column", "stratify_column": "vung",
         "take_all": " 911, đảo ", "shift": "0,5"},
        "sample: {share: 30.5%, frame: list, number: 47, method: pps, stratify_by: 'column:vung',"
        " take_all: ['911', đảo], shift: 0.5}",
    ),
    ({"first_stage": "district", "share": "33"}, "sample: {share: 33%, first_stage: district}"),
    ({"frame": "none", "share": "30"}, "sample: {share: 30%, frame: none}"),
    ({"stratify_by": "area", "rule": "each_stratum", "min_per_stratum": "0"},
     "sample: {share: 30.5%, stratify_by: area, rule: each_stratum, min_per_stratum: 0}"),
    (
        {"cases": "fixed", "case_number": "25", "case_method": "simple", "reserve": "0,5"},
        "sample: {share: 30.5%, cases: {allocation: fixed, number: 25, method: simple, reserve: 0.5}}",
    ),
    ({"cases": "proportional", "case_number": "1760"},
     "sample: {share: 30.5%, cases: {allocation: proportional, number: 1760}}"),
    (
        {"cases": "optimal", "margin": "2,5", "expected_rate": "85%", "deff": "1,8", "response_rate": "70"},
        "sample: {share: 30.5%, cases: {allocation: optimal, margin: 2.5%, expected_rate: 0.85, deff: 1.8,"
        " response_rate: 0.7}}",
    ),
    (
        {"attempts": "5", "on_different_days": "", "due_in": "", "call_backs": "12,5"},
        "sample: {share: 30.5%}\nwork: {attempts: 5, on_different_days: false, due_in: null, call_backs: 0.125}",
    ),
]  # fmt: skip
HEAD = """\
slug: dot-moi
title: {vi: Đợt mới, en: New}
questionnaire: sipas-commune@2026.1
territory: {code: '91', code_system: tctk-2020}
period: {from: 2026-01-01, to: 2026-02-01}
target: 80%
"""


@pytest.mark.parametrize(("typed", "file"), DESIGNS, ids=lambda value: str(value)[:40])
def test_the_page_and_the_file_store_the_same_design(
    app: Flask, sign_in: Callable[..., FlaskClient], typed: dict[str, str], file: str
) -> None:
    answer = post(sign_in("survey_manager"), **typed)
    assert answer.status_code == 302, answer.text
    with app.app_context():
        by_page = find_survey(db.session, "dot-moi").design
        text = (HEAD + file).replace("dot-moi", "dot-tep")
        by_file = create_survey(db.session, read_definition_file(text.encode(), name="dot.yaml"), actor=TESTER).design
    assert by_page == by_file


#: What is typed, and the field that must say why it cannot be.
MISTAKES: list[tuple[dict[str, str], str]] = [
    ({"frame": "lottery"}, "frame"),
    ({"share": "150"}, "share"),
    ({"number": "0"}, "number"),
    ({"number": "vài"}, "number"),
    ({"rule": "most"}, "rule"),
    ({"stratify_by": "weather"}, "stratify_by"),
    ({"stratify_by": "column", "frame": "list", "stratify_column": "Vùng miền"}, "stratify_by"),
    ({"stratify_by": "column", "stratify_column": "vung"}, "stratify_by"),
    ({"stratify_column": "vung"}, "stratify_column"),
    ({"min_per_stratum": "hai"}, "min_per_stratum"),
    ({"method": "lottery"}, "method"),
    ({"method": "pareto"}, "method"),
    ({"method": "systematic", "frame": "none"}, "method"),
    ({"first_stage": "village"}, "first_stage"),
    ({"first_stage": "district", "stratify_by": "commune_type"}, "first_stage"),
    ({"first_stage": "district", "frame": "none"}, "first_stage"),
    ({"frame": "none", "stratify_by": "district"}, "stratify_by"),
    ({"frame": "none", "take_all": "911"}, "take_all"),
    ({"take_all": "x" * 41}, "take_all"),
    ({"shift": "1"}, "shift"),
    ({"shift": ""}, "shift"),
    ({"cases_per_commune": ""}, "cases_per_commune"),
    ({"cases": "most"}, "cases"),
    ({"cases": "fixed", "frame": "none"}, "cases"),
    ({"case_number": "20"}, "cases"),
    ({"margin": "3"}, "cases"),
    ({"cases": "proportional"}, "case_number"),
    ({"cases": "fixed", "case_number": "0"}, "case_number"),
    ({"cases": "fixed", "case_method": "lottery"}, "case_method"),
    ({"cases": "fixed", "reserve": "-1"}, "reserve"),
    ({"cases": "optimal"}, "margin"),
    ({"cases": "optimal", "margin": "50"}, "margin"),
    ({"cases": "optimal", "margin": "3", "expected_rate": "100"}, "expected_rate"),
    ({"cases": "optimal", "margin": "3", "deff": "0,5"}, "deff"),
    ({"cases": "optimal", "margin": "3", "deff": "nan"}, "deff"),
    ({"cases": "optimal", "margin": "3", "response_rate": "0"}, "response_rate"),
    ({"attempts": "0"}, "attempts"),
    ({"due_in": "0"}, "due_in"),
    ({"due_in": "1,5"}, "due_in"),
    ({"call_backs": "101"}, "call_backs"),
]


@pytest.mark.parametrize("environment", ["sqlite"], indirect=True)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_mistake_arrives_at_its_field_and_nothing_typed_is_lost(
    app: Flask, sign_in: Callable[..., FlaskClient], language: str
) -> None:
    manager = sign_in("survey_manager")
    manager.get(f"/quan-ly?lang={language}")
    for typed, field in MISTAKES:
        answer = post(manager, **typed)
        assert answer.status_code == 400, typed
        assert f'id="{field}-error"' in answer.text, typed
        assert f'href="#{field}"' in answer.text, typed
        for value in typed.values():
            assert f'value="{value}"' in answer.text or value in ("lottery", "most", "weather", "village"), typed
    assert stored(app) == 0


@pytest.mark.parametrize("environment", ["sqlite"], indirect=True)
def test_a_folded_part_opens_when_it_holds_a_mistake_or_something_unusual(sign_in: Callable[..., FlaskClient]) -> None:
    manager = sign_in("survey_manager")
    assert "<details" in manager.get("/quan-ly/dot/moi").text
    assert '<details class="more" open' not in manager.get("/quan-ly/dot/moi").text
    for typed in ({"number": "0"}, {"deff": "x", "cases": "fixed"}, {"attempts": ""}):
        assert post(manager, **typed).text.count('<details class="more" open') == 1, typed
    assert post(manager, title_vi="", shift="0,5").text.count('<details class="more" open') == 1


def test_every_key_of_the_design_has_a_field() -> None:
    keys = {f"sample.{name}" for name in SampleSettings.model_fields}
    keys |= {f"sample.cases.{name}" for name in CaseSettings.model_fields}
    keys |= {f"work.{name}" for name in WorkSettings.model_fields}
    assert keys - set(SurveyForm.PLACES) == set()
    for name in SurveyForm.PLACES.values():
        assert hasattr(SurveyForm, name), name


@pytest.mark.parametrize(
    ("sample", "key"),
    [
        ({"frame": "none", "cases": {"number": 5}}, "sample.cases"),
        ({"frame": "none", "method": "pareto"}, "sample.method"),
        ({"method": "pareto"}, "sample.method"),
        ({"method": "systematic_pps", "frame": "communes"}, "sample.method"),
        ({"share": 1.5}, "sample.share"),
        ({"share": 0}, "sample.share"),
        ({"number": 0}, "sample.number"),
        ({"number": True}, "sample.number"),
        ({"number": 2.5}, "sample.number"),
        ({"shift": 1}, "sample.shift"),
        ({"stratify_by": "column:"}, "sample.stratify_by"),
        ({"stratify_by": "column:Vùng"}, "sample.stratify_by"),
        ({"stratify_by": "column:vung"}, "sample.stratify_by"),
        ({"first_stage": "district", "stratify_by": "area"}, "sample.first_stage"),
        ({"cases": {"allocation": "optimal"}}, "sample.cases.margin"),
        ({"cases": {"allocation": "proportional"}}, "sample.cases.number"),
        ({"cases": {"reserve": float("inf")}}, "sample.cases.reserve"),
        ({"take_all": "911"}, "sample.take_all"),
        ({"lottery": 1}, "sample.lottery"),
    ],
    ids=str,
)
def test_a_bad_combination_is_refused_at_its_key(app: Flask, sample: dict[str, Any], key: str) -> None:
    with app.app_context(), pytest.raises(LinesRefused) as refused:
        definition(sample=sample)
    assert [reason.partition(":")[0] for _line, reason in refused.value.lines] == [key]


def test_a_province_without_districts_draws_no_districts(app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    with app.app_context():
        found_village(db.session)
        db.session.commit()
        for sample in ({"first_stage": "district"}, {"stratify_by": "district"}):
            with pytest.raises(UserError, match="commune_type"):
                create_survey(db.session, village_definition(sample=sample), actor=TESTER)
        db.session.rollback()
        code_system = village_territory(db.session)
    manager = sign_in("survey_manager")
    for typed in ({"first_stage": "district"}, {"stratify_by": "district"}):
        answer = post(manager, questionnaire="village", territory=f"92@{code_system}", **typed)
        assert answer.status_code == 400
        assert f'id="{next(iter(typed))}-error"' in answer.text, typed


def village_territory(session: Session) -> str:
    from survey_app.geography.queries import find_unit

    return find_unit(session, "92").code_system


def test_a_stratum_to_take_whole_that_does_not_exist_is_told_when_the_draw_is_planned(session: Session) -> None:
    survey = make_survey(session, sample={"share": 0.3, "take_all": ["899", "không-có"]})
    with pytest.raises(UserError, match="không-có"):
        plan_draw(session, survey)


def test_files_from_before_there_were_designs_still_work(session: Session) -> None:
    old = read_definition_file(Path("tests/walk/survey.yaml").read_bytes(), name="survey.yaml")
    assert (old.sample.frame, old.sample.cases, old.work) == ("communes", None, WorkSettings())
    survey = create_survey(session, old, actor=TESTER)
    assert plan_draw(session, survey).drawn == 44
    survey.design = {}
    assert design_of(survey).sample == old.sample


def test_the_page_of_a_survey_says_its_design_in_plain_words(app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    cases = {"allocation": "proportional", "number": 1760, "reserve": 0}
    with app.app_context():
        sample = {"share": 0.3, "frame": "list", "method": "pareto", "stratify_by": "column:vung", "cases": cases}
        make_survey(db.session, sample=sample, work={"attempts": 4, "due_in": None, "call_backs": 0})
        db.session.commit()
    page = sign_in("observer").get(f"/quan-ly/dot/{SURVEY}").text
    for words in ("30% tổng số xã", "cột „vung”", "Pareto", "1.760 hồ sơ", "4 lần thử", "không có hạn"):
        assert words in page, words
    assert f"/quan-ly/dot/{SURVEY}/sua" not in page
    assert f"/quan-ly/dot/{SURVEY}/sua" in sign_in("survey_manager").get(f"/quan-ly/dot/{SURVEY}").text


def test_the_village_is_described_without_districts(app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    with app.app_context():
        make_village(db.session, state="sampled")
    page = sign_in("survey_manager").get(f"/quan-ly/dot/{VILLAGE}").text
    assert "50% số xã trong từng tầng, ít nhất 2 xã mỗi tầng" in page
    assert "theo loại xã" in page
    assert f"/quan-ly/dot/{VILLAGE}/sua" not in page


@pytest.mark.parametrize("page", ["docs/dong-lenh.md", "docs/command-line.md"])
def test_the_file_that_the_command_page_shows_is_one_that_works(app: Flask, page: str) -> None:
    [block] = re.findall(r"```yaml\n(slug: .*?)```", Path(page).read_text(encoding="utf-8"), flags=re.S)
    with app.app_context():
        shown = read_definition_file(block.encode(), name=page)
    assert set(SampleSettings.model_fields) == shown.sample.model_fields_set
    assert shown.sample.cases is not None
    assert set(CaseSettings.model_fields) == shown.sample.cases.model_fields_set
    assert set(WorkSettings.model_fields) == shown.work.model_fields_set
