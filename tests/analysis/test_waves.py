"""Two waves that share communes: their covariance against R, against sums by hand and against many draws."""

from __future__ import annotations

import csv
import math
import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from analysis.cube import Batch, CubeMeasure, CubePlan, PsuCube, PsuFrame, estimate_table
from analysis.waves import WaveSums, change_between, covariance_of_waves, sum_wave

RSCRIPT = os.environ.get("RSCRIPT", "Rscript")
RATE = CubeMeasure.rate("q", [1], [0, 1])


def make_wave(answers: dict[str, list[int]], stratum: dict[str, str], population: dict[str, float]) -> WaveSums:
    """A wave of 0 and 1 by PSU."""
    return sums_of(count(answers, stratum, population), stratum)


def count(answers: dict[str, list[int]], stratum: dict[str, str], population: dict[str, float]) -> PsuCube:
    names = list(answers)
    frame = PsuFrame.declare(
        psu=names,
        strata=[stratum[name] for name in names],
        psu_population=[population[stratum[name]] for name in names],
        weights=[population[stratum[name]] / sum(stratum[one] == stratum[name] for one in names) for name in names],
        two_stage=False,
    )
    cube = PsuCube(frame, CubePlan.of({"q": [0, 1]}))
    for number, name in enumerate(names):
        cube.add(Batch(np.full(len(answers[name]), number), {"q": np.array(answers[name]) + 1}))
    return cube


def sums_of(cube: PsuCube, stratum: dict[str, str]) -> WaveSums:
    return sum_wave(cube, [stratum[name] for name in cube.frame.names], [RATE])


def draw_answers(seed: int, names: list[str]) -> dict[str, list[int]]:
    chance = {name: np.random.default_rng([7, number]).uniform(0.5, 0.95) for number, name in enumerate(names)}
    g = np.random.default_rng(seed)
    return {name: (g.random(int(g.integers(5, 15))) < chance[name]).astype(int).tolist() for name in names}


