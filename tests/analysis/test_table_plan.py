"""`python -m analysis estimate` from files: what it computes, and what it says when it cannot."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pytest import approx  # noqa: PT013

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
        (DESIGN | {"items": ["q99"]}, "there is no column 'q99'"),
        (DESIGN | {"weights": "sex"}, "column 'sex' holds 'F', not a number"),
        (DESIGN | {"by": ["weather"]}, "there is no column 'weather'"),
        (DESIGN | {"pooled": {"x": ["q05"]}}, "x pools 'q05'"),
        (DESIGN | {"lonely_psu": "guess"}, "lonely_psu must be one of"),
        (DESIGN | {"ids": ["a", "b", "c", "d"]}, "at most three stages"),
        (DESIGN | {"target_operator": "about"}, "unknown operator"),
        (DESIGN | {"level": 95}, "between 0 and 1"),
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
        ("psu,q1,w\nx,4\n", "row 0: 2 cells, but the header has 3"),
        ("psu,q1,w\nx,4,0\n", "row 0: weight is 0.0"),
        ("psu,q1,w\nx,4,-1\n", "row 0: weight is -1.0"),
        ("psu,q1,w\n,4,1\n", "row 0: psu is missing"),
        ("psu,q1,w\nx,bốn,1\n", "row 0: column 'q1' holds 'bốn', not a number"),
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


def test_a_header_without_rows_gives_withheld_figures(tmp_path: Path) -> None:
    code, out = run(tmp_path, {"ids": "psu", "items": ["q1"]}, "psu,q1\n")
    assert code == 0
    assert [(row["n"], row["withheld"]) for row in json.loads(out.read_text("utf-8"))] == [(0, "too_few")]
