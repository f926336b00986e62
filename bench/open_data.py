"""Open data: 100,000 responses × 60 columns anonymised and written in every format, beside PyArrow writing CSV."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa

from bench.timing import report

ROWS, PLACES, STRATA = 100_000, 440, 15
MOST_MEGABYTES = 300
QUESTIONNAIRE = Path(__file__).parents[1] / "questionnaires" / "sipas-commune.yaml"
FORMATS = ("csv", "parquet", "sav", "dta")


def run() -> None:
    """Print seconds and peak memory above that of the loaded program, in a fresh process."""
    done = subprocess.run([sys.executable, "-m", "bench.open_data"], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)
    print(done.stdout, end="")


def main() -> None:
    """The work of the fresh process."""
    import pandas  # noqa: F401  loaded first, so that memory is that of the data
    import pyarrow.csv
    import pyreadstat  # noqa: F401  loaded first, as pandas

    from survey_app.instruments.loader import load_file
    from survey_app.publication.data import tables
    from survey_app.publication.data.microdata import build_microdata, smallest_class
    from survey_app.publication.data.settings import DataSettings, usual_keys
    from survey_app.publication.data.statistical_files import write_dta, write_sav

    instrument = load_file(QUESTIONNAIRE)
    chance = np.random.default_rng(1)
    table = simulate(instrument, chance)
    start = _megabytes()
    began = time.perf_counter()
    settings = DataSettings(usual_keys(instrument))
    with _languages():
        microdata = build_microdata(
            counts_of(instrument, table), table, settings, published=["district", "channel", "sex", "age"],
            weighted_by=[], secret="bench",
        )  # fmt: skip
    told = microdata.report
    assert smallest_class(microdata, ["stratum", *settings.item_keys]) >= settings.k
    seconds = time.perf_counter() - began
    report(
        f"anonymise {ROWS:,} × {len(microdata.columns)}",
        f"{seconds:.1f} s; {told.at_risk:,} rows at risk, {sum(told.hidden.values()):,} cells hidden",
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bare = _time(lambda: pyarrow.csv.write_csv(pa.table(_plain(microdata)), folder / "bare.csv"))
        report("bare: pyarrow.csv of the same columns", f"{bare:.1f} s")
        writers: dict[str, Any] = {
            "csv": lambda path: tables.write_csv(microdata, path),
            "parquet": lambda path: tables.write_parquet(microdata, path),
            "sav": lambda path: write_sav(microdata, path, title="bench"),
            "dta": lambda path: write_dta(microdata, path, title="bench"),
        }
        for form in FORMATS:
            path = folder / f"phieu.{form}"
            seconds = _time(lambda form=form, path=path: writers[form](path))
            size = path.stat().st_size / 1e6
            report(f"write {form}", f"{seconds:.1f} s, {size:.1f} MB, {seconds / bare:.1f} × bare")
    grown = _megabytes() - start
    report(f"peak memory above the loaded program and the extract (at most {MOST_MEGABYTES} MB)", f"{grown:.0f} MB")
    if grown > MOST_MEGABYTES:
        raise SystemExit("too much memory")


def simulate(instrument: Any, chance: np.random.Generator) -> pa.Table:
    """Random answers to every question, as the extract holds them."""
    from survey_app.results.extract import _schema, asked_column

    columns: dict[str, Any] = {
        "response_id": np.arange(ROWS).astype(str),
        "commune": np.char.add("c", chance.integers(0, PLACES, ROWS).astype(str)),
        "channel": chance.choice(["kiosk", "field", "link", "paper"], ROWS),
        "language": np.full(ROWS, "vi"),
    }
    schema = _schema(instrument)
    for item in instrument.items():
        if item.key not in schema.names:
            continue
        if item.type == "scale":
            columns[item.key] = chance.choice([1, 2, 3, 4, 5, 9], ROWS)
        elif item.type == "single":
            columns[item.key] = chance.choice([str(one.value) for one in item.options], ROWS)
        elif item.type in ("multiple", "ranking"):
            choices = [[str(one.value)] for one in item.options]
            columns[item.key] = [choices[place] for place in chance.integers(0, len(choices), ROWS)]
        if item.show_if is not None:
            columns[asked_column(item.key)] = chance.random(ROWS) < 0.5
    kept = pa.schema([field for field in schema if field.name in columns])
    return pa.table({name: pa.array(columns[name], kept.field(name).type) for name in kept.names})


def counts_of(instrument: Any, table: pa.Table) -> Any:
    """Of a survey's counts what the file asks for: places, strata and weights."""
    district = [SimpleNamespace(code=f"d{n}", name=f"Huyện {n}", level="district", parent=None) for n in range(STRATA)]
    places = {
        f"c{n}": SimpleNamespace(
            psu=f"c{n}", stratum=f"d{n % STRATA}", population=90.0,
            unit=SimpleNamespace(code=f"c{n}", name=f"Xã {n}", level="commune", parent=district[n % STRATA]),
        )
        for n in range(PLACES)
    }  # fmt: skip
    frame = SimpleNamespace(names=list(places), list_size=np.full(PLACES, 900.0))
    return SimpleNamespace(
        instrument=instrument,
        design=SimpleNamespace(places=places),
        cube=SimpleNamespace(frame=frame),
        weighting=SimpleNamespace(of_row=np.full(len(table), 3.0)),
        survey=SimpleNamespace(slug="bench", simulated=True),
        fingerprint="bench",
    )


def _plain(microdata: Any) -> dict[str, Any]:
    return {cells.column.name: cells.values for cells in microdata.cells}


def _time(work: Any) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _languages() -> Any:
    from survey_app import create_app
    from survey_app.settings import read_settings

    return create_app(read_settings({"HAILONG_INSTANCE": tempfile.mkdtemp()})).app_context()


if __name__ == "__main__":
    main()
