"""Responses in Parquet files give the cube that the rows give, in whatever type, file or portion they lie."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from stored_responses import NAMES, PLAN, declare_frame, make_responses, worst_difference

from analysis.cube import CubeMeasure, CubePlan, PsuCube, parquet
from analysis.cube.parquet import reduce_parquet
from analysis.errors import DesignError


def replace(table: pa.Table, name: str, column: Any) -> pa.Table:
    return table.set_column(table.schema.get_field_index(name), name, column)


def cells(cube: PsuCube) -> list[Any]:
    tables = [
        table for margin in cube.margins.values() for table in (*margin.answers.values(), *margin.moments.values())
    ]
    return [cube.rows.tolist(), *(table.tolist() for table in tables)]


@pytest.mark.parametrize("weights", [None, "w"])
def test_figures_from_a_file_are_those_of_its_rows(tmp_path: Path, weights: str | None) -> None:
    table = make_responses()
    pq.write_table(table, tmp_path / "r.parquet")
    cube = reduce_parquet(tmp_path / "r.parquet", declare_frame(), PLAN, weights=weights, **NAMES)
    assert worst_difference(cube, table, weighted=weights is not None) < 1e-12


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        ("q1", pa.int8()),
        ("q1", pa.uint8()),
        ("q1", pa.int16()),
        ("q1", pa.int32()),
        ("q1", pa.uint64()),
        ("q1", pa.float64()),
        ("q1", pa.string()),
        ("q1", pa.dictionary(pa.int8(), pa.int16())),
        ("age", pa.dictionary(pa.int32(), pa.string())),
        ("helped", pa.large_string()),
        ("helped", pa.dictionary(pa.int8(), pa.string())),
        ("gioi_tinh", pa.dictionary(pa.int16(), pa.string())),
        ("commune", pa.dictionary(pa.int32(), pa.string())),
        ("w", pa.float32()),
    ],
    ids=str,
)
def test_the_type_of_a_column_changes_nothing(tmp_path: Path, column: str, kind: pa.DataType) -> None:
    table = make_responses()
    table = replace(table, "w", pc.round(table["w"], 0))  # whole numbers are the same in every type
    pq.write_table(table, tmp_path / "plain.parquet")
    values = table[column]
    if pa.types.is_dictionary(kind):
        changed = values.cast(kind.value_type).dictionary_encode().cast(kind)
    else:
        changed = values.cast(kind)
    pq.write_table(replace(table, column, changed), tmp_path / "other.parquet")
    plain, other = (
        reduce_parquet(tmp_path / name, declare_frame(), PLAN, weights="w", **NAMES)
        for name in ("plain.parquet", "other.parquet")
    )
    assert cells(other) == cells(plain)


@pytest.mark.parametrize("rows", [1, 7, 399, 10**6])
def test_portions_row_groups_and_files_add_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    table = make_responses()
    table = replace(table, "w", pc.round(table["w"], 0))
    whole, first, second = (tmp_path / name for name in ("whole.parquet", "1.parquet", "2.parquet"))
    pq.write_table(table, whole)
    pq.write_table(table.slice(0, 150), first, row_group_size=40)
    pq.write_table(table.slice(150), second)
    at_once = reduce_parquet(whole, declare_frame(), PLAN, weights="w", **NAMES)
    monkeypatch.setattr(parquet, "ROWS", rows)
    assert cells(reduce_parquet([first, second], declare_frame(), PLAN, weights="w", **NAMES)) == cells(at_once)


@pytest.mark.parametrize(
    ("values", "levels"),
    [
        (pa.array([True, None, False]), [0, 1]),
        (pa.array([5, None, -1], pa.int8()), [-1, 5]),
        (pa.array([5, None, -1], pa.int64()), ["-1", "5"]),
        (pa.array([70_000, None, 2], pa.int64()), [2, 70_000]),
        (pa.array([5.0, float("nan"), -1.0]), [-1, 5]),
        (pa.array(["5", "", "-1"]), [-1, 5]),
    ],
)
def test_levels_are_found_by_value_or_by_text(tmp_path: Path, values: pa.Array, levels: Any) -> None:
    pq.write_table(pa.table({"psu": ["xã 0"] * 3, "q": values}), tmp_path / "r.parquet")
    cube = reduce_parquet(tmp_path / "r.parquet", declare_frame(), CubePlan.of({"q": [*levels, 99]}))
    assert cube.count("q")[0, 0].tolist() == [1, 1, 1, 0]


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("q1", 6, "unknown_level"),
        ("q2", 99_999, "unknown_level"),
        ("helped", "maybe", "unknown_level"),
        ("gioi_tinh", "X", "unknown_level"),
        ("commune", "xã 99", "unknown_psu"),
        ("commune", None, "missing_label"),
        ("commune", "", "missing_label"),
        ("w", 0.0, "bad_weight"),
        ("w", None, "bad_weight"),
        ("w", float("nan"), "bad_weight"),
    ],
)
def test_a_wrong_value_is_refused_with_its_row_in_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, column: str, value: Any, code: str
) -> None:
    table = make_responses()
    values = table[column].to_pylist()
    values[321] = value
    pq.write_table(replace(table, column, pa.array(values, table[column].type)), tmp_path / "r.parquet")
    monkeypatch.setattr(parquet, "ROWS", 50)
    with pytest.raises(DesignError) as caught:
        reduce_parquet(tmp_path / "r.parquet", declare_frame(), PLAN, weights="w", **NAMES)
    assert (caught.value.code, caught.value.row) == (code, 321)


def test_a_missing_column_and_a_damaged_file_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "r.parquet"
    table = make_responses()

    def refused() -> DesignError:
        with pytest.raises(DesignError) as caught:
            reduce_parquet(path, declare_frame(), PLAN, weights="w", **NAMES)
        return caught.value

    assert refused().code == "unreadable_file"
    left = table.drop_columns(["q2"])
    pq.write_table(left, path)
    told = refused()
    assert told.code == "unknown_column"
    assert str(told) == f"there is no column 'q2' in {path}; there are: {', '.join(left.column_names)}"
    pq.write_table(table, path)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    assert refused().code == "unreadable_file"


@pytest.mark.parametrize(
    ("pooled", "code"),
    [
        ({}, "not_in_cube"),
        ({"index": [CubeMeasure.rate("q9", [1], [1])]}, "unknown_measure"),
        ({"index": [CubeMeasure.rate("q1", [9], [1])]}, "unknown_level"),
        ({"index": [CubeMeasure.mean("q1", {1: 1.0, 2: 2.0})]}, "not_a_rate"),
    ],
)
def test_a_pooled_measure_that_cannot_be_built_is_refused(tmp_path: Path, pooled: Any, code: str) -> None:
    with pytest.raises(DesignError) as caught:
        reduce_parquet(tmp_path / "r.parquet", declare_frame(), PLAN, **(NAMES | {"pooled": pooled}))
    assert caught.value.code == code


def test_an_empty_file_gives_an_empty_cube(tmp_path: Path) -> None:
    pq.write_table(make_responses().slice(0, 0), tmp_path / "r.parquet")
    cube = reduce_parquet(tmp_path / "r.parquet", declare_frame(), PLAN, weights="w", **NAMES)
    assert not np.any(cube.rows)
