"""`allocate` and `draw`: how many communes of each stratum, and which, from a frame in a CSV file."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

from analysis.command_line.answers import (
    Answer,
    add_output,
    read_count,
    read_number,
    read_percentage,
    run_and_print,
)
from analysis.csv_table import CsvTable
from analysis.sampling.allocation import allocate
from analysis.sampling.frame import DrawMethod, draw_frame, hash_frame

if TYPE_CHECKING:
    SubParsers = argparse._SubParsersAction[argparse.ArgumentParser]

_ALLOCATE_EXAMPLES = """\
examples:
  30 percent of all communes, at least 2 in each district:
    python -m analysis allocate communes.csv --strata district --share 30%
  the same from the numbers of communes, and at least 30 percent in each:
    python -m analysis allocate --sizes 20,16,14 --share 0.3 --rule each_stratum
"""

_DRAW_EXAMPLES = """\
The random number of a unit is u = first 53 bits of SHA-256("SEED|id") / 2^53, so anyone with the seed and the file can
repeat the draw; the order of the rows does not matter. The numbers are shifted to (u + SHIFT) mod 1.

methods:
  srs         the smallest u of each stratum: simple random sampling
  pareto      probabilities in proportion to --size: the smallest [u/(1-u)]/[pi/(1-pi)], units with pi = 1 first
  systematic  along the cumulated probabilities in the order of the ids, from u("STRATUM|start"),
              which is then the u of each unit

examples:
  30 percent of the communes, at least 2 in each district:
    python -m analysis draw communes.csv --seed public-2026 --id commune --strata district --share 30%
  40 communes with probabilities in proportion to their lists, as a table:
    python -m analysis draw communes.csv --seed public-2026 --id commune --strata district --size list_size \\
        --number 40 --format csv --out drawn.csv
