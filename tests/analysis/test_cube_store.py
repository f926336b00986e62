"""A cube in a file: it comes back as it was, or not at all."""

import contextlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.cube import Batch, CubeMeasure, CubePlan, PsuCube, PsuFrame, estimate_table
from analysis.cube.long_reader import from_table
from analysis.cube.long_table import to_table
from analysis.cube.store import load_cube, save_cube
from analysis.errors import DesignError, TableError

IN_ONE_FOLDER = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
LEVELS = st.lists(
    st.one_of(st.integers(-3, 9), st.text(min_size=1, max_size=3), st.sampled_from([0.5, 1.25])),
    min_size=1,
    max_size=5,
    unique_by=str,
)


def make_cube(
    seed: int = 1, *, row_weights: bool = False, crossings: Any = None, levels: Any = (1, 2, 3), pooled: bool = True
) -> PsuCube:
    """Three communes in two strata, two items, two keys, and some responses taken back again."""
    g = np.random.default_rng(seed)
    frame = PsuFrame.declare(
        psu=["xã 1", "xã 2", "xã 3"], strata=["a", "a", "b"], psu_population=[7, 7, 4],
        element_population=[90, 81, 70], weights=[1 / 3, 0.1, 2.5], places={"district": ["x", "x", "y"]},
        adjust_domain_lonely=True,
    )  # fmt: skip
    plan = CubePlan.of(
        {"q1": levels, "q2": ["có", "không"], "q3": levels},
        {"sex": ["F", "M"], "age": [1, 2, 3]},
        crossings,
        ["index"] if pooled else [],
    )
    cube = PsuCube(frame, plan)
    for n in (int(g.integers(0, 60)), 9):
        batch = Batch(
            g.integers(0, 3, n),
            {name: g.integers(0, 1 + len(some), n) for name, some in plan.items.items()},
            {name: g.integers(0, 1 + len(some), n) for name, some in plan.keys.items()},
            {"index": (g.integers(0, 3, n).astype(float), np.full(n, 3.0))},
            g.uniform(0.3, 5, n) if row_weights else None,
        )
        cube.add(batch)
    cube.remove(batch)
    return cube


def same(left: PsuCube, right: PsuCube) -> bool:
    """Whether two cubes hold the same to the last bit."""
    pairs = [(left.rows, right.rows)]
    for name in ("stratum", "population", "list_size", "weight"):
        pairs.append((getattr(left.frame, name), getattr(right.frame, name)))
    for keys, margin in left.margins.items():
        pairs += [(table, right.margins[keys].answers[width]) for width, table in margin.answers.items()]
        pairs += [(table, right.margins[keys].moments[name]) for name, table in margin.moments.items()]
    return (
        left.plan == right.plan
        and list(left.margins) == list(right.margins)
        and left.row_weights == right.row_weights
        and (left.frame.names, left.frame.places, repr(left.frame.rules), left.frame.two_stage)
        == (right.frame.names, right.frame.places, repr(right.frame.rules), right.frame.two_stage)
        and all(np.array_equal(one, other) for one, other in pairs)
    )


@IN_ONE_FOLDER
@given(
    st.integers(0, 2**32 - 1),
    st.booleans(),
    st.sampled_from([None, [("sex", "age")], [("age",), ("age", "sex")], []]),
    LEVELS,
    st.booleans(),
)
def test_a_stored_cube_comes_back_to_the_last_bit(
    tmp_path: Path, seed: int, row_weights: bool, crossings: Any, levels: Any, pooled: bool
) -> None:
    cube = make_cube(seed, row_weights=row_weights, crossings=crossings, levels=levels, pooled=pooled)
    save_cube(cube, tmp_path / "cube.parquet")
    assert same(load_cube(tmp_path / "cube.parquet"), cube)


def test_a_loaded_cube_goes_on_counting_and_estimates_the_same(tmp_path: Path) -> None:
    cube = make_cube(row_weights=True)
    save_cube(cube, tmp_path / "cube.parquet")
    loaded = load_cube(tmp_path / "cube.parquet")
    more = Batch(
        np.array([0, 2]), {"q1": np.array([1, 2]), "q2": np.array([1, 0]), "q3": np.array([3, 3])},
        {"sex": np.array([1, 2]), "age": np.array([1, 3])}, {"index": (np.ones(2), np.ones(2))},
    )  # fmt: skip
    measures = [CubeMeasure.rate("q1", [3], [1, 2, 3]), CubeMeasure("index")]
    for one in (cube, loaded):
        one.add(more)
    assert repr(estimate_table(loaded, measures, ["district"])) == repr(estimate_table(cube, measures, ["district"]))


