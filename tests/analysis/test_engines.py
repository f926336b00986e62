"""One expression counts the same in every engine, and only counts leave the engine."""

from __future__ import annotations

import importlib.util
import re
import sqlite3
import warnings
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import duckdb
import ibis
import numpy as np
import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from stored_responses import NAMES, PLAN, declare_frame, make_responses, worst_difference

from analysis.cube import CubePlan, PsuCube
from analysis.cube.engines import cube_from, reduction
from analysis.cube.parquet import reduce_parquet
from analysis.errors import DesignError

pytestmark = [
    pytest.mark.filterwarnings("ignore:The 'future.infer_string' option"),
    pytest.mark.filterwarnings("ignore:fetch_arrow_table"),
]


def in_duckdb(table: pa.Table, folder: Path) -> Any:
    pq.write_table(table, folder / "responses.parquet")
    return ibis.duckdb.connect().read_parquet(folder / "responses.parquet")


def in_duckdb_file(table: pa.Table, folder: Path) -> Any:
    pq.write_table(table, folder / "responses.parquet")
    with duckdb.connect(folder / "survey.duckdb") as connection:
        connection.execute(
            "CREATE TABLE responses AS SELECT * FROM read_parquet(?)", [str(folder / "responses.parquet")]
        )
    return ibis.duckdb.connect(folder / "survey.duckdb", read_only=True).table("responses")


def in_sqlite(table: pa.Table, folder: Path) -> Any:
    with closing(sqlite3.connect(folder / "survey.sqlite3")) as connection, connection:
        connection.execute(f"CREATE TABLE responses ({list_columns(table, 'REAL', 'INTEGER', 'TEXT')})")
        places = ", ".join("?" * table.num_columns)
        connection.executemany(f"INSERT INTO responses VALUES ({places})", list_rows(table))
    return ibis.sqlite.connect(folder / "survey.sqlite3").table("responses")


def in_postgresql(table: pa.Table, host: str) -> Any:
    with psycopg.connect(host=host, user="tester", dbname="postgres") as connection:
        connection.execute("DROP TABLE IF EXISTS responses")
        columns = list_columns(table, "double precision", "bigint", "text")
        connection.execute(f"CREATE TABLE responses ({columns})")
        with connection.cursor().copy("COPY responses FROM STDIN") as copy:
            for row in list_rows(table):
                copy.write_row(row)
    return ibis.postgres.connect(host=host, user="tester", database="postgres").table("responses")


def list_columns(table: pa.Table, number: str, whole: str, text: str) -> str:
    kinds = {pa.float64(): number, pa.int8(): whole, pa.int16(): whole, pa.int64(): whole}
    return ", ".join(f"{field.name} {kinds.get(field.type, text)}" for field in table.schema)


def list_rows(table: pa.Table) -> Iterator[tuple[Any, ...]]:
    return zip(*(column.to_pylist() for column in table.columns), strict=True)


