"""The exported responses give, without the application, the figures that the application shows."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from analysis.__main__ import main
from survey_app.results.estimates import estimate_survey
from survey_app.results.export import export_responses
from survey_app.surveys.models import Survey
from tests.village import communes, make_village, respond

SAME = (
    "respondents", "n", "base", "missing", "n_psu", "estimate", "se", "df", "deff", "ci", "shares", "target",
    "target_operator", "verdict", "withheld", "marks", "verdict_in_list",
)  # fmt: skip


def answer_variously(session: Session, survey: Survey) -> None:
    for number in range(90):
        late = number % 4 == 0
        answers: dict[str, Any] = {
            "q1": 1 + (number * 7) % 3,
            "q2": (3, 3, 9, 2)[number % 4],
            "late": 1 if late else 2,
            "sex": number % 2 + 1,
            "ways": [1, 2] if number % 3 else ["none"],
        }
        answers |= {"q3": (3, 1)[number % 8 == 0]} if late else {}
        channel = ("kiosk", "paper")[number % 3 == 0]
        respond(session, survey, communes(session, survey)[number % 6], channel=channel, answers=answers)
    session.commit()


def near(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: near(part) for key, part in value.items()}
    return pytest.approx(value, rel=1e-12, abs=1e-12) if isinstance(value, float) else value


def test_estimate_on_the_exported_file_equals_the_results_of_the_application(session: Session, tmp_path: Path) -> None:
    survey = make_village(session, sample={"share": 0.5, "stratify_by": "none"})
    answer_variously(session, survey)
    files = export_responses(session, survey)
    (tmp_path / "responses.csv").write_text(files.responses, "utf-8")
    (tmp_path / "design.json").write_text(files.design, "utf-8")
    out = tmp_path / "tables.json"
    arguments = [str(tmp_path / "responses.csv"), "--design", str(tmp_path / "design.json"), "--out", str(out)]
    assert main(["estimate", *arguments]) == 0
    alone = {(row["of"], row["kind"], json.dumps(row["domain"])): row for row in json.loads(out.read_text("utf-8"))}
    compared = 0
    for by in ("", "commune", "channel", "late", "sex"):
        for row in (one.as_json() for one in estimate_survey(session, survey, by).rows):
            if by and not row["domain"]:
                continue
            other = alone[row["of"], row["kind"], json.dumps(row["domain"])]
            assert {key: other[key] for key in SAME} == {key: near(row[key]) for key in SAME}, (
                row["of"],
                row["domain"],
            )
            compared += 1
    assert compared == len(alone) == 5 * (1 + 6 + 2 + 2 + 2)


def test_the_exported_file_holds_no_identifier_no_day_and_no_words(session: Session) -> None:
    survey = make_village(session)
    for _number in range(3):
        respond(session, survey, answers={"q1": 3, "q2": 3, "late": 2, "words": "riêng tư"})
    session.commit()
    files = export_responses(session, survey)
    rows = list(csv.DictReader(files.responses.splitlines()))
    assert "riêng tư" not in files.responses
    assert not {"response_id", "day", "words", "language", "collector"} & set(rows[0])
    assert [row["q3"] for row in rows] == ["-1"] * 3