def test_the_table_has_one_line_a_cell_and_its_counts_add_up_to_the_responses() -> None:
    cube = make_cube(crossings=[("sex", "age"), ("sex",)])
    table = to_table(cube)
    of_item = table.filter(pc.and_(pc.equal(table["item"], "q1"), pc.equal(table["margin"], 1)))
    named = of_item.select(["by_sex", "psu", "level"]).to_pylist()
    assert len({tuple(line.values()) for line in named}) == len(named)
    assert pc.sum(of_item["count"]).as_py() == cube.rows.sum()
    assert pc.all(pc.not_equal(table.filter(pc.is_valid(table["level"]))["count"], 0)).as_py()
    assert set(of_item["by_age"].to_pylist()) == {None}
    women = of_item.filter(pc.and_(pc.equal(of_item["by_sex"], "F"), pc.equal(of_item["level"], "2")))
    assert pc.sum(women["count"]).as_py() == cube.count("q1", ["sex"])[:, 1, 2].sum()


@IN_ONE_FOLDER
@given(st.floats(0, 1, exclude_max=True), st.integers(1, 255))
def test_a_file_with_a_damaged_byte_is_refused_or_reads_as_it_was(tmp_path: Path, where: float, change: int) -> None:
    cube, path = make_cube(row_weights=True), tmp_path / "cube.parquet"
    save_cube(cube, path)
    content = bytearray(path.read_bytes())
    content[int(where * len(content))] ^= change
    path.write_bytes(content)
    with contextlib.suppress(TableError):
        assert same(load_cube(path), cube)


def test_files_that_are_no_cube_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "cube.parquet"
    save_cube(make_cube(), path)
    content, table = path.read_bytes(), pq.read_table(path)
    described = json.loads(table.schema.metadata[b"psu_cube"])
    newer = json.dumps(described | {"format": 2}).encode()

    def refused() -> str:
        with pytest.raises(TableError) as caught:
            load_cube(path)
        assert caught.value.code == "unreadable_file"
        return str(caught.value)

    path.write_bytes(content[: len(content) // 2])
    refused()
    path.write_bytes(b"")
    refused()
    pq.write_table(pa.table({"psu": ["x"]}), path)
    refused()
    pq.write_table(table.replace_schema_metadata({**table.schema.metadata, b"psu_cube": newer}), path)
    assert "format 2" in refused()
    pq.write_table(table.slice(0, table.num_rows - 1), path)
    assert "digest" in refused()
    path.unlink()
    refused()


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "cube.parquet"
    old = make_cube(1)
    save_cube(old, path)

    def fail(_table: pa.Table, file: Any, **_options: Any) -> None:
        file.write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pq, "write_table", fail)
    with pytest.raises(OSError, match="No space"):
        save_cube(make_cube(2), path)
    assert same(load_cube(path), old)
    assert list(tmp_path.iterdir()) == [path]


def test_who_has_the_old_file_open_keeps_it_whole(tmp_path: Path) -> None:
    path = tmp_path / "cube.parquet"
    save_cube(make_cube(1), path)
    (tmp_path / "opened").hardlink_to(path)
    save_cube(make_cube(2), path)
    assert same(load_cube(tmp_path / "opened"), make_cube(1))
    assert same(load_cube(path), make_cube(2))


@pytest.mark.parametrize(
    ("levels", "code"),
    [
        ((1, "1"), "same_text"),
        (("", "a"), "same_text"),
        ((1, None), "unstorable_level"),
        ((1, (2, 3)), "unstorable_level"),
    ],
)
def test_levels_a_file_cannot_tell_apart_or_hold_are_refused(tmp_path: Path, levels: Any, code: str) -> None:
    cube = PsuCube(PsuFrame.declare(psu=["x"]), CubePlan.of({"q": levels}))
    with pytest.raises(DesignError) as caught:
        save_cube(cube, tmp_path / "cube.parquet")
    assert caught.value.code == code
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("column", ["margin", "psu", "item", "level", "count", "squared", "by_sex", "wy"])
def test_a_long_table_without_one_of_its_columns_is_refused_and_says_which_it_has(column: str) -> None:
    cube = make_cube(row_weights=True)
    left = to_table(cube).drop_columns([column])
    with pytest.raises(TableError, match=f"there is no column '{column}'; there are: {left.column_names[0]}") as caught:
        from_table(left, cube.frame, cube.plan)
    assert caught.value.code == "unknown_column"
