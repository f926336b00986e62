"""A cube gives what the responses themselves give, whatever order and portions they came in."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest import approx

from analysis import DesignError, Estimate, MeasureError, SurveyDesign
from analysis.cube import Batch, CubeMeasure, CubePlan, PsuCube, PsuFrame, encode, estimate_table, tally

LEVELS = [1, 2, 3, 4, 5]
SEXES, AGES = ["F", "M"], ["young", "middle", "old"]
MEASURES = [
    CubeMeasure.rate("q1", [4, 5], LEVELS),
    CubeMeasure.rate("q2", [5], [1, 2, 4, 5]),
    CubeMeasure.mean("q1", {level: float(level) for level in LEVELS}),
    CubeMeasure("pool"),
]


def simulate(seed: int) -> dict[str, Any]:
    """Up to 9 communes in up to 3 strata, some without a response, with or without weights of their own."""
    g = np.random.default_rng(seed)
    p = int(g.integers(2, 10))
    stratum = g.integers(0, 3, p)
    n = int(g.integers(1, 120))
    psu = g.integers(0, p, n)
    q1, q2 = (g.integers(0, 6, n) for _ in range(2))
    return {
        "g": g,
        "stratum": stratum,
        "N": np.bincount(stratum, minlength=3)[stratum] + g.integers(0, 4, 3)[stratum],
        "M": np.bincount(psu, minlength=p) + g.integers(1, 30, p),
        "weight": g.uniform(1, 9, p),
        "place": [f"d{number}" for number in stratum],
        "psu": psu,
        "q1": q1,
        "q2": q2,
        "sex": g.integers(0, 3, n),
        "age": g.integers(0, 4, n),
        "w": g.uniform(0.5, 9, n) if g.integers(2) else None,
        "lonely": str(g.choice(["adjust", "remove", "average", "certainty"])),
        "adjust_domain_lonely": bool(g.integers(2)),
        "two_stage": bool(g.integers(2)),
        "df_rule": str(g.choice(["counted", "satterthwaite"])),
    }


def declare_frame(s: dict[str, Any]) -> PsuFrame:
    return PsuFrame.declare(
        psu=[f"c{number}" for number in range(len(s["stratum"]))],
        strata=s["stratum"],
        psu_population=s["N"],
        element_population=s["M"] if s["two_stage"] else None,
        weights=s["weight"],
        places={"district": s["place"]},
        two_stage=s["two_stage"],
        lonely_psu=s["lonely"],
        adjust_domain_lonely=s["adjust_domain_lonely"],
        df_rule=s["df_rule"],
    )


def plan(crossings: Any = None) -> CubePlan:
    return CubePlan.of({"q1": LEVELS, "q2": LEVELS}, {"sex": SEXES, "age": AGES}, crossings, pooled=["pool"])


def batch(s: dict[str, Any], rows: Any = slice(None)) -> Batch:
    sat = (s["q1"] >= 4).astype(float) + (s["q2"] >= 4)
    given = (s["q1"] > 0).astype(float) + (s["q2"] > 0)
    return Batch(
        s["psu"][rows],
        {"q1": s["q1"][rows], "q2": s["q2"][rows]},
        {"sex": s["sex"][rows], "age": s["age"][rows]},
        {"pool": (sat[rows], given[rows])},
        None if s["w"] is None else s["w"][rows],
    )


def build(s: dict[str, Any], crossings: Any = (("sex", "age"),), portions: int = 1, order: Any = None) -> PsuCube:
    cube = PsuCube(declare_frame(s), plan(crossings))
    rows = np.arange(len(s["psu"])) if order is None else order
    for part in np.array_split(rows, portions):
        cube.add(batch(s, part))
    return cube


def same(one: Estimate, other: Estimate) -> None:
    for field in dataclasses.fields(Estimate):
        left, right = getattr(one, field.name), getattr(other, field.name)
        assert left == approx(right, rel=1e-9, abs=1e-12, nan_ok=True), field.name


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=80, deadline=None)
def test_every_table_of_a_cube_is_that_of_the_responses(seed: int) -> None:
    s = simulate(seed)
    cube = build(s)
    design = SurveyDesign.declare(
        psu=s["psu"],
        strata=s["stratum"][s["psu"]],
        weights=s["weight"][s["psu"]] if s["w"] is None else s["w"],
        psu_population=s["N"][s["psu"]],
        element_population=s["M"][s["psu"]] if s["two_stage"] else None,
        two_stage=s["two_stage"],
        lonely_psu=s["lonely"],
        adjust_domain_lonely=s["adjust_domain_lonely"],
        df_rule=s["df_rule"],
    )
    nan = np.nan
    rate2 = np.where(np.isin(s["q2"], [1, 2, 4, 5]), s["q2"] == 5, nan)
    counts = batch(s).counts["pool"]
    for by in ((), ("district",), ("sex",), ("district", "sex"), ("age", "sex"), ("age", "district")):
        table = estimate_table(cube, MEASURES, by)
        for levels, row, rows in zip(table.domains, table.estimates, table.rows, strict=True):
            inside = np.ones(len(s["psu"]), dtype=bool)
            for name, level in zip(by, levels, strict=True):
                if name == "district":
                    inside &= np.array([s["place"][psu] == level for psu in s["psu"]])
                else:
                    inside &= s[name] == 1 + {"sex": SEXES, "age": AGES}[name].index(level)
            assert rows == inside.sum()
            with np.errstate(divide="ignore", invalid="ignore"):
                same(row[0], design.proportion(np.where(s["q1"] > 0, s["q1"] >= 4, nan), inside))
                same(row[1], design.proportion(rate2, inside))
                same(row[2], design.mean(np.where(s["q1"] > 0, s["q1"], nan), inside))
                same(row[3], design.ratio(*counts, inside))


@given(st.integers(0, 2**32 - 1), st.integers(1, 7))
@settings(max_examples=60, deadline=None)
def test_a_cube_grown_in_portions_and_any_order_is_the_cube_from_scratch(seed: int, portions: int) -> None:
    s = simulate(seed)
    at_once = build(s)
    order = s["g"].permutation(len(s["psu"]))
    grown = build(s, portions=portions, order=order)
    for by in ((), ("district", "age")):
        for one, other in zip(
            estimate_table(grown, MEASURES, by).estimates, estimate_table(at_once, MEASURES, by).estimates, strict=True
        ):
            for left, right in zip(one, other, strict=True):
                same(left, right)
    assert grown.rows.tolist() == at_once.rows.tolist()
    assert grown.count("q1", ("sex",)).tolist() == at_once.count("q1", ("sex",)).tolist()


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_counting_together_alone_merged_or_taken_back_is_the_same(seed: int) -> None:
    s = simulate(seed)
    crossed, alone = build(s), build(s, crossings=None)
    half = len(s["psu"]) // 2
    first, second = build(s, order=np.arange(half)), build(s, order=np.arange(half, len(s["psu"])))
    first.merge(second)
    more = build(s)
    more.add(batch(s, slice(0, half)))
    more.remove(batch(s, slice(0, half)))
    for by in ((), ("sex",), ("age",)):
        expected = estimate_table(crossed, MEASURES, by).estimates
        for cube in (alone, first, more):
            for one, other in zip(estimate_table(cube, MEASURES, by).estimates, expected, strict=True):
                for left, right in zip(one, other, strict=True):
                    same(left, right)


@given(st.integers(0, 2**32 - 1), st.floats(0.01, 100))
@settings(max_examples=40, deadline=None)
def test_names_of_levels_and_the_unit_of_weights_change_nothing(seed: int, factor: float) -> None:
    s = simulate(seed)
    other = s | {"weight": s["weight"] * factor, "w": None if s["w"] is None else s["w"] * factor}
    renamed = s | {"place": [{"d0": "z", "d1": "y", "d2": "x"}[name] for name in s["place"]]}
    ours = {
        levels: row
        for t in [estimate_table(build(s), MEASURES, ("district",))]
        for levels, row in zip(t.domains, t.estimates, strict=True)
    }
    scaled = estimate_table(build(other), MEASURES, ("district",))
    relabelled = estimate_table(build(renamed), MEASURES, ("district",))
    back = {"z": "d0", "y": "d1", "x": "d2"}
    for levels, row in zip(scaled.domains, scaled.estimates, strict=True):
        for one, two in zip(row, ours[levels], strict=True):
            assert (one.estimate, one.se, one.df) == approx((two.estimate, two.se, two.df), rel=1e-9, nan_ok=True)
    for (name,), row in zip(relabelled.domains, relabelled.estimates, strict=True):
        for one, two in zip(row, ours[(back[name],)], strict=True):
            same(one, two)


def small() -> PsuCube:
    frame = PsuFrame.declare(psu=["x1", "x2"], psu_population=[8, 8], places={"district": ["d1", ""]})
    return PsuCube(frame, CubePlan.of({"q1": LEVELS}, {"sex": SEXES}))


def add(cube: PsuCube, psu: list[int], q1: list[int], sex: list[int]) -> None:
    cube.add(Batch(np.array(psu), {"q1": np.array(q1)}, {"sex": np.array(sex)}))


def test_weights_of_communes_may_change_after_counting() -> None:
    cube = small()
    add(cube, [0, 0, 1], [5, 1, 5], [1, 2, 0])
    rate = CubeMeasure.rate("q1", [4, 5], LEVELS)
    assert estimate_table(cube, [rate]).estimates[0][0].estimate == approx(2 / 3)
    cube.frame = cube.frame.with_weights([1, 3])
    assert estimate_table(cube, [rate]).estimates[0][0].estimate == approx(4 / 5)


def test_a_tally_counts_and_weighs_every_answer_and_those_without() -> None:
    cube = small()
    cube.frame = cube.frame.with_weights([2, 3])
    add(cube, [0, 0, 1], [5, 0, 5], [1, 1, 2])
    assert tally(cube, ["q1"], ("sex",))[:, 0, [0, 5]].tolist() == [[[1, 2], [1, 2]], [[0, 0], [1, 3]]]


def test_a_place_without_name_is_no_domain() -> None:
    cube = small()
    add(cube, [0, 1], [5, 5], [1, 2])
    table = estimate_table(cube, [CubeMeasure.rate("q1", [5], LEVELS)], ("district",))
    assert (table.domains, table.rows.tolist()) == ([("d1",)], [1])


def test_an_empty_cube_has_empty_estimates() -> None:
    ours = estimate_table(small(), [CubeMeasure.rate("q1", [5], LEVELS)], ("sex",)).estimates
    assert [row[0].n for row in ours] == [0, 0]
    assert all(np.isnan(row[0].estimate) for row in ours)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (Batch(np.array([0, 2]), {"q1": np.array([1, 1])}, {"sex": np.array([1, 1])}), "bad_code"),
        (Batch(np.array([0, 1]), {"q1": np.array([1, 6])}, {"sex": np.array([1, 1])}), "bad_code"),
        (Batch(np.array([0, 1]), {"q1": np.array([1, -1])}, {"sex": np.array([1, 1])}), "bad_code"),
        (Batch(np.array([0, 1]), {"q1": np.array([1, 1])}, {"sex": np.array([1, 3])}), "bad_code"),
        (Batch(np.array([0, 1]), {"q1": np.array([1])}, {"sex": np.array([1, 1])}), "wrong_length"),
        (Batch(np.array([0, 1]), {}, {"sex": np.array([1, 1])}), "not_in_batch"),
        (Batch(np.array([0]), {"q1": np.array([1])}, {"sex": np.array([1])}, weights=np.array([0.0])), "bad_weight"),
    ],
)
def test_a_batch_that_does_not_fit_is_refused_before_anything_is_counted(given: Batch, code: str) -> None:
    cube = small()
    with pytest.raises(DesignError) as refused:
        cube.add(given)
    assert refused.value.code == code
    assert cube.rows.sum() == cube.count("q1").sum() == 0


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda cube: estimate_table(cube, [CubeMeasure.rate("q9", [5], [5])]), "unknown_measure"),
        (lambda cube: estimate_table(cube, [CubeMeasure("pool")]), "unknown_measure"),
        (lambda cube: estimate_table(cube, [CubeMeasure.rate("q1", [7], [7])]), "unknown_level"),
        (lambda cube: estimate_table(cube, [], ("weather",)), "not_in_cube"),
        (lambda cube: tally(cube, ["q9"]), "unknown_measure"),
        (lambda cube: cube.merge(PsuCube(cube.frame, CubePlan.of({"q2": LEVELS}))), "other_plan"),
        (lambda cube: CubePlan.of({"q1": LEVELS}, {}, [("sex",)]), "unknown_key"),
        (lambda cube: CubePlan.of({"q1": LEVELS}, pooled=["q1"]), "name_twice"),
        (
            lambda cube: PsuCube(
                cube.frame, CubePlan.of({"q1": LEVELS}, {"a": range(3000), "b": range(3000)}, [("a", "b")])
            ),
            "crossing_too_large",
        ),
        (lambda cube: PsuFrame.declare(psu=["a", "a"]), "psu_twice"),
        (lambda cube: PsuFrame.declare(psu=["a", "b"], psu_population=[3, 4]), "population_not_constant"),
    ],
)
def test_what_a_cube_cannot_do_is_refused(call: Any, code: str) -> None:
    with pytest.raises(DesignError) as refused:
        call(small())
    assert refused.value.code == code


def test_codes_of_values() -> None:
    assert encode([5, None, 1], LEVELS, "q1").tolist() == [5, 0, 1]
    with pytest.raises(MeasureError, match=r"row 1: q1 holds .*6.*; its levels are 1, 2, 3, 4, 5"):
        encode([5, 6], LEVELS, "q1")
    with pytest.raises(MeasureError, match="row 0: sex holds 'X'"):
        encode(["X"], SEXES, "sex")
