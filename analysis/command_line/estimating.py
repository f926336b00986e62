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
    "ids": ["commune", "id"],
    "strata": "district",
    "weights": "w",
    "fpc": ["n_communes", "list_size"],
    "items": ["q01", "q02", "q03"],
    "satisfied": [4, 5],
    "pooled": {"index": ["q01", "q02", "q03"]},
    "by": ["district", "sex", ["sex", "agegrp"]],
    "target": 0.8
  }

  ids                   columns of the stages, at most three, the primary sampling unit first
  strata, weights       a column each; without weights, fpc gives them, or all weigh 1
  fpc                   columns with the units in the population of each stage; may be left out
  nest                  true: codes of primary units start again in each stratum
  lonely_psu            adjust (default), average, certainty, remove or fail
  adjust_domain_lonely  true: the same rule where only one primary unit of a stratum is in a domain
  probability           false: nobody drew this sample; no interval, no verdict
  df_rule               counted (default): primary units less strata; satterthwaite: strata taken whole count apart
  items                 columns of answers, or {"q01": {"valid": [1, 2, 3], "satisfied": [3]}, ...}
  valid, satisfied, dissatisfied, not_asked
                        codes of all items (1 to 5; 4, 5; 1, 2; none); an empty cell, NA or another code is no answer
  pooled                names with the items whose answers they pool
  by                    columns to break down by; a list of columns crosses them
  target                between 0 and 1 (0.8); target_operator: ge (at least) or gt (more than)
  level, minimum_n      of the interval (0.95); fewer respondents are withheld (10)

Only "items" must be there. The answer is a list of figures: for everyone and each domain, one for each measure, with
n, base, missing, estimate, se, df, deff, interval (ci), verdict, and why it is withheld where it is.

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
        settings = json.loads(path.read_text("utf-8-sig"))
    except (OSError, ValueError) as error:
        raise TableError("unreadable_file", f"{path} cannot be read as JSON: {error}") from error
    if not isinstance(settings, dict):
        raise TableError("unreadable_file", f"{path} must hold one JSON object in braces")
    return settings
