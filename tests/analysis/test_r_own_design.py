"""Our own design against R: first-stage correction, second stage with replacement, weights N_h/n_h."""

import csv
import json
import math
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pytest import approx

from analysis import Estimate, SurveyDesign, published_interval

FOLDER = Path(__file__).parent.parent / "golden" / "r"
FIGURES = json.loads((FOLDER / "own_design.json").read_text("utf-8"))
RSCRIPT = os.environ.get("RSCRIPT", "Rscript")


def load_rows() -> list[dict[str, str]]:
    with (FOLDER / "own_design.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


ROWS = load_rows()
DESIGN = SurveyDesign.declare(
    psu=[row["commune"] for row in ROWS],
    strata=[row["district"] for row in ROWS],
    weights=[float(row["weight"]) for row in ROWS],
    psu_population=[float(row["n_communes"]) for row in ROWS],
)


def column(name: str) -> np.ndarray:
    return np.array([float(row[name]) if row[name] else math.nan for row in ROWS])


def select(by: str, level: str) -> np.ndarray:
    if by == "all":
        return np.ones(len(ROWS), dtype=bool)
    return np.array([":".join(row[part] for part in by.split(":")) == level for row in ROWS])


def estimate(measure: str, by: str, level: str) -> Estimate:
    domain = select(by, level)
    if measure == "pooled":
        return DESIGN.ratio(column("satisfied"), column("answered"), domain)
    return DESIGN.proportion(column(measure), domain)


@pytest.mark.parametrize("theirs", FIGURES, ids=lambda row: f"{row['measure']}-{row['by']}-{row['level']}")
def test_our_figures_are_those_of_r(theirs: dict[str, Any]) -> None:
    ours = estimate(theirs["measure"], theirs["by"], theirs["level"])

    for name in ("n", "total", "n_psu", "n_strata", "df", "df_design"):
        assert getattr(ours, name) == theirs[name], name
    for name in ("estimate", "se", "sum_weights"):
        assert getattr(ours, name) == approx(theirs[name], rel=1e-6, abs=1e-12), name
    if ours.se > 0:
        for name in ("deff_with_replacement", "deff_without_replacement"):
            expected = math.nan if theirs[name] is None else theirs[name]
            assert getattr(ours, name) == approx(expected, rel=1e-6, nan_ok=True), name
    province = estimate(theirs["measure"], "all", "")
    got = published_interval(ours, province, minimum_n=0)
    assert [got.low, got.high] == approx(theirs["published"], rel=1e-6, abs=1e-12)


def test_the_data_hold_what_is_hard() -> None:
    sampled = {row["district"]: (row["n_sampled"], row["n_communes"]) for row in ROWS}
    assert len({row["commune"] for row in ROWS}) == 44
    assert len(sampled) == 15
    assert any(n == "1" for n, _ in sampled.values()), "a lonely commune"
    assert any(n == whole for n, whole in sampled.values()), "a district taken whole"
    assert any(row["answered"] == "0" for row in ROWS), "a respondent without an answer"
    assert estimate("a1", "all", "").lonely_strata == 1


@pytest.mark.long
def test_r_still_gives_the_stored_figures(tmp_path: Path) -> None:
    probe = [RSCRIPT, "-e", "stopifnot(requireNamespace('survey'))"]
    if shutil.which(RSCRIPT) is None or subprocess.run(probe, capture_output=True, check=False).returncode:
        pytest.skip("needs R with the package survey; on Debian: apt-get install r-cran-survey")
    target = tmp_path / "again.json"

    subprocess.run([RSCRIPT, FOLDER / "own_design.R", FOLDER / "own_design.csv", target], check=True)

    for now, then in zip(json.loads(target.read_text("utf-8")), FIGURES, strict=True):
        assert now.keys() == then.keys()
        for key, value in then.items():
            assert now[key] == (approx(value, rel=1e-9) if isinstance(value, float) else value), key
