"""Cross tables against sums written out by hand and against the statistics of the responses; what is withheld."""

from __future__ import annotations

import csv
import io
import math
from typing import Any

import numpy as np
import pytest
from sqlalchemy.orm import Session

from analysis.suppression import choose_withheld
from survey_app.errors import UserError
from survey_app.results.composites import Responses
from survey_app.results.crossing.choice import Asked, Choice, choose, settle
from survey_app.results.crossing.coded import CodedResponses, code_responses
from survey_app.results.crossing.files import table_as_csv, table_as_json
from survey_app.results.crossing.table import CrossTable, cross
from survey_app.results.estimates import estimate_survey
from survey_app.surveys.models import Survey
from tests.village import communes, make_village, respond
from tests.world import answer, make_survey

SAMPLE = {"share": 0.5, "stratify_by": "none"}  # 12 communes, 6 drawn


def table_of(session: Session, survey: Survey, query: str) -> CrossTable:
    coded = code_responses(session, survey)
    return cross(coded, choose(coded, Asked.read(query)))


def cell_of(table: CrossTable, row: str, column: str = "") -> Any:
    rows, columns = [value for value, _title in table.rows], [value for value, _title in table.columns]
    return table.cells[rows.index(row)][columns.index(column)]


def answer_in(session: Session, survey: Survey, counts: dict[tuple[int, int, str], tuple[int, int]]) -> None:
    """(place of the commune, late, channel) → (good, bad) answers to q1."""
    codes = communes(session, survey)
    for (place, late, channel), (good, bad) in counts.items():
        for number in range(good + bad):
            answers = {"q1": 3 if number < good else 1, "late": late}
            respond(session, survey, codes[place], answers=answers, channel=channel)
    session.commit()


def test_a_cell_agrees_with_a_sum_done_by_hand(session: Session) -> None:
    # Three of the twelve communes answer. Of those not late (late = 2) 4 of 5, 3 of 5 and 1 of 2 are satisfied: the
    # sum of tests/rooms/test_figures.py, where it is written out. The late ones (5 in each commune) stay in the design
    # with nothing to add: between communes z is as there; within, m is 10, 10 and 7 instead of 5, 5 and 2, so
    # Σ m/(m − 1)·Σ(r − r̄)²: of the squared residuals r = y − 2/3, 4·(1/9) + 1·(4/9) = 8/9, 3/9 + 2·4/9 = 11/9 and
    # 1/9 + 4/9 = 5/9, less z²/m = (2/3)²/10, (1/3)²/10, (1/3)²/7; times 10/9, 10/9 and 7/6.
    survey = make_village(session, sample=SAMPLE)
    answer_in(
        session, survey,
        {(0, 2, "kiosk"): (4, 1), (1, 2, "kiosk"): (3, 2), (2, 2, "kiosk"): (1, 1)}
        | {(place, 1, "kiosk"): (5, 0) for place in range(3)},
    )  # fmt: skip
    found = cell_of(table_of(session, survey, "hang=late&cot=-&cua=q1"), "2")
    between = (1 - 3 / 12) * 12**2 / 3 * (4 / 9 + 1 / 9 + 1 / 9) / 2
    spread = [(10, 8 / 9 - 4 / 90), (10, 11 / 9 - 1 / 90), (7, 5 / 9 - 1 / 63)]
    within = 3 / 12 * 16 * sum(m / (m - 1) * square for m, square in spread)
    assert (found.respondents, found.n, found.base, found.missing, found.n_psu) == (12, 12, 12, 0, 3)
    assert found.estimate == pytest.approx(2 / 3, abs=1e-12)
    assert found.se == pytest.approx(math.sqrt(between + within) / 48, abs=1e-12)


