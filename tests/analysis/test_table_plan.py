"""`python -m analysis estimate` from files: what it computes, and what it says when it cannot."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pytest import approx

from analysis import SurveyDesign, published_interval
from analysis.__main__ import main
from analysis.csv_table import CsvTable

DATA = Path(__file__).parent.parent / "golden" / "data" / "syn_a_province.csv"
DESIGN: dict[str, Any] = {
    "ids": ["commune", "id"], "strata": "district", "weights": "w", "fpc": ["n_communes", "list_size"],
    "items": ["q01", "q02"], "pooled": {"index": ["q01", "q02"]}, "by": ["sex", ["sex", "agegrp"]],
}  # fmt: skip


def run(tmp_path: Path, settings: Any, csv: str | None = None) -> tuple[int, Path]:
    design, out = tmp_path / "design.json", tmp_path / "out.json"
    design.write_text(settings if isinstance(settings, str) else json.dumps(settings), "utf-8")
    file = DATA
    if csv is not None:
        file = tmp_path / "file.csv"
        file.write_text(csv, "utf-8")
    return main(["estimate", str(file), "--design", str(design), "--out", str(out)]), out


def test_tables_agree_with_r(tmp_path: Path) -> None:
    # golden a_prop_q01 and a_propby_sex_q01 (R 4.2.2, survey 4.5)
    code, out = run(tmp_path, DESIGN)
    rows = {(row["of"], json.dumps(row["domain"])): row for row in json.loads(out.read_text("utf-8"))}
    assert code == 0
    assert len(rows) == 3 * (1 + 2 + 8)
    women = rows["q01", '{"sex": "F"}']
    assert (women["n"], women["n_psu"], women["df"]) == (926, 43, 28)
    assert (women["estimate"], women["se"]) == (approx(0.640437363908461), approx(0.0226540554757103))
    # R's wilson has n_eff uncapped; 448.7 is below 926 here, so they are the same
    assert [women["ci"][key] for key in ("low", "high")] == approx([0.592928667252641, 0.68534384319673])
    assert women["base"] == women["n"] + women["missing"]
    assert sum(women["shares"].values()) == approx(1)


def test_a_domain_leans_on_the_whole_where_it_is_small(tmp_path: Path) -> None:
    _code, out = run(tmp_path, DESIGN | {"by": ["district"], "items": ["q01"], "pooled": {}})
    rows = json.loads(out.read_text("utf-8"))
    few = [row for row in rows if "model_assisted" in row["marks"]]
    table = CsvTable.read(DATA)
    design = SurveyDesign.declare(
        psu=table.labels("commune"), strata=table.labels("district"), weights=table.numbers("w"),
        psu_population=table.numbers("n_communes"), element_population=table.numbers("list_size"),
    )  # fmt: skip
    y = table.successes("q01", [4, 5])
    district = few[0]["domain"]["district"]
    expected = published_interval(design.proportion(y, table.labels("district") == district), design.proportion(y))
    assert few[0]["ci"]["low"] == approx(expected.low, rel=1e-12)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ("{", "cannot be read as JSON"),
        ("[1]", "must hold one JSON object"),
        ({"items": []}, "name the columns of answers"),
        (DESIGN | {"colour": 1}, "unknown key 'colour'"),
        (DESIGN | {"items": ["q99"], "pooled": {}}, "there is no column 'q99'"),
        (DESIGN | {"weights": "sex"}, "column 'sex' holds 'F', not a number"),
        (DESIGN | {"by": ["weather"]}, "there is no column 'weather'"),
        (DESIGN | {"pooled": {"x": ["q05"]}}, "x pools 'q05'"),
        (DESIGN | {"lonely_psu": "guess"}, "lonely_psu must be one of"),
        (DESIGN | {"ids": ["a", "b", "c", "d"]}, "at most three stages"),
        (DESIGN | {"target_operator": "about"}, "target_operator is 'about'; write \"ge\""),
        (DESIGN | {"level": 95}, "level is 95; write a number between 0 and 1"),
        (DESIGN | {"target": "80%"}, "target is '80%'; write a number between 0 and 1"),
        (DESIGN | {"target": 80}, "target is 80; write a number between 0 and 1"),
        (DESIGN | {"minimum_n": "10"}, "minimum_n is '10'"),
        (DESIGN | {"by": 5}, "by is 5; write names of columns"),
        (DESIGN | {"by": [[["sex"]]]}, "by is [['sex']]; write names of columns"),
        (DESIGN | {"items": 5}, "items is 5; write names of columns"),
        (DESIGN | {"items": ["q01", "q01"]}, "an item stands twice"),
        (DESIGN | {"items": {"q01": {"colour": 1}, "q02": {}}}, "items.q01: unknown key 'colour'"),
        (DESIGN | {"satisfied": "4,5"}, "satisfied is '4,5'; write numbers such as [4, 5]"),
        (DESIGN | {"satisfied": []}, "at least one code each"),
        (DESIGN | {"pooled": ["q01"]}, "write names with items"),
        (DESIGN | {"pooled": {"i": []}}, "pooled.i is []; write at least one item"),
        (DESIGN | {"strata": ["district"]}, "strata is ['district']; write the name of one column"),
        (DESIGN | {"probability": "no"}, "probability is 'no'; write true or false"),
        (DESIGN | {"ids": "commune"}, "fpc names more stages than ids"),
    ],
)
def test_settings_that_cannot_be_used_are_told_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], settings: Any, told: str
) -> None:
    code, out = run(tmp_path, settings)
    error = capsys.readouterr().err
    assert (code, out.exists()) == (2, False)
    assert told in error
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    ("csv", "told"),
    [
        ("", "is empty"),
        ("a,a\n1,2\n", "column 'a' stands twice"),
        ("psu,q1,w\nx,4\n", "data row 1: 2 cells, but the header has 3"),
        ("psu,q1,w\nx,4,0\n", "data row 1: weight is 0.0"),
        ("psu,q1,w\nx,4,-1\n", "data row 1: weight is -1.0"),
        ("psu,q1,w\n,4,1\n", "data row 1: psu is missing"),
        ("psu,q1,w\nx,bốn,1\n", "data row 1: column 'q1' holds 'bốn', not a number"),
    ],
)
def test_files_that_cannot_be_used_are_told_with_the_row(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], csv: str, told: str
) -> None:
    code, _out = run(tmp_path, {"ids": "psu", "weights": "w", "items": ["q1"]}, csv)
    assert code == 2
    assert told in capsys.readouterr().err


def test_a_file_with_a_byte_order_mark_and_other_line_ends_is_read(tmp_path: Path) -> None:
    rows = "".join(f"x{number % 4},{4 + number % 2}\r\n" for number in range(40))
    code, out = run(tmp_path, {"ids": "psu", "items": {"q1": {"satisfied": [5]}}}, "\ufeffpsu,q1\r\n" + rows)
    assert code == 0
    assert json.loads(out.read_text("utf-8"))[0]["estimate"] == approx(0.5)


def test_semicolons_and_decimal_commas_of_a_vietnamese_spreadsheet_are_read(tmp_path: Path) -> None:
    rows = "".join(f"x{number % 4};{4 + number % 2};{1 + number % 2},5\n" for number in range(40))
    code, out = run(tmp_path, {"ids": "psu", "weights": "w", "items": {"q1": {"satisfied": [5]}}}, "psu;q1;w\n" + rows)
    assert code == 0
    assert json.loads(out.read_text("utf-8"))[0]["estimate"] == approx(2.5 / 4)


def test_a_workbook_is_no_csv_file_and_is_told_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _out = run(tmp_path, {"items": ["q1"]}, "PK\x03\x04 and more")
    assert code == 2
    assert "is a workbook, not a CSV file; save it as CSV" in capsys.readouterr().err


def test_an_empty_list_of_codes_is_taken_at_its_word(tmp_path: Path) -> None:
    rows = "".join(f"x{number % 4},{1 + number % 5}\n" for number in range(40))
    _code, out = run(tmp_path, {"ids": "psu", "items": ["q1"], "dissatisfied": []}, "psu,q1\n" + rows)
    assert json.loads(out.read_text("utf-8"))[0]["shares"] == {"satisfied": 0.4, "neutral": 0.6, "dissatisfied": 0.0}


def test_a_question_that_was_not_asked_makes_no_domain(tmp_path: Path) -> None:
    rows = "".join(f"x{number % 4},{1 + number % 5},{(-1, 1, 2)[number % 3]}\n" for number in range(60))
    settings = {"ids": "psu", "items": ["q1"], "not_asked": [-1], "by": ["late"]}
    _code, out = run(tmp_path, settings, "psu,q1,late\n" + rows)
    assert [row["domain"] for row in json.loads(out.read_text("utf-8"))] == [{}, {"late": "1"}, {"late": "2"}]


def test_without_weights_the_sampling_fractions_give_them(tmp_path: Path) -> None:
    # stratum a: 10 of 100 all satisfied, stratum b: 10 of 300 none: 100/400
    rows = "".join(f"{'ab'[number % 2]},{'51'[number % 2]},{(100, 300)[number % 2]}\n" for number in range(20))
    _code, out = run(tmp_path, {"strata": "h", "fpc": "N", "items": ["q1"]}, "h,q1,N\n" + rows)
    assert json.loads(out.read_text("utf-8"))[0]["estimate"] == approx(0.25)


def test_a_header_without_rows_gives_withheld_figures(tmp_path: Path) -> None:
    code, out = run(tmp_path, {"ids": "psu", "items": ["q1"]}, "psu,q1\n")
    assert code == 0
    assert [(row["n"], row["withheld"]) for row in json.loads(out.read_text("utf-8"))] == [(0, "too_few")]


def few_and_many(*cells: tuple[str, str, int]) -> str:
    """One response a row: sex, age group, and how many of them."""
    lines = [f"{sex},{age},{5 - place % 3},c{place % 4}" for sex, age, count in cells for place in range(count)]
    return "\n".join(["sex,age,q1,commune", *lines]) + "\n"


def withheld_in(out: Path, *by: str) -> dict[tuple[str, ...], str | None]:
    rows = json.loads(out.read_text("utf-8"))
    return {tuple(row["domain"].values()): row["withheld"] for row in rows if tuple(row["domain"]) == by}


def test_a_part_with_too_few_does_not_follow_from_the_whole_and_the_others(tmp_path: Path) -> None:
    cells = [("F", "a", 30), ("F", "b", 40), ("F", "c", 50), ("M", "a", 4), ("M", "b", 25), ("M", "c", 60)]
    settings = {"ids": "commune", "items": ["q1"], "by": ["age", ["sex", "age"]]}
    code, out = run(tmp_path, settings, few_and_many(*cells))
    assert code == 0
    assert set(withheld_in(out, "age").values()) == {None}
    crossed = withheld_in(out, "sex", "age")
    assert crossed["M", "a"] == "too_few"
    protecting = {cell for cell, reason in crossed.items() if reason == "protected"}
    assert protecting == {("F", "a"), ("M", "b"), ("F", "b")}  # the cheapest cycle through it

    run(tmp_path, settings | {"by": ["age"]}, few_and_many(("F", "a", 6), ("F", "b", 40), ("F", "c", 50)))
    assert withheld_in(out, "age") == {("a",): "too_few", ("b",): "protected", ("c",): None}


def test_a_column_without_values_has_no_parts(tmp_path: Path) -> None:
    code, out = run(tmp_path, {"ids": "commune", "items": ["q1"], "by": ["age"]}, few_and_many(("F", "", 30)))
    assert code == 0
    assert [row["domain"] for row in json.loads(out.read_text("utf-8"))] == [{}]
