"""`sample-size`: how many answers a survey needs, and how many people to invite."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from analysis.command_line.answers import (
    Answer,
    add_output,
    read_count,
    read_number,
    read_percentage,
    read_points,
    run_and_print,
)
from analysis.planning.power import verdict_chances
from analysis.planning.sample_size import (
    SampleSize,
    sample_size_for_change,
    sample_size_for_margin,
    sample_size_to_prove,
)

if TYPE_CHECKING:
    SubParsers = argparse._SubParsersAction[argparse.ArgumentParser]

_EXAMPLES = """\
Percentages may be written 80, 80%, 0.8 or 0,8 (a number up to 1 without % is a share); margins 3, 3% or 0.03.

examples:
  a margin of 3 points in a province of 76000 users, 85 in 100 of those invited answering:
    python -m analysis sample-size --margin 3 --population 76000 --deff 1.6 --response-rate 85
  the same margin in each of three districts:
    python -m analysis sample-size --margin 5 --rate 80 --population 9661 9490 727 --format csv
  to prove a target of 80% if the truth is 85%, and the chance to do so with 29 degrees of freedom:
    python -m analysis sample-size --target 80 --true 85 --power 80 --deff 1.6 --df 29
  to see a change from 80% to 84% between two waves that share communes:
    python -m analysis sample-size --change 0.8 0.84 --deff 1.8 --correlation 0.3
"""


def add_sample_size(subparsers: SubParsers) -> None:
    """Add `sample-size` to the commands.

    Examples
    --------
    >>> parser = argparse.ArgumentParser()
    >>> add_sample_size(parser.add_subparsers())
    >>> args = parser.parse_args(["sample-size", "--target", "80", "--true", "85", "--deff", "1,6", "--format", "csv"])
    >>> args.run(args)
    answers,invited,target,true_rate
    753,753,0.8,0.85
    0
    """
    parser = subparsers.add_parser(
        "sample-size",
        help="how many answers a survey needs",
        description="How many answers a survey needs, and how many people to invite for them. Give one of --margin, "
        "--target with --true, or --change.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--margin", metavar="POINTS", help="half the width of the confidence interval")
    parser.add_argument("--rate", metavar="RATE", help="with --margin: the rate to expect (50%%, which needs most)")
    parser.add_argument(
        "--population",
        metavar="N",
        nargs="+",
        help="with --margin: people in the population; "
        "several numbers give one size for each, as for districts (without end)",
    )
    parser.add_argument("--target", metavar="RATE", help="the target to prove")
    parser.add_argument("--true", metavar="RATE", dest="true_rate", help="with --target: the true rate")
    parser.add_argument(
        "--df",
        metavar="NUMBER",
        help="with --target: degrees of freedom (communes less strata); "
        "adds the chances of the published verdicts at that size",
    )
    parser.add_argument("--change", metavar="RATE", nargs=2, help="the true rates of two waves")
    parser.add_argument("--correlation", metavar="NUMBER", help="with --change: of the two waves' answers (0)")
    parser.add_argument("--power", metavar="PERCENT", help="with --target, --change: chance of the proof (80%%)")
    parser.add_argument("--deff", metavar="NUMBER", default="1", help="design effect (1); often 1.2 to 3")
    parser.add_argument("--response-rate", metavar="PERCENT", default="100%", help="of those invited (100%%)")
    parser.add_argument("--confidence", metavar="PERCENT", default="95%", help="confidence level (95%%)")
    add_output(parser)
    parser.set_defaults(run=lambda args: run_and_print(_compute, args))


def _compute(args: argparse.Namespace) -> Answer:
    asked = [name for name in ("margin", "target", "change") if getattr(args, name) is not None]
    if len(asked) != 1:
        raise ValueError("give one of --margin, --target with --true, or --change")
    _refuse_needless(args, asked[0])
    plan = {
        "deff": read_number(args.deff, "--deff"),
        "response_rate": float(read_percentage(args.response_rate, "--response-rate")),
        "confidence": float(read_percentage(args.confidence, "--confidence")),
    }
    compute = {"margin": _for_margin, "target": _for_target, "change": _for_change}[asked[0]]
    return compute(args, plan)


def _for_margin(args: argparse.Namespace, plan: dict[str, float]) -> Answer:
    margin = read_points(args.margin, "--margin")
    rate = float(read_percentage(args.rate or "50%", "--rate"))
    populations: list[int | None] = [None]
    if args.population is not None:
        populations = [read_count(text, "--population") for text in args.population]
    rows: list[dict[str, Any]] = []
    for population in populations:
        size = sample_size_for_margin(margin, p=rate, population=population, **plan)
        rows.append(
            {
                "answers": size.n,
                "invited": size.invited,
                "population": population,
                "z": size.z,
                "n_simple": size.n_simple,
                "n_population": size.n_population,
                "n_design": size.n_design,
            }
        )
    totals = {name: sum(row[name] for row in rows) for name in ("answers", "invited")}
    return Answer(totals | {"margin": margin, "rate": rate} | plan | {"sizes": rows}, rows)


def _for_target(args: argparse.Namespace, plan: dict[str, float]) -> Answer:
    if args.true_rate is None:
        raise ValueError("--target needs --true, the true rate that is to prove it")
    target = float(read_percentage(args.target, "--target"))
    true_rate = float(read_percentage(args.true_rate, "--true"))
    power = float(read_percentage(args.power or "80%", "--power"))
    size = sample_size_to_prove(target, true_rate, power=power, **plan)
    row = _as_row(size) | {"target": target, "true_rate": true_rate}
    document = row | {"power": power} | plan
    if args.df is not None:
        df = read_number(args.df, "--df")
        chances = verdict_chances(true_rate, target, size.n, deff=plan["deff"], df=df, level=plan["confidence"])
        told = {"df": df, "met": chances.met, "not_met": chances.not_met, "not_proven": chances.not_proven}
        row, document = row | told, document | {"chances": told}
    return Answer(document, [row])


def _for_change(args: argparse.Namespace, plan: dict[str, float]) -> Answer:
    first, second = (float(read_percentage(text, "--change")) for text in args.change)
    power = float(read_percentage(args.power or "80%", "--power"))
    correlation = read_number(args.correlation or "0", "--correlation")
    size = sample_size_for_change(first, second, power=power, correlation=correlation, **plan)
    row = _as_row(size) | {"first": first, "second": second}
    document = row | {"waves": 2, "power": power, "correlation": correlation} | plan
    return Answer(document, [row])


def _as_row(size: SampleSize) -> dict[str, Any]:
    return {"answers": size.n, "invited": size.invited}


def _refuse_needless(args: argparse.Namespace, asked: str) -> None:
    """Refuse an option that would be passed over in silence."""
    owners = {
        "rate": ("margin",),
        "population": ("margin",),
        "true_rate": ("target",),
        "df": ("target",),
        "correlation": ("change",),
        "power": ("target", "change"),
    }
    for name, owner in owners.items():
        if getattr(args, name) is not None and asked not in owner:
            option = "--true" if name == "true_rate" else f"--{name}"
            raise ValueError(f"{option} goes with --{' or --'.join(owner)}, not with --{asked}")
