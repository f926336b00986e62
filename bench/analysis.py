"""Analysis: responses reduced to counts and every table from those, beside plain counting, DuckDB and the naive way.

22 items for the province, 15 districts, sex, age and channel: 550 figures, each with its standard error and the
published interval. Times are medians of five runs unless a line says otherwise. Run alone: `python -m bench.analysis`.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np

from analysis.cube import PsuCube, estimate_table
from analysis.cube.parquet import reduce_parquet
from analysis.cube.store import load_cube, save_cube
from analysis.policy import published_interval
from bench import engines
from bench.responses import (
    BREAKDOWNS,
    COMMUNES,
    DISTRICTS,
    ITEMS,
    KEYS,
    LEVELS,
    MEASURES,
    NAMES,
    PLAN,
    Responses,
    declare_frame,
    write_responses,
)
from bench.timing import median_seconds, report


def run() -> None:
    with tempfile.TemporaryDirectory() as folder:
        million, ten = Path(folder) / "6.parquet", Path(folder) / "7.parquet"
        write_responses(million, 10**6)
        write_responses(ten, 10**7)
        print("\n In memory, against 22 × np.bincount over (PSU, answer) with weights")
        for n in (10**4, 10**5, 10**6):
            _in_memory(Responses.simulate(n))
        print("\n From Parquet")
        _from_parquet(million, ten)
        print("\n Kept up to date: 1,000 more responses")
        _incremental(Path(folder))
    print("\n The naive way, 10⁶ responses")
    _naive(Responses.simulate(10**6))
    engines.run()


def make_tables(cube: PsuCube) -> int:
    """Estimate and judge every figure; return how many there are."""
    tables = [estimate_table(cube, MEASURES, by) for by in BREAKDOWNS]
    whole = tables[0].estimates[0]
    return sum(
        published_interval(estimate, above) is not None
        for table in tables
        for row in table.estimates
        for estimate, above in zip(row, whole, strict=True)
    )


def reduce_and_estimate(responses: Responses, *, weighted: bool) -> PsuCube:
    cube = PsuCube(declare_frame(), PLAN)
    cube.add(responses.batch(weighted=weighted))
    make_tables(cube)
    return cube


def _in_memory(responses: Responses) -> None:
    n, answers = len(responses.psu), 1 + len(LEVELS)

    def count(group: np.ndarray, groups: int) -> None:
        for codes in responses.answers.values():
            np.bincount(group * answers + codes, weights=responses.weights, minlength=groups * answers)

    def plain() -> None:
        count(responses.psu.astype(np.intp), COMMUNES)

    def crossed() -> None:
        plain()
        group, groups = responses.psu.astype(np.intp), COMMUNES
        for key, codes in responses.keys.items():
            group, groups = group * (1 + len(KEYS[key])) + codes, groups * (1 + len(KEYS[key]))
        count(group, groups)

    bound, both = median_seconds(plain), median_seconds(crossed)
    for weighted in (True, False):
        ours = median_seconds(lambda weighted=weighted: reduce_and_estimate(responses, weighted=weighted))
        told = f"{n:>9,} responses, {'a weight each' if weighted else 'a weight a PSU'}"
        figure = f"{ours * 1000:6.1f} ms = {ours / bound:4.1f} × plain"
        if n == 10**4:
            report(told, figure, "under 20 ms", met=ours < 0.020)
        elif n == 10**6:
            report(told, figure, "at most 3 × plain", met=ours <= 3 * bound)
        else:
            report(told, figure)
    report(f"{n:>9,} bound: PSU only, and with the key crossing", f"{bound * 1000:6.1f} ms, {both * 1000:6.1f} ms")
    if n == 10**6:
        tracemalloc.start()
        reduce_and_estimate(responses, weighted=True)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        report(f"{n:>9,} memory beside the responses, at its peak", f"{peak / 2**20:6.0f} MB")


def _from_parquet(million: Path, ten: Path) -> None:
    ours = median_seconds(lambda: reduce_parquet(million, declare_frame(), PLAN, weights="weight"))
    report("10⁶, a weight each: counts by PSU × keys", f"{ours:6.2f} s")
    theirs = {name: median_seconds(query, 3) for name, query in _duckdb_queries(million).items()}
    for name, seconds in theirs.items():
        report(f"    DuckDB, {name} (3 runs)", f"{seconds:6.2f} s")
    best = min(theirs.values())
    report("10⁶ against the faster of DuckDB", f"{ours / best:6.2f} ×", "at most 3 ×", met=ours <= 3 * best)
    one, ten_times = (_reduce_apart(path, times) for path, times in ((million, 5), (ten, 3)))
    ratio = ten_times[0] / one[0]
    report(
        "10⁷, in a process of its own (3 runs)",
        f"{ten_times[0]:6.2f} s = {ratio:4.1f} × 10⁶",
        "≤ 11 ×",
        met=ratio <= 11,
    )
    report("10⁷, peak memory of that process", f"{ten_times[1]:6.0f} MB", "under 1 GB", met=ten_times[1] < 1000)


def _duckdb_queries(path: Path) -> dict[str, Callable[[], object]]:
    import duckdb

    connection = duckdb.connect()
    table, keys = f"read_parquet('{path}')", ", ".join(KEYS)
    sums = "count(*) AS n, sum(weight) AS w, sum(weight * weight) AS w2"

    def one_by_one() -> None:
        for item in NAMES:
            connection.execute(f"SELECT psu, {keys}, {item}, {sums} FROM {table} GROUP BY ALL").fetchnumpy()

    def unpivoted() -> None:
        wanted = f"SELECT psu, {keys}, weight, {', '.join(NAMES)} FROM {table}"
        long = f"SELECT * FROM ({wanted}) UNPIVOT INCLUDE NULLS (answer FOR item IN ({', '.join(NAMES)}))"
        connection.execute(f"SELECT psu, {keys}, item, answer, {sums} FROM ({long}) GROUP BY ALL").fetchnumpy()

    return {"22 GROUP BYs in one connection": one_by_one, "one UNPIVOT": unpivoted}


def _reduce_apart(path: Path, times: int) -> tuple[float, float]:
    """Return seconds and peak megabytes of a process that reduces a file some times."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.analysis", str(path), str(times)],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        check=True,
    )
    seconds, megabytes = done.stdout.split()
    return float(seconds), float(megabytes)


