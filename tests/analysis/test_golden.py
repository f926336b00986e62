"""Every case of tests/golden by `python -m analysis verify`, and that verifying can fail."""

from __future__ import annotations

import json
import math
import shutil
from pathlib import Path
from typing import Any

import pytest
from pytest import approx

from analysis import SurveyDesign
from analysis.__main__ import main
from analysis.intervals import wilson
from analysis.verify import verify_case, verify_folder
from analysis.verify.cases import Case
from analysis.verify.estimands import ESTIMANDS

FOLDER = Path(__file__).parent.parent / "golden"
CASES = sorted((FOLDER / "cases").glob("*.json"))


@pytest.mark.parametrize("path", CASES, ids=[path.stem for path in CASES])
def test_golden_case_is_reproduced(path: Path) -> None:
    assert [str(failure) for failure in verify_case(Case.read(path)).failures] == []


def test_the_folder_holds_400_cases_of_every_type_we_know() -> None:
    assert len(CASES) == 400
    assert {json.loads(path.read_text("utf-8"))["estimand"]["type"] for path in CASES} == set(ESTIMANDS)


def copy_cases(folder: Path, *names: str) -> Path:
    (folder / "cases").mkdir(parents=True)
    shutil.copytree(FOLDER / "data", folder / "data")
    for name in names:
        shutil.copy(FOLDER / "cases" / f"{name}.json", folder / "cases")
    return folder


def edit(path: Path, change: Any) -> None:
    document = json.loads(path.read_text("utf-8"))
    change(document)
    path.write_text(json.dumps(document), "utf-8")


ONE_OF_EACH = sorted({json.loads(p.read_text("utf-8"))["estimand"]["type"]: p.stem for p in CASES}.values())


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_one_wrong_figure_fails_the_case(tmp_path: Path, name: str) -> None:
    """Every number of a result, changed by 10%, is noticed, unless it is an input or the README says to ignore it."""
    path = copy_cases(tmp_path, name) / "cases" / f"{name}.json"
    original = json.loads(path.read_text("utf-8"))
    noticed = 0
    for place in numbers(original["results"][0]):
        changed = json.loads(json.dumps(original))
        target = changed["results"][0]
        for step in place[:-1]:
            target = target[step]
        target[place[-1]] = target[place[-1]] * 1.1 + 0.01
        changed.pop("alt_results", None)
        path.write_text(json.dumps(changed), "utf-8")
        noticed += bool(verify_case(Case.read(path)).failures)
    assert noticed > 0


def numbers(value: Any, place: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The places of all numbers in a result, at most 40."""
    if isinstance(value, dict):
        return [found for key, part in value.items() for found in numbers(part, (*place, key))][:40]
    if isinstance(value, list):
        return [found for number, part in enumerate(value[:3]) for found in numbers(part, (*place, number))]
    return [place] if isinstance(value, int | float) and not isinstance(value, bool) else []


def test_a_folder_elsewhere_with_other_names_passes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = copy_cases(tmp_path / "other place", "a_mean_score", "b_change_q01", "s_prn_selection")
    for number, path in enumerate(sorted((folder / "cases").glob("*.json"))):
        path.rename(path.with_name(f"x{number}.json"))
        edit(path.with_name(f"x{number}.json"), lambda document: document.pop("name"))
    assert main(["verify", str(folder)]) == 0
    assert capsys.readouterr().out == "3 passed, 0 failed\n"


def test_columns_under_other_names_and_rows_in_another_order_pass(tmp_path: Path) -> None:
    folder = copy_cases(tmp_path, "a_propby_sex_q01", "a_glm_q01", "a_quantile_score_math_mean")
    names = {"q01": "traloi", "commune": "xa", "district": "huyen", "sex": "gioi", "w": "trong_so", "score": "diem"}
    data = folder / "data" / "syn_a_province.csv"
    header, *rows = data.read_text("utf-8").splitlines()
    header = ",".join(names.get(name, name) for name in header.split(","))
    data.write_text("\n".join([header, *rows[::-1]]) + "\n", "utf-8")
    for path in (folder / "cases").glob("*.json"):
        text = path.read_text("utf-8")
        for old, new in names.items():
            text = text.replace(f'"{old}"', f'"{new}"').replace(f'"{old}M"', f'"{new}M"').replace("sexM", "gioiM")
        path.write_text(text, "utf-8")
    assert [str(f) for outcome in verify_folder(folder) for f in outcome.failures] == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda d: d["estimand"].update(type="astrology"), "astrology"),
        (lambda d: d["results"][0].update(estimate=0.5), "expected 0.5"),
        (lambda d: d["results"][0].update(luck=7), "luck: expected 7, got nothing"),
        (lambda d: d["estimand"].update(variable="q99"), "there is no column 'q99'"),
        (lambda d: d.update(data="data/nowhere.csv"), "cannot be opened"),
        (lambda d: d.update(results=[]), "results"),
        (lambda d: d["design"].update(lonely_psu="guess"), "lonely_psu must be one of"),
    ],
)
def test_what_cannot_be_reproduced_fails_and_says_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], change: Any, told: str
) -> None:
    folder = copy_cases(tmp_path, "a_prop_q01" if (FOLDER / "cases/a_prop_q01.json").exists() else "a_propby_sex_q01")
    (path,) = (folder / "cases").glob("*.json")
    edit(path, change)
    assert main(["verify", str(folder)]) == 1
    out = capsys.readouterr().out
    assert told in out
    assert out.endswith("0 passed, 1 failed\n")


def test_an_empty_folder_and_a_broken_case_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(tmp_path)]) == 2
    assert "no cases" in capsys.readouterr().err
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases" / "broken.json").write_text("{", "utf-8")
    assert main(["verify", str(tmp_path)]) == 1


def test_wilson_of_a_simple_sample_is_the_textbook_one() -> None:
    # Wilson's own formula with z, by hand: p = 0.5, n = 100 -> (50 + z²/2 ± z·√(25 + z²/4))/(100 + z²)
    z = 1.959963984540054
    middle, half = 50 + z**2 / 2, z * math.sqrt(25 + z**2 / 4)
    expected = ((middle - half) / (100 + z**2), (middle + half) / (100 + z**2))
    assert wilson(0.5, 100, math.inf) == approx(expected, rel=1e-12)


def test_design_without_weights_is_the_simple_formula() -> None:
    # 3 of 4 say yes: p = 0.75, V = p(1-p)/(n-1) = 0.0625
    ours = SurveyDesign.declare(psu=None, weights=[1.0] * 4).proportion([1, 0, 1, 1])
    assert (ours.estimate, ours.variance, ours.df) == (0.75, approx(0.0625, rel=1e-14), 3)
    assert ours.deff_with_replacement == approx(1.0, rel=1e-14)
