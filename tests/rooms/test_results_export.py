"""The exported responses give, without the application, the figures that the application shows."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from analysis.__main__ import main
from survey_app.geography.queries import units_below
from survey_app.instruments.loader import load_file
from survey_app.instruments.service import store_questionnaire
from survey_app.results.estimates import estimate_survey
from survey_app.results.export import export_responses
from survey_app.results.weighting.ask import make_plan
from survey_app.results.weighting.service import add_step
from survey_app.results.weighting.totals import Totals
from survey_app.surveys.models import Survey
from tests.lists import list_cases, list_units
from tests.rooms.weighing import SIZES, answer_all, drawn_from_lists, opened
from tests.village import QUESTIONNAIRE, communes, make_village, respond
from tests.world import TESTER, make_survey

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


def lists_of_communes(session: Session) -> Survey:
    survey = drawn_from_lists(session)
    answer_all(session, survey, fewer=2)
    return survey


def sizes_and_lists(session: Session) -> Survey:
    """In proportion to size, one commune so large that it is taken for certain."""
    survey = make_village(
        session,
        state="draft",
        sample={"share": 0.6, "frame": "list", "method": "pareto", "stratify_by": "none", "cases": {"number": 10}},
    )
    sizes = SIZES | {"2011": 2500}
    list_units(session, survey, {code: (float(size), {}) for code, size in sizes.items()})
    list_cases(session, survey, sizes)
    answer_all(session, opened(session, survey), fewer=1)
    return survey


def sizes_without_lists(session: Session) -> Survey:
    survey = make_village(
        session, state="draft", sample={"share": 0.5, "frame": "list", "method": "systematic", "stratify_by": "none"}
    )
    list_units(session, survey, {code: (float(size), {}) for code, size in SIZES.items()})
    answer_all(session, opened(session, survey))
    return survey


def whole_districts(session: Session) -> Survey:
    """Districts drawn whole, so that a primary unit holds several communes, and cases from their lists."""
    survey = make_survey(
        session,
        questionnaire=store_village(session),
        sample={"share": 0.3, "first_stage": "district", "stratify_by": "none", "cases": {"number": 4}},
    )
    communes_of = [unit.code for unit in units_below(session, survey.territory, "commune")]
    list_cases(session, survey, {code: 20 + number % 37 for number, code in enumerate(communes_of)})
    answer_all(session, opened(session, survey), fewer=1)
    return survey


def known_totals(session: Session) -> Survey:
    """Raked to the sexes, so that every response has a weight of its own."""
    survey = drawn_from_lists(session)
    answer_all(session, survey)
    totals: Totals = {("item:sex",): {("1",): 900.0, ("2",): 1230.0}}
    add_step(session, survey, make_plan("rake", ["stratum", "item:sex"], totals), actor=TESTER)
    add_step(session, survey, make_plan("trim", times_mean=1.4), actor=TESTER)
    session.commit()
    return survey


def nobody_drew(session: Session) -> Survey:
    survey = make_village(session, sample={"frame": "none"})
    answer_all(session, survey)
    return survey


def store_village(session: Session) -> str:
    store_questionnaire(session, load_file(QUESTIONNAIRE), actor=TESTER)
    return "village"


DESIGNS = [lists_of_communes, sizes_and_lists, sizes_without_lists, whole_districts, known_totals, nobody_drew]


def near(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: near(part) for key, part in value.items()}
    return pytest.approx(value, rel=1e-12, abs=1e-12) if isinstance(value, float) else value


def test_estimate_on_the_exported_file_equals_the_results_of_the_application(session: Session, tmp_path: Path) -> None:
    survey = make_village(session, sample={"share": 0.5, "stratify_by": "none"})
    answer_variously(session, survey)
    alone = estimate_alone(session, survey, tmp_path)
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


@pytest.mark.parametrize("make", DESIGNS, ids=lambda make: make.__name__)
def test_every_design_is_estimated_alike_from_counts_and_from_the_exported_rows(
    session: Session, tmp_path: Path, make: Callable[[Session], Survey]
) -> None:
    survey = make(session)
    alone = estimate_alone(session, survey, tmp_path)
    compared = 0
    for by in estimate_survey(session, survey).breakdowns:
        for row in (one.as_json() for one in estimate_survey(session, survey, by).rows):
            other = alone.get((row["of"], row["kind"], json.dumps(row["domain"])))
            if other is None:  # a place without answers is in no row of the file
                assert row["n"] == 0
                continue
            assert {key: other[key] for key in SAME} == {key: near(row[key]) for key in SAME}, (
                row["of"],
                row["domain"],
            )
            compared += 1
    assert compared >= 5 * 14


def estimate_alone(session: Session, survey: Survey, folder: Path) -> dict[tuple[str, str, str], dict[str, Any]]:
    files = export_responses(session, survey)
    (folder / "responses.csv").write_text(files.responses, "utf-8")
    (folder / "design.json").write_text(files.design, "utf-8")
    out = folder / "tables.json"
    arguments = [str(folder / "responses.csv"), "--design", str(folder / "design.json"), "--out", str(out)]
    assert main(["estimate", *arguments]) == 0
    rows = json.loads(out.read_text("utf-8"))
    return {(row["of"], row["kind"], json.dumps(row["domain"])): row for row in rows}


@pytest.mark.long
@pytest.mark.parametrize("make", DESIGNS[:-1], ids=lambda make: make.__name__)
def test_r_gives_the_figures_from_the_exported_file(
    session: Session, tmp_path: Path, make: Callable[[Session], Survey]
) -> None:
    if shutil.which("Rscript") is None:
        pytest.skip("needs R with the package survey")
    survey = make(session)
    (tmp_path / "responses.csv").write_text(export_responses(session, survey).responses, "utf-8")
    done = subprocess.run(
        ["Rscript", str(Path(__file__).parent / "exported.R"), str(tmp_path / "responses.csv")],
        capture_output=True,
        text=True,
        check=True,
    )
    by = "district" if make is whole_districts else "sex"
    rows = estimate_survey(session, survey, by).rows
    ours = {(row.of, row.domain.get(by, "")): row for row in rows}
    lines = [line.split() for line in done.stdout.splitlines() if line.startswith(("q1", "overall"))]
    assert len(lines) >= 6
    for of, level, *figures in lines:
        row = ours[of, "" if level == "all" else level]
        if row.withheld:
            continue
        assert [row.estimate, row.se, float(row.df or 0)] == pytest.approx([float(one) for one in figures], rel=1e-6)


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