"""


def add_allocate(subparsers: SubParsers) -> None:
    """Add `allocate` to the commands.

    Examples
    --------
    >>> parser = argparse.ArgumentParser()
    >>> add_allocate(parser.add_subparsers())
    >>> args = parser.parse_args(["allocate", "--sizes", "20,16,3", "--share", "30", "--format", "csv"])
    >>> args.run(args)
    stratum,size,drawn,inclusion_probability,weight
    1,20,6,0.3,3.3333333333333335
    2,16,4,0.25,4.0
    3,3,2,0.6666666666666666,1.5
    0
    """
    parser = subparsers.add_parser(
        "allocate",
        help="how many communes to draw in each stratum",
        description="How many communes to draw in each stratum, by largest remainders.",
        epilog=_ALLOCATE_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("frame", metavar="FRAME.csv", nargs="?", help="a row for each commune, with a line of names")
    parser.add_argument("--strata", metavar="COLUMN", help="the column with the stratum")
    parser.add_argument("--sizes", metavar="N,N,...", help="instead of a file: the communes of each stratum")
    _add_numbers(parser)
    add_output(parser)
    parser.set_defaults(run=lambda args: run_and_print(_compute_allocation, args))


def add_draw(subparsers: SubParsers) -> None:
    """Add `draw` to the commands.

    Examples
    --------
    >>> parser = argparse.ArgumentParser()
    >>> add_draw(parser.add_subparsers())
    >>> parser.parse_args(["draw", "communes.csv", "--seed", "public-2026"]).share
    """
    parser = subparsers.add_parser(
        "draw",
        help="draw communes so that anyone can repeat it",
        description="Draw communes from a frame with a published seed.",
        epilog=_DRAW_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("frame", metavar="FRAME.csv", help="a row for each commune, with a line of names")
    parser.add_argument("--seed", metavar="TEXT", required=True, help="the seed, published before the draw")
    parser.add_argument(
        "--id",
        metavar="COLUMN",
        help="the column with the code of each commune (the only other column whose cells all differ)",
    )
    parser.add_argument("--strata", metavar="COLUMN", help="the column with the stratum (one stratum, 'all')")
    parser.add_argument("--size", metavar="COLUMN", help="the column with the size, for probabilities in proportion")
    parser.add_argument(
        "--method", choices=("srs", "pareto", "systematic"), help="how to draw (pareto with --size, else srs)"
    )
    parser.add_argument(
        "--shift",
        metavar="NUMBER",
        default="0",
        help="added to the random numbers to rotate communes between waves, from 0 to below 1 (0)",
    )
    _add_numbers(parser)
    add_output(parser)
    parser.set_defaults(run=lambda args: run_and_print(_compute_draw, args))


def _add_numbers(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--share", metavar="PERCENT", help="the part to draw: 30, 30%%, 0.3 or 0,3 (30%%)")
    parser.add_argument(
        "--number", metavar="N", help="instead of --share: so many in all, or with --rule each_stratum in each stratum"
    )
    parser.add_argument(
        "--minimum", metavar="N", help="at least so many in each stratum, or all of a smaller one (2; 1 without strata)"
    )
    parser.add_argument(
        "--rule",
        choices=("total", "each_stratum"),
        default="total",
        help="the share holds for the whole, or at least in each stratum (total)",
    )


def _compute_allocation(args: argparse.Namespace) -> Answer:
    if (args.frame is None) == (args.sizes is None):
        raise ValueError("give either a file with --strata, or --sizes such as 20,16,14")
    if args.sizes is not None:
        if args.strata is not None:
            raise ValueError("--strata names a column of a file; leave it out with --sizes")
        texts = args.sizes.split(",")
        sizes = {str(number): read_count(text, "--sizes") for number, text in enumerate(texts, start=1)}
    else:
        if args.strata is None:
            raise ValueError("give --strata, the column with the stratum of each commune")
        sizes = _count_strata(CsvTable.read(Path(args.frame)).labels(args.strata).tolist())
    document, drawn = _allocate(args, sizes)
    rows = [
        {
            "stratum": stratum,
            "size": size,
            "drawn": drawn[stratum],
            "inclusion_probability": drawn[stratum] / size if size else None,
            "weight": size / drawn[stratum] if drawn[stratum] else None,
        }
        for stratum, size in sizes.items()
    ]
    return Answer(document | {"strata": rows}, rows)


def _compute_draw(args: argparse.Namespace) -> Answer:
    table = CsvTable.read(Path(args.frame))
    code_column = args.id or _find_codes(table, {args.strata, args.size})
    codes = table.labels(code_column).tolist()
    strata = table.labels(args.strata).tolist() if args.strata else ["all"] * len(table)
    method = args.method or ("pareto" if args.size else "srs")
    if method == "pareto" and not args.size:
        raise ValueError("--method pareto needs --size, the column with the sizes")
    shift = read_number(args.shift, "--shift")
    sizes = _count_strata(strata)
    allocation, numbers = _allocate(args, sizes)
    empty = next((stratum for stratum, n in numbers.items() if n == 0), None)
    if empty is not None:
        raise ValueError(f"stratum {empty!r} would have no commune drawn; give --minimum 1 or more")
    units = draw_frame(
        codes,
        strata,
        args.seed,
        numbers,
        sizes=table.numbers(args.size) if args.size else None,
        method=cast(DrawMethod, method),
        shift=shift,
    )
    fields = [strata, codes] + ([table.labels(args.size).tolist()] if args.size else [])
    frame_hash = hash_frame(zip(*fields, strict=True))
    rows = [
        {"stratum": unit.stratum, "id": unit.code, "u": unit.random_number}
        | {name: value for name, value in asdict(unit).items() if name in ("inclusion_probability", "weight")}
        for unit in units
    ]
    document = {
        "seed": args.seed,
        "method": method,
        "shift": shift,
        "frame_sha256": frame_hash,
        "frame_recipe": "SHA-256 of the sorted lines '"
        + "|".join(["stratum", code_column, *([args.size] if args.size else [])])
        + "', each ended by a newline, in UTF-8",
        **allocation,
        "strata": [{"stratum": name, "size": size, "drawn": numbers[name]} for name, size in sizes.items()],
        "units": rows,
    }
    return Answer(document, [row | {"frame_sha256": frame_hash} for row in rows])


def _allocate(args: argparse.Namespace, sizes: dict[str, int]) -> tuple[dict[str, Any], dict[str, int]]:
    """Return what was allocated by which rule, and the number of each stratum."""
    if args.share is not None and args.number is not None:
        raise ValueError("give --share or --number, not both")
    total = sum(sizes.values())
    minimum = 2 if args.strata or not args.frame else 1
    if args.minimum is not None:
        minimum = read_count(args.minimum, "--minimum")
    rule: Literal["total", "each_stratum"] = args.rule
    told: dict[str, Any] = {"rule": rule, "minimum": minimum, "frame_size": total}
    counts = list(sizes.values())
    if args.number is None:
        share = read_percentage(args.share or "30%", "--share")
        drawn = allocate(counts, share, minimum=minimum, rule=rule).tolist()
        told["share"] = float(share)
    else:
        number = read_count(args.number, "--number")
        most = total if rule == "total" else max(counts)
        if not 1 <= number <= most:
            raise ValueError(f"--number is {number}; there are from 1 to {most} communes to draw")
        if rule == "total":
            drawn = allocate(counts, Fraction(number, total), minimum=minimum).tolist()
        else:
            drawn = [min(max(number, minimum), size) for size in counts]
        told["number"] = number
    wanted = told.get("number")
    if wanted is not None and rule == "total" and sum(drawn) != wanted:
        told["note"] = f"the minimum of {minimum} in each stratum makes {sum(drawn)} of the {wanted} asked for"
    return told | {"drawn": sum(drawn)}, dict(zip(sizes, drawn, strict=True))


def _count_strata(labels: Sequence[str]) -> dict[str, int]:
    """Count the units of each stratum, strata in the order of their labels."""
    if not labels:
        raise ValueError("the file holds no communes below its line of names")
    if "" in labels:
        raise ValueError(f"data row {list(labels).index('') + 1}: the stratum is missing; fill it in")
    return dict(sorted(Counter(labels).items()))


def _find_codes(table: CsvTable, taken: set[str | None]) -> str:
    """Return the only column, besides those `taken`, that can tell the rows apart."""
    found = [
        name for name in table.cells if name not in taken and len(set(table.labels(name).tolist()) - {""}) == len(table)
    ]
    if len(found) != 1:
        which = f"{', '.join(found)} could each be it" if found else "no column has a different code in each row"
        raise ValueError(f"give --id, the column with the code of each commune; {which}")
    return found[0]
