"""Degrees of freedom where strata were taken whole (decision 0025): by hand, against R, and what intervals cover."""

import csv
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pytest import approx

from analysis import DesignError, Estimate, SurveyDesign, published_interval

GOLDEN = Path(__file__).parent.parent / "golden"
DATA = GOLDEN / "data" / "syn_a_province.csv"
FIGURES = json.loads((GOLDEN / "r" / "whole_strata.json").read_text("utf-8"))
RSCRIPT = os.environ.get("RSCRIPT", "Rscript")


def load_rows() -> list[dict[str, str]]:
    with DATA.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


ROWS = load_rows()


def figure(theirs: dict[str, Any], df_rule: Any = "satterthwaite") -> Estimate:
    """A rate of the golden province, some of its districts counted as if they had been taken whole."""
    drawn: dict[str, set[str]] = {}
    for row in ROWS:
        drawn.setdefault(row["district"], set()).add(row["commune"])
    design = SurveyDesign.declare(
        psu=[row["commune"] for row in ROWS],
        strata=[row["district"] for row in ROWS],
        weights=[float(row["w"]) for row in ROWS],
        psu_population=[
            len(drawn[row["district"]]) if row["district"] in theirs["whole"] else float(row["n_communes"])
            for row in ROWS
        ],
        element_population=[float(row["list_size"]) for row in ROWS],
        df_rule=df_rule,
    )
    answers = [np.nan if row[theirs["item"]] in ("", "NA") else float(row[theirs["item"]]) >= 4 for row in ROWS]
    women = len(theirs["whole"]) == 3  # the last figure of the script
    return design.proportion(answers, [row["sex"] == "F" for row in ROWS] if women else None)


@pytest.mark.parametrize("theirs", FIGURES, ids=lambda row: f"{row['item']}-{len(row['whole'])}")
def test_the_variance_split_in_two_agrees_with_r(theirs: dict[str, Any]) -> None:
    ours = figure(theirs)
    assert (ours.estimate, ours.variance, ours.df) == (
        approx(theirs["estimate"], rel=1e-9),
        approx(theirs["variance"], rel=1e-9),
        approx(theirs["df"], rel=1e-6),
    )
    assert figure(theirs, "counted").df == ours.n_psu - ours.n_strata


@pytest.mark.long
def test_r_still_gives_the_stored_figures(tmp_path: Path) -> None:
    probe = [RSCRIPT, "-e", "stopifnot(requireNamespace('survey'))"]
    if shutil.which(RSCRIPT) is None or subprocess.run(probe, capture_output=True, check=False).returncode:
        pytest.skip("needs R with the package survey; on Debian: apt-get install r-cran-survey")
    subprocess.run([RSCRIPT, GOLDEN / "r" / "whole_strata.R", DATA, tmp_path / "again.json"], check=True)
    again = json.loads((tmp_path / "again.json").read_text("utf-8"))
    assert [row["df"] for row in again] == approx([row["df"] for row in FIGURES], rel=1e-9)


def test_by_hand() -> None:
    # Stratum x taken whole: communes (1, 0) and (1, 1), each one of two halves of a list of 4; stratum y: 2 communes
    # of 4, answers (1, 1) and (0, 0); all weigh 1. p = 5/8, X = 8, z = (y - 5/8)/8 = 3/64 or -5/64.
    # x: first stage 0; within (1 - 2/4)·2·2·(4/64)² = 32/4096 in the first commune, 0 in the second: V₂ = 32/4096.
    # y: totals 6/64 and -10/64; first stage 1/2·2·2·(8/64)² = 128/4096, within 0: V₁ = 128/4096, d₁ = 1, d₂ = 2.
    design = SurveyDesign.declare(
        psu=list("aabbccdd"),
        strata=list("xxxxyyyy"),
        psu_population=[2] * 4 + [4] * 4,
        element_population=[4] * 8,
        df_rule="satterthwaite",
    )
    ours = design.proportion([1, 0, 1, 1, 1, 1, 0, 0])
    assert ours.variance == approx(160 / 4096)
    assert ours.df == approx(160**2 / (128**2 / 1 + 32**2 / 2))


def test_a_district_taken_whole_stands_on_the_people_asked_there() -> None:
    rows = 40
    design = SurveyDesign.declare(
        psu=np.repeat(["a", "b", "c"], rows),
        psu_population=[3] * 3 * rows,
        element_population=[200] * 3 * rows,
        df_rule="satterthwaite",
    )
    ours = design.proportion(np.tile([1, 1, 1, 0], 30))
    assert ours.df == 3 * rows - 3
    assert published_interval(ours, None).marks == ()
    everyone = design.proportion(np.ones(3 * rows))
    assert (everyone.variance, everyone.df) == (0.0, 3 * rows - 3)


def test_in_three_stages_the_villages_count_not_the_people() -> None:
    villages = np.repeat(np.arange(6), 5)
    design = SurveyDesign.declare(
        psu=villages // 3,
        ssu=villages,
        psu_population=[2] * 30,
        ssu_population=[9] * 30,
        element_population=[50] * 30,
        df_rule="satterthwaite",
    )
    assert design.proportion(np.tile([1, 0, 0, 1, 1, 0], 5)).df == 6 - 2


def test_communes_that_show_nothing_within_leave_the_others() -> None:
    given: dict[str, Any] = {
        "psu": list("abcdef"),
        "strata": list("xxxyyy"),
        "psu_population": [3, 3, 3, 9, 9, 9],
        "two_stage": False,
        "df_rule": "satterthwaite",
    }
    assert SurveyDesign.declare(**given).proportion([1, 0, 1, 1, 0, 0]).df == 4  # counted: nothing is known within


def test_a_rule_that_there_is_not_is_refused() -> None:
    with pytest.raises(DesignError) as caught:
        SurveyDesign.declare(psu=["a", "b"], df_rule="guess")  # type: ignore[arg-type]
    assert caught.value.code == "unknown_rule"


def test_beside_twenty_communes_all_taken_three_of_thirty_cover_what_they_claim() -> None:
    generator = np.random.default_rng(20261121)
    sizes, drawn, people, asked = np.array([20, 30]), np.array([20, 3]), 100, 15
    rates = np.clip(0.7 + 0.1 * generator.standard_normal(sizes.sum()), 0.05, 0.98)
    satisfied = np.rint(rates * people).astype(int)
    truth = satisfied.sum() / (people * sizes.sum())
    held = dict.fromkeys(("counted", "satterthwaite"), 0)
    rounds = 400
    for _round in range(rounds):
        chosen = np.r_[np.arange(20), 20 + generator.choice(30, 3, replace=False)]
        answers = np.concatenate(
            [np.isin(generator.choice(people, asked, replace=False), np.arange(satisfied[one])) for one in chosen]
        )
        stratum = np.repeat(np.where(chosen < 20, 0, 1), asked)
        for rule in held:
            design = SurveyDesign.declare(
                psu=np.repeat(chosen, asked),
                strata=stratum,
                weights=(sizes / drawn)[stratum],
                psu_population=sizes[stratum],
                element_population=np.full(len(answers), people),
                df_rule=rule,  # type: ignore[arg-type]
            )
            got = published_interval(design.proportion(answers), None)
            held[rule] += got.low <= truth <= got.high
    assert held["counted"] < 0.92 * rounds < 0.94 * rounds < held["satterthwaite"]