@pytest.fixture(params=["duckdb", "duckdb file", "sqlite", "postgresql"])
def lay(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """Lay a table of responses into an engine."""
    if request.param == "postgresql":
        address = urlsplit(request.getfixturevalue("postgres").format(database="postgres"))
        return lambda table: in_postgresql(table, parse_qs(address.query)["host"][0])
    put = {"duckdb": in_duckdb, "duckdb file": in_duckdb_file, "sqlite": in_sqlite}[request.param]
    return lambda table: put(table, tmp_path)


def largest_difference(left: PsuCube, right: PsuCube) -> float:
    """The largest relative difference of any count or sum."""
    pairs = [(left.rows, right.rows)]
    for keys, margin in left.margins.items():
        pairs += [(table, right.margins[keys].answers[width]) for width, table in margin.answers.items()]
        pairs += [(table, right.margins[keys].moments[name]) for name, table in margin.moments.items()]
    return max(float((np.abs(a - b) / np.maximum(np.abs(b), 1e-9)).max()) for a, b in pairs)


@pytest.mark.parametrize("weights", [None, "w"])
def test_figures_from_an_engine_are_those_of_its_rows(lay: Any, weights: str | None) -> None:
    table = make_responses()
    cube = cube_from(reduction(lay(table), PLAN, weights=weights, **NAMES), declare_frame(), PLAN)
    assert worst_difference(cube, table, weighted=weights is not None) < 1e-12


@pytest.mark.parametrize("crossings", [None, [("sex", "age")], []])
def test_an_engine_and_a_file_give_one_cube_whatever_is_crossed(lay: Any, tmp_path: Path, crossings: Any) -> None:
    table = make_responses(900, seed=8)
    plan = CubePlan.of(PLAN.items, PLAN.keys, crossings, PLAN.pooled)
    pq.write_table(table, tmp_path / "file.parquet")
    expected = reduce_parquet(tmp_path / "file.parquet", declare_frame(), plan, weights="w", **NAMES)
    found = cube_from(reduction(lay(table), plan, weights="w", **NAMES), declare_frame(), plan)
    assert found.row_weights
    assert largest_difference(found, expected) < 1e-12


def test_only_counts_leave_the_engine(lay: Any) -> None:
    table = make_responses(4000)
    counts = reduction(lay(table), PLAN, weights="w", **NAMES).to_pyarrow()
    assert not {"response", "commune", "w", *PLAN.items} & set(counts.column_names)
    cells = 9 * (4 * 4 + 4) * (6 + 6 + 3 + 1) + 9  # communes by sex ('' beside null) and age; answers; the pooled index
    assert counts.num_rows <= cells < len(table)


@pytest.mark.parametrize("kind", [pa.float64(), pa.string()], ids=str)
def test_numbers_written_with_a_point_or_as_text_are_the_same_answers(lay: Any, kind: pa.DataType) -> None:
    table = make_responses()
    place = table.schema.get_field_index("q1")
    changed = lay(table.set_column(place, "q1", table["q1"].cast(kind)))
    cube = cube_from(reduction(changed, PLAN, weights="w", **NAMES), declare_frame(), PLAN)
    assert worst_difference(cube, table, weighted=True) < 1e-12


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("q1", 6, "unknown_level"),
        ("helped", "maybe", "unknown_level"),
        ("gioi_tinh", "X", "unknown_level"),
        ("commune", "xã 99", "unknown_psu"),
        ("commune", None, "missing_label"),
    ],
)
def test_a_value_that_the_plan_does_not_know_is_refused(lay: Any, column: str, value: Any, code: str) -> None:
    table = make_responses()
    values = table[column].to_pylist()
    values[321] = value
    changed = table.set_column(table.schema.get_field_index(column), column, pa.array(values, table[column].type))
    with pytest.raises(DesignError) as caught:
        cube_from(reduction(lay(changed), PLAN, weights="w", **NAMES), declare_frame(), PLAN)
    assert caught.value.code == code


def test_a_column_that_is_not_there_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    table = in_duckdb(make_responses().drop_columns(["q2"]), tmp_path)
    with pytest.raises(DesignError) as caught:
        reduction(table, PLAN, weights="w", **NAMES)
    assert caught.value.code == "unknown_column"


def test_the_example_of_the_documents_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (Path(__file__).parents[2] / "docs" / "engines.md").read_text("utf-8")
    (example,) = re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    monkeypatch.chdir(tmp_path)
    exec(compile(example, "docs/engines.md", "exec"), {})
    assert len(capsys.readouterr().out.splitlines()) == 4 + 2


@pytest.mark.long
@pytest.mark.skipif(importlib.util.find_spec("pyspark") is None, reason="pyspark is not installed")
def test_spark_counts_the_same(tmp_path: Path) -> None:
    from pyspark.sql import SparkSession

    table = make_responses()
    pq.write_table(table, tmp_path / "responses.parquet")
    session = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
    session.conf.set("spark.sql.shuffle.partitions", "2")
    try:
        responses = ibis.pyspark.connect(session).read_parquet(str(tmp_path / "responses.parquet"))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            cube = cube_from(reduction(responses, PLAN, weights="w", **NAMES), declare_frame(), PLAN)
    finally:
        session.stop()
    assert worst_difference(cube, table, weighted=True) < 1e-12