def _incremental(folder: Path) -> None:
    million = Responses.simulate(10**6).batch()
    cube = PsuCube(declare_frame(), PLAN)
    cube.add(Responses.simulate(10**4).batch())
    for size in (10**4, 10**6, 10**7):
        while cube.rows.sum() < size:
            cube.add(million)
        more = Responses.simulate(1000, seed=9).batch()
        taken = median_seconds(lambda more=more: cube.add(more), 21)
        report(f"{int(size):>10,} responses (21 runs)", f"{taken * 1000:6.2f} ms", "under 10 ms", met=taken < 0.010)
    for name, counted in (("a weight each", cube), ("a weight a PSU", _reduced_by_psu())):
        path = folder / "cube.parquet"
        written = median_seconds(lambda counted=counted, path=path: save_cube(counted, path))
        read = median_seconds(lambda path=path: load_cube(path))
        size = path.stat().st_size / 1024
        report(f"stored, {name}: write, read, size", f"{written * 1000:.0f} ms, {read * 1000:.0f} ms, {size:,.0f} KB")


def _reduced_by_psu() -> PsuCube:
    cube = PsuCube(declare_frame(), PLAN)
    cube.add(Responses.simulate(10**6).batch(weighted=False))
    return cube


def _naive(responses: Responses) -> None:
    """Time pandas with the means alone, then a regression on a constant, clustered by PSU, for each item and domain."""
    import pandas as pd
    import statsmodels.api as sm

    ours = median_seconds(lambda: reduce_and_estimate(responses, weighted=True))
    district = responses.psu % DISTRICTS
    frame = pd.DataFrame(
        {"psu": responses.psu, "w": responses.weights, "all": 0, "district": district} | responses.keys
    )
    for name, codes in responses.answers.items():
        frame[name] = np.where(codes > 0, (codes >= 4).astype(float), np.nan)
    breakdowns = ["all", "district", *KEYS]

    def means() -> None:
        for name in NAMES:
            valid = frame.dropna(subset=[name])
            weighted = valid.assign(wy=valid["w"] * valid[name])
            for by in breakdowns:
                sums = weighted.groupby(by)[["wy", "w"]].sum()
                sums["wy"] / sums["w"]

    def regressions() -> None:
        name = NAMES[0]
        for by in breakdowns:
            for _level, part in frame.dropna(subset=[name]).groupby(by):
                model = sm.WLS(part[name], np.ones(len(part)), weights=part["w"])
                fit = model.fit(cov_type="cluster", cov_kwds={"groups": part["psu"]})
                fit.params, fit.bse, fit.conf_int()

    report("ours: 550 estimates, standard errors, intervals", f"{ours:6.2f} s")
    pandas_alone = median_seconds(means, 1)
    report("pandas groupby, weighted means alone (1 run)", f"{pandas_alone:6.2f} s = {pandas_alone / ours:3.0f} × ours")
    naive = ITEMS * median_seconds(regressions, 1)
    told = "WLS on a constant, clustered by PSU (1 item, 1 run, × 22)"
    report(told, f"{naive:6.1f} s = {naive / ours:3.0f} × ours", "at least 20 ×", met=naive >= 20 * ours)


def main() -> None:
    if len(sys.argv) == 1:
        print(__doc__)
        run()
        return
    path, times = Path(sys.argv[1]), int(sys.argv[2])
    taken = median_seconds(lambda: reduce_parquet(path, declare_frame(), PLAN, weights="weight"), times)
    print(taken, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


if __name__ == "__main__":
    main()