@pytest.fixture
def kien_giang(session: Session) -> Survey:
    """SIPAS in Kiên Giang: 20 answers in each of 12 communes, of both sexes, five ages and three channels, by rule."""
    survey = make_survey(session, state="collecting")
    from survey_app.sampling.queries import drawn_units

    for place, entry in enumerate(list(drawn_units(session, survey))[:12]):
        for number in range(20):
            k = place * 20 + number
            answers: dict[str, Any] = {
                key: 1 + (k * step + place * 2 + k // 7) % 5
                for key, step in (("a1", 1), ("a2", 2), ("b5", 3), ("c10", 4), ("d16", 1), ("e19", 6))
            }
            if k % 9:
                answers["sex"] = 1 + k % 2
            if k % 11:
                answers["age"] = 1 + (k // 2 + place) % 5
            answers["n1"] = [1, 6] if k % 3 else [2]
            answers["n5"] = 1 + k % 3
            answer(
                session, survey, commune=entry.unit.code, answers=answers, channel=("kiosk", "field", "paper")[k % 3]
            )
    session.commit()
    return survey


def test_cells_and_totals_agree_with_the_statistics_of_the_responses(session: Session, kien_giang: Survey) -> None:
    table = table_of(session, kien_giang, "hang=sex&cot=channel&cua=a1")
    coded = code_responses(session, kien_giang)
    design = Responses(coded.counts, coded.table, []).design
    columns = {name: coded.table.column(name).to_pylist() for name in ("sex", "channel", "a1")}
    satisfied = np.array([math.nan if one is None else float(one in (4, 5)) for one in columns["a1"]])
    for sex in ("1", "2", ""):
        for channel in ("kiosk", "field", "paper", ""):
            domain = np.array(
                [
                    s is not None and sex in (s, "") and channel in (c, "")
                    for s, c in zip(columns["sex"], columns["channel"], strict=True)
                ]
            )
            direct, found = design.proportion(satisfied, domain), cell_of(table, sex, channel)
            assert found.withheld is None
            assert (found.respondents, found.n_psu) == (direct.n, direct.n_psu)
            assert found.estimate == pytest.approx(direct.estimate, abs=1e-12)
            assert found.se == pytest.approx(direct.se, abs=1e-12)
            assert found.df == pytest.approx(direct.df)


def test_filters_leave_people_out_of_the_table_and_in_the_design(session: Session, kien_giang: Survey) -> None:
    table = table_of(session, kien_giang, "hang=sex&cot=-&cua=access&loc=channel=kiosk&loc=channel=field&loc=age=2")
    coded = code_responses(session, kien_giang)
    design = Responses(coded.counts, coded.table, []).design
    rows = coded.table.select(["sex", "channel", "age", "a1", "a2"]).to_pylist()
    good = np.array([sum(row[key] in (4, 5) for key in ("a1", "a2")) for row in rows], dtype=float)
    given = np.array([sum(row[key] is not None for key in ("a1", "a2")) for row in rows], dtype=float)
    among = [row["channel"] in ("kiosk", "field") and row["age"] == "2" for row in rows]
    direct = design.ratio(
        good, given, np.array([a and row["sex"] is not None for a, row in zip(among, rows, strict=True)])
    )
    assert table.among == sum(among)
    assert table.outside == sum(a and row["sex"] is None for a, row in zip(among, rows, strict=True))
    assert table.total.estimate == pytest.approx(direct.estimate, abs=1e-12)
    assert table.total.se == pytest.approx(direct.se, abs=1e-12)
    assert (table.total.respondents, table.total.n) == (direct.n, direct.total)


def test_means_and_shares_of_an_option(session: Session, kien_giang: Survey) -> None:
    coded = code_responses(session, kien_giang)
    rows = coded.table.select(["a1", "n1", "n5", "sex"]).to_pylist()
    weights, design = coded.counts.weighting.of_row, Responses(coded.counts, coded.table, []).design
    women = np.array([row["sex"] == "2" for row in rows])
    mean = cell_of(table_of(session, kien_giang, "hang=sex&cot=-&cua=mean:a1"), "2")
    direct = design.mean([row["a1"] for row in rows], women)
    assert (mean.unit, mean.verdict, mean.target) == ("points", None, None)
    assert mean.estimate == pytest.approx(direct.estimate, abs=1e-12)
    assert mean.se == pytest.approx(direct.se, abs=1e-12)
    for key, chosen in (("n1:6", ["6" in row["n1"] for row in rows]), ("n5:3", [row["n5"] == "3" for row in rows])):
        share = cell_of(table_of(session, kien_giang, f"hang=sex&cot=-&cua=option:{key}"), "2")
        by_hand = float(weights[women] @ np.array(chosen, dtype=float)[women] / weights[women].sum())
        assert share.estimate == pytest.approx(by_hand, abs=1e-12)
        assert (share.verdict, share.target, share.shares) == (None, None, None)


def test_one_facet_gives_the_figures_of_every_other_page(session: Session, kien_giang: Survey) -> None:
    for by in ("district", "commune", "age"):
        table = table_of(session, kien_giang, f"hang={by}&cot=-&cua=sipas")
        theirs = {
            row.domain[by]: row
            for row in estimate_survey(session, kien_giang, by).rows
            if row.domain and row.of == "sipas"
        }
        shown = [line[0] for line in table.cells[:-1] if line[0].estimate is not None]
        assert shown
        for cell in shown:
            other = theirs[cell.domain[by]]
            assert cell.estimate == pytest.approx(other.estimate, abs=1e-12)
            assert (cell.se, cell.n, cell.base, cell.missing) == pytest.approx(
                (other.se, other.n, other.base, other.missing)
            )


def test_small_cells_are_withheld_with_what_gives_them_away_and_tell_no_count(
    session: Session, kien_giang: Survey
) -> None:
    table = table_of(session, kien_giang, "hang=district&cot=age&cua=sipas")
    coded = code_responses(session, kien_giang)
    whole = cross_counts(coded, table.choice)
    expected = choose_withheld(whole)
    rows = [list(table.choice.row.levels).index(value) if value else -1 for value, _title in table.rows]
    columns = [list(table.choice.column.levels).index(value) if value else -1 for value, _title in table.columns]
    for place, line in zip(rows, table.cells, strict=True):
        for other, cell in zip(columns, line, strict=True):
            assert (cell.withheld == "protected") == expected[place, other]
    hidden = [cell for line in table.cells for cell in line if cell.withheld == "protected"]
    assert table.withheld
    for cell in hidden:
        assert (cell.respondents, cell.n, cell.base, cell.missing, cell.n_psu, cell.estimate, cell.se, cell.ci) == (
            0,
            0,
            0,
            0,
            0,
            None,
            None,
            None,
        )
    written = table_as_json(table, simulated=False)
    assert {frozenset(cell) for cell in written["cells"] if cell["withheld"]} == {
        frozenset({"domain", "domain_title", "withheld"})
    }
    lines = list(csv.DictReader(io.StringIO(table_as_csv(table, simulated=True))))
    assert {line["note"] for line in lines} == {"dữ liệu mô phỏng"}
    assert all(line["n"] == line["estimate"] == "" for line in lines if line["withheld"] == "protected")
    assert sum(line["withheld"] == "protected" for line in lines) == len(hidden)


def cross_counts(coded: CodedResponses, choice: Choice) -> np.ndarray:
    """Respondents with an answer in each cell, counted from the rows."""
    rows = coded.table.to_pylist()
    keys = ["a1", "a2", "b5", "c10", "d16", "e19"]
    district = choice.row.of_unit
    counts = np.zeros((len(choice.row.levels), len(choice.column.levels)), dtype=int)
    for row in rows:
        if row["age"] is not None and any(row[key] is not None for key in keys):
            counts[list(choice.row.levels).index(district[row["commune"]]), int(row["age"]) - 1] += 1
    return counts


@pytest.mark.parametrize(
    ("query", "field", "words"),
    [
        ("hang=xx", "hang", "„xx”"),
        ("hang=sex&cot=sex", "cot", "Hàng và cột"),
        ("hang=sex&cua=khong-co", "cua", "khong-co"),
        ("hang=sex&loc=age%3D77", "loc", "age=77"),
        ("hang=sex&loc=text", "loc", "text"),
        (
            "hang=sex&" + "&".join(f"loc=age={n}" for n in (1, 2, 3, 4, 5)) + "&loc=sex=1&loc=sex=2",
            "loc",
            "nhiều nhất 6",
        ),
    ],
)
def test_what_cannot_be_asked_is_said_and_the_rest_of_the_choice_stays(
    session: Session, query: str, field: str, words: str
) -> None:
    survey = make_survey(session, state="collecting")
    answer(session, survey)
    session.commit()
    coded = code_responses(session, survey)
    choice, faults = settle(coded, Asked.read(query))
    assert [name for name, _words in faults] == [field]
    assert words in faults[0][1]
    if field != "hang":
        assert choice.row.by == "sex"
    with pytest.raises(UserError):
        choose(coded, Asked.read(query))


def test_a_choice_is_read_back_from_its_own_address(session: Session, kien_giang: Survey) -> None:
    coded = code_responses(session, kien_giang)
    for query in ("", "hang=age&cot=-&cua=mean:a1", "hang=district&cot=sex&loc=channel%3Dkiosk"):
        choice = choose(coded, Asked.read(query))
        assert choose(coded, Asked.read(choice.query)).query == choice.query


def test_nobody_drew_the_sample_so_no_cell_has_an_interval(session: Session) -> None:
    survey = make_village(session, sample={"frame": "none"})
    answer_in(session, survey, {(0, 2, "kiosk"): (9, 3), (1, 1, "kiosk"): (6, 6)})
    table = table_of(session, survey, "hang=late&cot=-&cua=q1")
    assert not table.probability
    assert [(cell.ci, cell.se, cell.verdict) for cell in (line[0] for line in table.cells)] == [(None, None, None)] * 3
    assert table.cells[0][0].estimate is not None
