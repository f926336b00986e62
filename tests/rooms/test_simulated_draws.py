"""Twenty thousand draws: every unit and case comes as often as its stated probability says."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import pytest
from numpy.typing import NDArray

from survey_app.sampling.drawing import draw_all_cases
from survey_app.sampling.stage_one import Entry, Rules, draw_strata, plan_strata
from survey_app.sampling.stage_two import CaseRules, draw_cases

DRAWS = 20_000
pytestmark = pytest.mark.long

#: Communes of the districts of Kiên Giang, 2020.
DISTRICTS = {
    "899": 12, "900": 7, "902": 8, "903": 14, "904": 11, "905": 10, "906": 19, "907": 11, "908": 9, "909": 11,
    "910": 8, "911": 10, "912": 4, "913": 6, "914": 5,
}  # fmt: skip
CHANCE = np.random.default_rng(20260701)
ENTRIES = [
    Entry(f"{district}{number:02d}", "", district, "", f"{district}{number:02d}", float(CHANCE.integers(150, 901)))
    for district, count in DISTRICTS.items()
    for number in range(count)
]


def frequencies(draw: Callable[[str], Iterable[bool]]) -> NDArray[np.float64]:
    """How often each unit was drawn, over seeds like those of a province."""
    count = sum(np.array(list(draw(f"kien-giang-{number}")), dtype=np.int64) for number in range(1, DRAWS + 1))
    return np.asarray(count / DRAWS)


def farthest(found: NDArray[np.float64], stated: NDArray[np.float64]) -> float:
    """The largest distance from the stated probability in standard errors; certain units must always come."""
    certain = stated >= 1
    assert (found[certain] == 1).all()
    error = np.sqrt(stated[~certain] * (1 - stated[~certain]) / DRAWS)
    return float(np.max(np.abs(found[~certain] - stated[~certain]) / error))


@pytest.mark.parametrize(
    "rules",
    [
        Rules("srswor", 0.3, None, "total", 2),
        Rules("srswor", 0.3, None, "each_stratum", 2, shift=0.25),
        Rules("pareto", 0.3, None, "total", 2),
        Rules("systematic", 0.3, None, "total", 2),
        Rules("pareto", 0.3, 60, "total", 2, frozenset({"912"})),
    ],
    ids=["equal", "each_stratum_shifted", "pareto", "systematic", "pareto_number_take_all"],
)
def test_units_come_as_often_as_stated(rules: Rules) -> None:
    strata = plan_strata(ENTRIES, rules)
    stated = np.array([outcome.probability for outcome in draw_strata(strata, rules, "0")])
    assert stated.sum() == pytest.approx(sum(stratum.drawn for stratum in strata))
    found = frequencies(lambda seed: (outcome.drawn for outcome in draw_strata(strata, rules, seed)))
    assert farthest(found, stated) < 4


def test_whole_districts_come_as_often_as_stated() -> None:
    rules = Rules("srswor", 0.3, 5, "total", 1)
    entries = [Entry(one.code, "", "all", "", one.stratum) for one in ENTRIES]
    strata = plan_strata(entries, rules)
    stated = np.full(len(ENTRIES), 5 / 15)
    found = frequencies(lambda seed: (outcome.drawn for outcome in draw_strata(strata, rules, seed)))
    assert farthest(found, stated) < 4


@pytest.mark.parametrize("method", ["simple", "systematic"])
def test_cases_and_reserves_come_as_often_as_stated(method: str) -> None:
    size, count, rules = 90, 20, CaseRules(method, "fixed", 20, 0.5)
    main, reserve = np.zeros(size), np.zeros(size)
    for seed in range(1, DRAWS + 1):
        drawn = draw_cases(str(seed), "30730", size, count, rules)
        main[drawn.main] += 1
        reserve[drawn.reserve] += 1
    assert farthest(main / DRAWS, np.full(size, count / size)) < 4
    assert farthest(reserve / DRAWS, np.full(size, 10 / size)) < 4


def test_over_both_stages_a_case_comes_as_often_as_the_product_of_its_probabilities() -> None:
    entries = [Entry(f"9{number:02d}", "", "all", "", f"9{number:02d}", 20.0 + 5 * number) for number in range(12)]
    sizes = {entry.code: int(entry.size or 0) for entry in entries}
    rules, cases = Rules("pareto", 0.5, None, "total", 2), CaseRules("simple", "fixed", 8)
    strata = plan_strata(entries, rules)
    stated = {o.entry.code: o.probability * 8 / sizes[o.entry.code] for o in draw_strata(strata, rules, "0")}
    counts = {code: np.zeros(size) for code, size in sizes.items()}
    for seed in range(1, DRAWS + 1):
        outcomes = draw_strata(strata, rules, str(seed))
        for code, drawn in draw_all_cases(outcomes, sizes, cases, str(seed)).items():
            counts[code][drawn.main] += 1
    found = np.concatenate([counts[code] / DRAWS for code in sizes])
    assert farthest(found, np.concatenate([np.full(size, stated[code]) for code, size in sizes.items()])) < 4