def test_same_communes_in_both_waves_agree_with_r(tmp_path: Path) -> None:
    probe = [RSCRIPT, "-e", "stopifnot(requireNamespace('survey'))"]
    if shutil.which(RSCRIPT) is None or subprocess.run(probe, capture_output=True, check=False).returncode:
        pytest.skip("needs R with the package survey; on Debian: apt-get install r-cran-survey")
    names = [f"x{number:02d}" for number in range(14)]
    stratum = {name: "A" if number < 6 else "B" for number, name in enumerate(names)}
    population = {"A": 20.0, "B": 31.0}
    waves = [draw_answers(seed, names) for seed in (1, 2)]
    cubes = [count(answers, stratum, population) for answers in waves]
    with (tmp_path / "rows.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["psu", "stratum", "population", "weight", "wave", "y"])
        for wave, (answers, cube) in enumerate(zip(waves, cubes, strict=True)):
            for number, (name, values) in enumerate(answers.items()):
                head = [name, stratum[name], population[stratum[name]], cube.frame.weight[number], wave]
                writer.writerows([*head, value] for value in values)
    script = Path(__file__).with_name("waves.R")
    told = subprocess.run([RSCRIPT, script, tmp_path / "rows.csv"], check=True, capture_output=True, text=True).stdout
    rate1, rate2, se1, se2, difference, se, covariance = map(float, told.split())

    ours = [estimate_table(cube, [RATE]).estimates[0][0] for cube in cubes]
    found = covariance_of_waves(*(sums_of(cube, stratum) for cube in cubes))[0, 0]
    change = change_between(*((one.estimate, one.variance, one.df) for one in ours), found)

    assert [one.estimate for one in ours] == pytest.approx([rate1, rate2], rel=1e-9)
    assert [one.se for one in ours] == pytest.approx([se1, se2], rel=1e-9)
    assert found == pytest.approx(covariance, rel=1e-9)
    assert (change.estimate, change.se, change.df) == (
        pytest.approx(difference, rel=1e-9),
        pytest.approx(se, rel=1e-9),
        12,
    )


def test_partly_shared_communes_by_hand() -> None:
    # Stratum of N = 10. Wave 1 in a, b, c: z = (.05, -.02, -.03); wave 2 in b, c, d, e: z = (.01, .03, -.05, .01).
    # In common b, c: u = 3z₁ = (-.06, -.09), v = 4z₂ = (.04, .12), so the correlation is -1.
    # S₁² = (.15² + .06² + .09²)/2 = .0171 and S₂² = (.04² + .12² + .2² + .04²)/3 = .0192 over all of each wave.
    # Factor 2/(3·4) - 1/10 = 1/15, so the covariance is -√(.0171·.0192)/15.
    one = WaveSums(("a", "b", "c"), ("h",) * 3, np.full(3, 10.0), [()], np.array([0.05, -0.02, -0.03]).reshape(3, 1, 1))
    two = WaveSums(
        ("b", "c", "d", "e"), ("h",) * 4, np.full(4, 10.0), [()], np.array([0.01, 0.03, -0.05, 0.01]).reshape(4, 1, 1)
    )
    assert covariance_of_waves(one, two)[0, 0] == pytest.approx(-math.sqrt(0.0171 * 0.0192) / 15)


def test_few_communes_in_common_never_take_the_whole_uncertainty_away() -> None:
    chance = np.random.default_rng(5)
    for _time in range(300):
        names = [list("abcd"), list("bcef")]
        sums = chance.normal(0, 0.02, (2, 4, 1, 1))
        waves = [
            WaveSums(tuple(some), ("h",) * 4, np.full(4, 100.0), [()], one - one.mean(axis=0))
            for some, one in zip(names, sums, strict=True)
        ]
        before, after = (covariance_of_waves(wave, wave)[0, 0] for wave in waves)
        shared = covariance_of_waves(*waves)[0, 0]
        assert before + after - 2 * shared > 0.4 * (before + after)


def test_waves_that_share_fewer_than_two_communes_are_independent() -> None:
    one = WaveSums(("a", "b"), ("h",) * 2, np.full(2, 9.0), [()], np.ones((2, 1, 1)))
    for names in (("c", "d"), ("b", "d")):
        two = WaveSums(names, ("h",) * 2, np.full(2, 9.0), [()], np.ones((2, 1, 1)))
        assert covariance_of_waves(one, two)[0, 0] == 0


def test_strata_of_another_size_are_not_the_same() -> None:
    z = np.array([0.1, -0.1]).reshape(2, 1, 1)
    one = WaveSums(("a", "b"), ("h",) * 2, np.full(2, 9.0), [()], z)
    two = WaveSums(("a", "b"), ("h",) * 2, np.full(2, 12.0), [()], z)
    assert covariance_of_waves(one, two)[0, 0] == 0
    assert covariance_of_waves(one, one)[0, 0] > 0


def test_over_many_coordinated_draws_the_covariance_is_right_on_average() -> None:
    # 40 communes, values known; both waves take the n with the smallest random number, the second starting at 0.2.
    g = np.random.default_rng(5)
    level = g.uniform(0.4, 0.95, 40)
    y1, y2 = level + g.normal(0, 0.03, 40), level + g.normal(0, 0.03, 40)
    names = [f"c{number}" for number in range(40)]
    means, estimates = [], []
    for _draw in range(4000):
        u = g.random(40)
        first, second = np.argsort(u)[:12], np.argsort((u - 0.2) % 1)[:14]
        m1, m2 = y1[first].mean(), y2[second].mean()
        waves = [
            WaveSums(
                tuple(names[i] for i in sample), ("h",) * len(sample), np.full(len(sample), 40.0), [()],
                ((y[sample] - y[sample].mean()) / len(sample)).reshape(-1, 1, 1),
            )
            for sample, y in ((first, y1), (second, y2))
        ]  # fmt: skip
        means.append((m1, m2))
        estimates.append(covariance_of_waves(*waves)[0, 0])
    truth = np.cov(np.array(means).T)[0, 1]
    assert np.mean(estimates) == pytest.approx(truth, abs=0.1 * np.var([one for one, _two in means]))


def test_independent_samples_have_satterthwaites_degrees_of_freedom() -> None:
    # Welch (1947) as in textbooks: (V₁ + V₂)²/(V₁²/df₁ + V₂²/df₂)
    found = change_between((0.5, 0.0009, 10), (0.6, 0.0001, 40))
    assert found.df == pytest.approx(0.001**2 / (0.0009**2 / 10 + 0.0001**2 / 40))
    assert found.se == pytest.approx(math.sqrt(0.001))
    assert change_between((0.5, 0.0009, 10), (0.6, 0.0001, 40), 0.0001).df == 10
