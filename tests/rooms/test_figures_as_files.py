"""The same figures as JSON and as CSV: every digit kept, harmless in a spreadsheet, simulated data labelled."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from survey_app.database import db
from survey_app.results.estimates import estimate_survey
from survey_app.surveys.queries import find_survey
from tests.village import VILLAGE, communes, make_village, respond

BASE = f"/quan-ly/dot/{VILLAGE}/ket-qua"


def fill_village(app: Flask, **changes: Any) -> None:
    """A survey with thirty answers, by two channels."""
    with app.app_context():
        survey = make_village(db.session, **changes)
        codes = communes(db.session, survey)
        for number in range(30):
            channel = ("kiosk", "paper")[number % 2]
            answers = {"q1": 3 if number % 3 else 1, "q2": 3, "late": 2, "sex": 1}
            respond(db.session, survey, codes[number % len(codes)], channel=channel, answers=answers)
        db.session.commit()


def table(text: str) -> list[dict[str, str]]:
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


@pytest.mark.parametrize("by", ["", "channel"])
def test_the_table_says_what_the_json_says(app: Flask, sign_in: Callable[..., FlaskClient], by: str) -> None:
    fill_village(app)
    analyst = sign_in("analyst")
    objects = json.loads(analyst.get(f"{BASE}.json?theo={by}").text)
    rows = table(analyst.get(f"{BASE}.csv?theo={by}").text)
    assert len(objects) == len(rows) == (15 if by else 5)
    for one, row in zip(objects, rows, strict=True):
        assert (one["of"], str(one["n"]), str(one["base"])) == (row["of"], row["n"], row["base"])
        assert (one["domain"] or {"": ""}) == {row["domain"]: row["domain_value"]}
        if one["withheld"]:
            assert (row["estimate"], row["ci_low"], row["verdict"], row["withheld"]) == ("", "", "", "too_few")
        else:
            assert (float(row["estimate"]), float(row["se"])) == (one["estimate"], one["se"])
            assert (float(row["ci_low"]), float(row["satisfied"])) == (one["ci"]["low"], one["shares"]["satisfied"])
            assert row["verdict"] == one["verdict"]


def test_the_json_has_the_names_that_were_promised(app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    fill_village(app)
    (whole, *_rest) = json.loads(sign_in("analyst").get(f"{BASE}.json").text)
    promised = "of domain n base missing n_psu estimate se df deff ci shares target verdict withheld"
    assert set(promised.split()) <= set(whole)
    assert {"level", "method", "low", "high"} <= set(whole["ci"])


def test_simulated_figures_say_so_in_every_file(app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    fill_village(app, simulated=True)
    analyst = sign_in("analyst")
    assert {row["note"] for row in table(analyst.get(f"{BASE}.csv").text)} == {"dữ liệu mô phỏng"}
    assert {one["note"] for one in json.loads(analyst.get(f"{BASE}.json").text)} == {"dữ liệu mô phỏng"}
    assert "mô phỏng" in analyst.get(BASE).text


def test_real_figures_do_not(app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    fill_village(app)
    analyst = sign_in("analyst")
    assert "note" not in table(analyst.get(f"{BASE}.csv").text)[0]
    assert "mô phỏng" not in analyst.get(BASE).text


def test_a_title_that_looks_like_a_formula_is_harmless_in_the_table(
    app: Flask, sign_in: Callable[..., FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    from survey_app.results import measures

    fill_village(app)
    monkeypatch.setitem(measures.CHANNEL_TITLES, "paper", {"vi": "=HYPERLINK(1)", "en": "+1"})
    titles = {row["domain_title"] for row in table(sign_in("analyst").get(f"{BASE}.csv?theo=channel").text)}
    assert "'=HYPERLINK(1)" in titles
    assert not any(title.startswith(("=", "+", "-", "@")) for title in titles)


def test_an_unknown_breakdown_is_a_sentence_and_not_an_error(app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    fill_village(app)
    analyst = sign_in("analyst")
    assert analyst.get(f"{BASE}?theo=weather&cua=nothing").status_code == 200
    assert analyst.get(f"{BASE}.csv?theo=weather").status_code == 400
    answer = analyst.get(f"{BASE}.json?theo=../../x")
    assert (answer.status_code, answer.mimetype) == (400, "application/json")
    assert "commune" in answer.json["error"]


@pytest.mark.parametrize("answers", [0, 1])
def test_the_page_of_results_opens_before_there_are_any(
    app: Flask, sign_in: Callable[..., FlaskClient], answers: int
) -> None:
    with app.app_context():
        survey = make_village(db.session)
        for _number in range(answers):
            respond(db.session, survey)
        db.session.commit()
    analyst = sign_in("analyst")
    for address in (BASE, f"{BASE}?theo=channel", f"{BASE}?theo=commune", f"{BASE}.json?theo=channel", f"{BASE}.csv"):
        assert analyst.get(address).status_code == 200, address


def test_the_interval_on_the_page_moves_when_answers_come(app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    fill_village(app)
    analyst = sign_in("analyst")
    before = json.loads(analyst.get(f"{BASE}.json").text)[0]
    with app.app_context():
        survey = find_survey(db.session, VILLAGE)
        for _number in range(5):
            respond(db.session, survey, answers={"q1": 1, "q2": 1})
        db.session.commit()
    after = json.loads(analyst.get(f"{BASE}.json").text)[0]
    assert after["respondents"] == before["respondents"] + 5
    assert after["estimate"] < before["estimate"]
    assert after["ci"]["low"] != before["ci"]["low"]
    with app.app_context():
        assert estimate_survey(db.session, find_survey(db.session, VILLAGE)).responses == 35
