"""Engines: one Ibis expression in DuckDB, SQLite, PostgreSQL and Spark (where pyspark is), 10⁵ responses there already.

Run alone: `python -m bench.engines`.
"""

from __future__ import annotations

import importlib.util
import sqlite3
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pyarrow as pa

from analysis.cube import PsuCube
from analysis.cube.engines import cube_from, reduction
from analysis.cube.parquet import reduce_parquet
from bench.responses import KEYS, PLAN, declare_frame, write_responses
from bench.timing import median_seconds, report
from tests.postgres import running_server

RESPONSES = 100_000


def run() -> None:
    print(f"\n {__doc__.splitlines()[0]}")
    warnings.filterwarnings("ignore", module="ibis")
    with ExitStack() as stack:
        path = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "responses.parquet"
        write_responses(path, RESPONSES)
        frame = declare_frame()
        expected = reduce_parquet(path, frame, PLAN, weights="weight")
        places: dict[str, Callable[[Path], Any]] = {
            "DuckDB on Parquet": in_duckdb,
            "SQLite": in_sqlite,
            "PostgreSQL": in_postgresql,
        }
        if importlib.util.find_spec("pyspark"):
            places["Spark, two local cores"] = in_spark
        found = {}
        for name, place in places.items():
            table = stack.enter_context(place(path))

            def reduce(name: str = name, table: Any = table) -> None:
                found[name] = cube_from(reduction(table, PLAN, weights="weight"), frame, PLAN)

            report(f"{name} (3 runs)", f"{median_seconds(reduce, 3):6.2f} s")
        if "Spark, two local cores" not in places:
            report("Spark", "pyspark is not installed")
        worst = max(largest_difference(cube, expected) for cube in found.values())
        report("largest relative difference from Parquet by numpy", f"{worst:.1e}", "at most 1e-12", met=worst <= 1e-12)


def largest_difference(left: PsuCube, right: PsuCube) -> float:
    pairs = [
        (table, right.margins[keys].answers[width])
        for keys, margin in left.margins.items()
        for width, table in margin.answers.items()
    ]
    return max(float((np.abs(one - other) / np.maximum(other, 1)).max()) for one, other in pairs)


@contextmanager
def in_duckdb(path: Path) -> Iterator[Any]:
    import ibis

    yield ibis.duckdb.connect().read_parquet(path)


@contextmanager
def in_sqlite(path: Path) -> Iterator[Any]:
    import ibis

    names, rows = read_rows(path)
    kinds = {"weight": "REAL"} | dict.fromkeys(["psu", *KEYS], "TEXT")
    with closing(sqlite3.connect(path.with_suffix(".sqlite3"))) as connection, connection:
        columns = ", ".join(f"{name} {kinds.get(name, 'INTEGER')}" for name in names)
        connection.execute(f"CREATE TABLE responses ({columns})")
        connection.executemany(f"INSERT INTO responses VALUES ({', '.join('?' * len(names))})", rows)
    yield ibis.sqlite.connect(path.with_suffix(".sqlite3")).table("responses")


@contextmanager
def in_postgresql(path: Path) -> Iterator[Any]:
    import ibis
    import psycopg

    names, rows = read_rows(path)
    kinds = {"weight": "double precision"} | dict.fromkeys(["psu", *KEYS], "text")
    with running_server() as address:
        host = parse_qs(urlsplit(address.format(database="postgres")).query)["host"][0]
        with psycopg.connect(host=host, user="tester", dbname="postgres") as connection:
            columns = ", ".join(f"{name} {kinds.get(name, 'smallint')}" for name in names)
            connection.execute(f"CREATE TABLE responses ({columns})")
            with connection.cursor().copy("COPY responses FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            connection.execute("ANALYZE responses")
        yield ibis.postgres.connect(host=host, user="tester", database="postgres").table("responses")


@contextmanager
def in_spark(path: Path) -> Iterator[Any]:
    import ibis
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    session = builder.config("spark.ui.showConsoleProgress", "false").getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    session.conf.set("spark.sql.shuffle.partitions", "2")
    yield ibis.pyspark.connect(session).read_parquet(str(path))
    session.stop()


def read_rows(path: Path) -> tuple[list[str], Iterator[tuple[Any, ...]]]:
    import pyarrow.parquet as pq

    table: pa.Table = pq.read_table(path)
    return table.column_names, zip(*(column.to_pylist() for column in table.columns), strict=True)


if __name__ == "__main__":
    run()
