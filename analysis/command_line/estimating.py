"""`python -m analysis estimate`: published tables from a CSV file."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from analysis.csv_table import CsvTable
from analysis.errors import TableError
from analysis.table_plan import make_tables

EPILOG = """\
DESIGN is a JSON file that says what the columns of FILE mean:

  {
    "ids": ["commune", "id"],              columns of the stages, the primary sampling unit first
    "strata": "district",
    "weights": "w",
    "fpc": ["n_communes", "list_size"],    units in the population of each stage (may be left out)
    "lonely_psu": "adjust",                adjust, average, certainty, remove or fail
    "probability": true,                   false: nobody drew this sample; no interval, no verdict
    "items": ["q01", "q02", "q03"],        columns of answers
    "valid": [1, 2, 3, 4, 5], "satisfied": [4, 5], "dissatisfied": [1, 2], "not_asked": [],
    "pooled": {"index": ["q01", "q02", "q03"]},
    "by": ["district", "sex", ["sex", "agegrp"]],
    "target": 0.8, "target_operator": "ge", "level": 0.95, "minimum_n": 10
  }

Only "items" must be there. An empty cell, NA, or a code that is not valid counts as no answer.

  python -m analysis estimate tests/golden/data/syn_a_province.csv --design design.json --out tables.json
"""


def add_estimate(commands: Any) -> None:
    """Add the command ``estimate``."""
    parser = commands.add_parser(
        "estimate",
        help="rates with their intervals and verdicts from a CSV file",
        description="Compute the published figures of a file of responses, one response a row.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", type=Path, metavar="FILE.csv", help="responses: UTF-8, commas, a line of column names")
    parser.add_argument("--design", type=Path, required=True, metavar="DESIGN.json", help="what the columns mean")
    parser.add_argument("--out", type=Path, metavar="TABLES.json", help="where to write; without it, standard output")
    parser.set_defaults(run=run_estimate)


def run_estimate(arguments: argparse.Namespace) -> int:
    """Read, compute, write; return the exit code."""
    rows = make_tables(read_settings(arguments.design), CsvTable.read(arguments.file))
    text = json.dumps(rows, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    if arguments.out is None:
        sys.stdout.write(text)
    else:
        arguments.out.write_text(text, "utf-8")
    return 0


def read_settings(path: Path) -> dict[str, Any]:
    """Read a JSON file that holds one object; ``unreadable_file`` if it does not."""
    try:
        settings = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise TableError("unreadable_file", f"{path} cannot be read as JSON: {error}") from error
    if not isinstance(settings, dict):
        raise TableError("unreadable_file", f"{path} must hold one JSON object in braces")
    return settings
