"""Surveys of which only a published table is known: reproduced to the last decimal, with what can be said of them."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from scipy.stats import t as student
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey_app.audit.models import AuditEntry
from survey_app.errors import Conflict, LinesRefused
from survey_app.results.counts.definition import read_counts, read_counts_file
from survey_app.results.counts.figures import figures_of, verdicts_by_design_effect
from survey_app.results.counts.forms import MOST_TYPED
from survey_app.results.counts.models import CountedRow, CountedSurvey
from survey_app.results.counts.queries import find_counted
from survey_app.results.counts.service import enter_counts
from survey_app.settings import ROOT
from tests.conftest import token_in
from tests.village import refusal
from tests.world import TESTER

FILE = ROOT / "data" / "counts" / "kien-giang-2019.yaml"
SLUG = "kien-giang-2019"
#: Quyết định số 346/QĐ-UBND ngày 14/2/2020: forms, HL, BT, KHL.
PUBLISHED = [
    (907, "83,13", "15,47", "1,40"),
    (1485, "82,71", "16,29", "1,00"),
    (1382, "76,04", "23,02", "0,94"),
]
Person = Callable[..., FlaskClient]


def enter(session: Session) -> CountedSurvey:
    survey, new = enter_counts(session, read_counts_file(FILE.read_bytes(), name=FILE.name), actor=TESTER)
    assert new
    session.commit()
    return survey


def wilson(p: float, n: float, t: float) -> tuple[float, float]:
    """Wilson (1927) as in textbooks, written out once more."""
    centre, half = p + t * t / (2 * n), t * (p * (1 - p) / n + t * t / (4 * n * n)) ** 0.5
    return (centre - half) / (1 + t * t / n), (centre + half) / (1 + t * t / n)


def plain(**changes: Any) -> dict[str, Any]:
    """A table of one line, as a form gives it."""
    data: dict[str, Any] = {
        "slug": "mot-bang",
        "title": {"vi": "Một bảng", "en": "A table"},
        "territory": {"code": "91", "code_system": "tctk-2020"},
        "period": {"from": "2018-01-01", "to": "2018-12-31"},
        "source": "Báo cáo 1",
        "sample": {"selection": "drawn"},
        "target": {"rate": 0.8},
        "rows": [{"label": "Chung", "counts": {"satisfied": 170, "neutral": 20, "dissatisfied": 10}}],
    }
    return data | changes


def test_every_published_figure_of_kien_giang_2019_is_reproduced(session: Session) -> None:
    survey = enter(session)
    page_figures = [
        (
            figure.line.n,
            *(f"{figure.percentages[side]:.{survey.decimals}f}".replace(".", ",") for side in figure.percentages),
        )
        for figure in figures_of(survey)
    ]
    assert page_figures == PUBLISHED
    assert survey.forms == 3774
    assert (survey.units_drawn, survey.units_all) == (47, 145)


def test_intervals_and_verdicts_are_those_of_the_stated_assumption(session: Session) -> None:
    survey = enter(session)
    figures = figures_of(survey)
    t = student.ppf(0.975, 46)
    for figure, (n, rate, _neutral, _dissatisfied) in zip(figures, PUBLISHED, strict=True):
        low, high = wilson(float(rate.replace(",", ".")) / 100, n / 1.6, t)
        assert figure.row.ci is not None
        assert (figure.row.ci["low"], figure.row.ci["high"]) == pytest.approx((low, high), abs=1e-12)
        assert (figure.row.deff, figure.row.df) == (pytest.approx(1.6), 46)
    limits = [(round(one.row.ci["low"] * 100, 1), round(one.row.ci["high"] * 100, 1)) for one in figures if one.row.ci]
    assert limits == [(79.7, 86.1), (80.1, 85.1), (73.0, 78.8)]
    assert [one.row.verdict for one in figures] == ["not_proven", "met", "not_met"]
    assert [one.holds_up_to and round(one.holds_up_to, 2) for one in figures] == [None, 1.68, 3.34]


def test_other_assumptions_show_which_verdict_rests_on_them(session: Session) -> None:
    found = dict(verdicts_by_design_effect(enter(session)))
    assert found[1.0] == ["met", "met", "not_met"]
    assert found[2.0] == ["not_proven", "not_proven", "not_met"]


def test_percentages_that_are_no_counts_of_forms_are_said_to_be_none(session: Session) -> None:
    assert [figure.whole for figure in figures_of(enter(session))] == [False, False, False]


def test_a_sample_nobody_drew_gets_no_interval_and_no_verdict(session: Session) -> None:
    survey, _new = enter_counts(session, read_counts(plain(sample={"selection": "not_drawn"})), actor=TESTER)
    (figure,) = figures_of(survey)
    assert (figure.row.estimate, figure.row.ci, figure.row.verdict) == (pytest.approx(0.85), None, None)


def test_a_line_of_fewer_than_ten_forms_is_withheld(session: Session) -> None:
    rows = [{"label": "Ít", "counts": {"satisfied": 8, "neutral": 1, "dissatisfied": 0}}]
    survey, _new = enter_counts(session, read_counts(plain(rows=rows)), actor=TESTER)
    (figure,) = figures_of(survey)
    assert (figure.row.withheld, figure.row.estimate, figure.row.verdict) == ("too_few", None, None)


def test_correlation_in_clusters_becomes_a_design_effect(session: Session) -> None:
    sample = {"selection": "drawn", "drawn": 10, "of": 50, "correlation": 0.05, "source": "SIPAS 2018"}
    survey, _new = enter_counts(session, read_counts(plain(sample=sample)), actor=TESTER)
    (figure,) = figures_of(survey)  # 200 forms in 10 communes, 20 in each: 1 + 19 · 0.05
    assert figure.row.deff == pytest.approx(1.95)
    assert figure.row.df == 9


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        (
            {"rows": [{"label": "A", "n": 100, "percent": {"satisfied": "80", "neutral": "30", "dissatisfied": "1"}}]},
            "rows.0.percent",
        ),
        ({"rows": [{"label": "A", "percent": {"satisfied": "80"}}]}, "rows.0"),
        ({"rows": [{"label": "A", "n": 5, "counts": {"satisfied": 1, "neutral": 1, "dissatisfied": 1}}]}, "rows.0"),
        ({"rows": [{"label": "A", "n": 5, "percent": {"satisfied": "101"}}]}, "rows.0.percent.satisfied"),
        ({"rows": [{"label": "A", "n": 5, "percent": {"satisfied": "nhiều"}}]}, "rows.0.percent.satisfied"),
        ({"rows": []}, "rows"),
        ({"total": 201}, "rows"),
        ({"sample": {"selection": "drawn", "design_effect": 1.6}}, "sample"),
        ({"sample": {"selection": "drawn", "drawn": 50, "of": 20}}, "sample"),
        ({"sample": {"selection": "somehow"}}, "sample.selection"),
        ({"source": ""}, "source"),
        ({"slug": "Kiên Giang"}, "slug"),
    ],
)
def test_a_table_that_does_not_add_up_is_refused_with_its_place(
    app: Flask, changes: dict[str, Any], place: str
) -> None:
    with app.app_context(), pytest.raises(LinesRefused) as refused:
        read_counts(plain(**changes))
    assert any(reason.startswith(f"{place}:") for _line, reason in refused.value.lines), refused.value.lines


def test_the_database_refuses_counts_that_do_not_sum(session: Session) -> None:
    survey = enter(session)
    session.add(
        CountedRow(
            survey_id=survey.id, position=9, label_vi="A", label_en="A", n=10,
            satisfied=9, neutral=9, dissatisfied=9, of="", by="", value="",
        )
    )  # fmt: skip
    with pytest.raises(IntegrityError):
        session.flush()


def test_the_same_table_again_is_found_and_another_of_the_name_refused(session: Session) -> None:
    first = enter(session)
    definition = read_counts_file(FILE.read_bytes(), name=FILE.name)
    again, new = enter_counts(session, definition, actor=TESTER)
    assert (again.id, new) == (first.id, False)
    assert isinstance(refusal(lambda: enter_counts(session, read_counts(plain(slug=SLUG)), actor=TESTER)), Conflict)


def test_a_command_enters_shows_and_removes_a_table(app: Flask, session: Session) -> None:
    run = app.test_cli_runner().invoke
    assert "3774 forms" in run(args=["results", "counts", "import", str(FILE)]).output
    shown = json.loads(run(args=["results", "counts", "show", SLUG]).output)
    assert [(one["published"]["satisfied"], one["verdict"]) for one in shown] == [
        (83.13, "not_proven"),
        (82.71, "met"),
        (76.04, "not_met"),
    ]
    assert run(args=["results", "counts", "remove", SLUG, "--reason", "Nhập nhầm"]).exit_code == 0
    assert session.scalar(select(func.count(CountedRow.id))) == 0
    verbs = session.scalars(select(AuditEntry.verb).where(AuditEntry.subject == f"counts:{SLUG}")).all()
    assert verbs == ["counts.enter", "counts.remove"]


def test_a_command_in_somebodys_name_needs_their_permission(app: Flask, sign_in: Person) -> None:
    analyst, manager = sign_in("analyst"), sign_in("survey_manager")
    run = app.test_cli_runner().invoke
    assert run(args=["results", "counts", "import", str(FILE), "--by", analyst.email]).exit_code == 1
    assert run(args=["results", "counts", "import", str(FILE), "--by", manager.email]).exit_code == 0


def test_the_page_shows_the_published_numbers_the_verdicts_and_the_assumption(
    session: Session, sign_in: Person
) -> None:
    enter(session)
    page = sign_in("analyst").get(f"/quan-ly/bang-so/{SLUG}").text
    for row in PUBLISHED:
        for number in row[1:]:
            assert f">{number}</td>" in page
    assert "79,7–86,1" in page
    assert "Hệ số thiết kế coi là 1,6" in page
    assert "Chưa đủ bằng chứng" in page
    assert "47 trên 145 xã" in page
    assert page.count("<svg") > 3


def test_a_lead_of_another_sector_knows_nothing_of_a_table(session: Session, sign_in: Person) -> None:
    enter(session)
    other = sign_in("sector_lead", "sector:health")
    assert other.get(f"/quan-ly/bang-so/{SLUG}").status_code == 404
    assert SLUG not in other.get("/quan-ly/bang-so").text


def form_of(person: FlaskClient, **changes: str) -> dict[str, str]:
    page = person.get("/quan-ly/bang-so/nhap").text
    data = {
        "csrf_token": token_in(page),
        "title_vi": "Kiên Giang 2019",
        "title_en": "Kiên Giang 2019",
        "slug": "kg-2019",
        "sector": "administrative",
        "territory": "91@tctk-2020",
        "starts_on": "2019-01-01",
        "ends_on": "2019-12-31",
        "source": "Quyết định 346",
        "selection": "assumed",
        "level": "commune",
        "drawn": "47",
        "all_units": "145",
        "assumption": "design_effect",
        "assumed": "1,6",
        "assumed_source": "Giả định",
        "target": "80",
        "operator": "ge",
        "unit": "percent",
        "go": "save",
    }
    for number, (n, *sides) in enumerate(PUBLISHED):
        cells = dict(zip(("satisfied", "neutral", "dissatisfied"), sides, strict=True))
        data |= {f"label-{number}": f"Dịch vụ {number}", f"n-{number}": f"{n:,}".replace(",", ".")}
        data |= {f"{name}-{number}": value for name, value in cells.items()}
    return data | changes


def test_typed_rows_of_the_form_become_the_same_figures(session: Session, sign_in: Person) -> None:
    person = sign_in("survey_manager")
    done = person.post("/quan-ly/bang-so/nhap", data=form_of(person))
    assert done.status_code == 302, done.text
    figures = figures_of(find_counted(session, "kg-2019"))
    assert [one.row.verdict for one in figures] == ["not_proven", "met", "not_met"]
    assert [one.line.n for one in figures] == [907, 1485, 1382]


def test_a_csv_file_of_rows_is_read_like_typed_ones(session: Session, sign_in: Person, tmp_path: Path) -> None:
    person = sign_in("survey_manager")
    lines = ["label;n;satisfied;neutral;dissatisfied"]
    lines += [f"Dịch vụ;{n};{';'.join(sides)}" for n, *sides in PUBLISHED]
    path = tmp_path / "dong.csv"
    path.write_text("\n".join(lines), encoding="utf-8-sig")
    data: dict[str, Any] = {key: value for key, value in form_of(person).items() if "-" not in key}
    with path.open("rb") as file:
        done = person.post("/quan-ly/bang-so/nhap", data={**data, "file": file})
    assert done.status_code == 302, done.text
    assert [one.line.percent_satisfied for one in figures_of(find_counted(session, "kg-2019"))] == [83.13, 82.71, 76.04]


def test_a_mistake_keeps_what_was_typed_and_says_where_it_is(session: Session, sign_in: Person) -> None:
    person = sign_in("survey_manager")
    answer = person.post("/quan-ly/bang-so/nhap", data=form_of(person, **{"satisfied-1": "92,71"}))
    assert answer.status_code == 400
    assert "rows.1.percent" in answer.text
    assert 'value="92,71"' in answer.text
    assert 'value="1.485"' in answer.text
    assert session.scalar(select(func.count(CountedSurvey.id))) == 0


def test_more_rows_are_asked_for_without_losing_those_there(sign_in: Person) -> None:
    person = sign_in("survey_manager")
    page = person.post("/quan-ly/bang-so/nhap", data=form_of(person, go="rows")).text
    assert 'name="label-6"' in page
    assert 'value="83,13"' in page


def test_a_full_page_gives_no_more_rows_and_says_so(sign_in: Person) -> None:
    person = sign_in("survey_manager")
    many = {f"label-{number}": f"Dòng {number}" for number in range(MOST_TYPED)}
    answer = person.post("/quan-ly/bang-so/nhap", data=form_of(person, go="rows", **many))
    assert answer.status_code == 400
    assert f"nhiều nhất {MOST_TYPED} dòng" in answer.text
    assert f'name="label-{MOST_TYPED - 1}"' in answer.text
    assert f'name="label-{MOST_TYPED}"' not in answer.text


def test_a_file_beside_typed_rows_is_refused_and_the_rows_stay(session: Session, sign_in: Person) -> None:
    person = sign_in("survey_manager")
    file = (io.BytesIO(b"label;n;satisfied\nA;100;80\n"), "dong.csv")
    answer = person.post("/quan-ly/bang-so/nhap", data={**form_of(person), "file": file})
    assert answer.status_code == 400
    assert "không biết lấy bên nào" in answer.text
    assert 'value="83,13"' in answer.text
    assert session.scalar(select(func.count(CountedSurvey.id))) == 0


def test_removing_needs_a_reason(session: Session, sign_in: Person) -> None:
    enter(session)
    person = sign_in("survey_manager")
    token = token_in(person.get(f"/quan-ly/bang-so/{SLUG}").text)
    refused = person.post(f"/quan-ly/bang-so/{SLUG}/bo", data={"csrf_token": token, "reason": " "})
    assert refused.status_code == 400
    assert "ghi lý do" in refused.text
    done = person.post(f"/quan-ly/bang-so/{SLUG}/bo", data={"csrf_token": token, "reason": "Nhập nhầm năm"})
    assert done.status_code == 302
    assert session.scalar(select(func.count(CountedSurvey.id))) == 0
