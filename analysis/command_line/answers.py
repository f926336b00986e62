"""What the sub-commands share: read numbers as people write them, print an answer, say what is wrong."""

from __future__ import annotations

import argparse
import csv
import io
import json
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from analysis.errors import DesignError

_DECIMAL = re.compile(r"[0-9]+(?:[.,][0-9]+)?")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a sub-command found.

    Attributes
    ----------
    document : dict
        The whole of it, for JSON.
    rows : list of dict
        Its table, for CSV.
    """

    document: dict[str, Any]
    rows: list[dict[str, Any]]


def add_output(parser: argparse.ArgumentParser) -> None:
    """Add --format and --out to a sub-command.

    Examples
    --------
    >>> parser = argparse.ArgumentParser()
    >>> add_output(parser)
    >>> parser.parse_args(["--format", "csv"]).format
    'csv'
    """
    parser.add_argument("--format", choices=("json", "csv"), default="json", help="how to print it (json)")
    parser.add_argument("--out", metavar="FILE", help="write it to this file instead of the screen")


def run_and_print(compute: Callable[[argparse.Namespace], Answer], args: argparse.Namespace) -> int:
    """Compute an answer and print it as `args.format` to `args.out`, or a sentence on what is wrong.

    Returns
    -------
    int
        The exit code: 0, or 2 if something is wrong with what was asked.

    Examples
    --------
    >>> args = argparse.Namespace(format="csv", out=None)
    >>> run_and_print(lambda _: Answer({}, [{"n": 3, "share": "0.3"}]), args)
    n,share
    3,0.3
    0
    """
    try:
        answer = compute(args)
        text = _as_csv(answer.rows) if args.format == "csv" else _as_json(answer.document)
        if args.out:
            Path(args.out).write_text(text, "utf-8")
        else:
            sys.stdout.write(text)
    except (ValueError, OSError, OverflowError) as error:
        sys.stderr.write(as_sentence(error) + "\n")
        return 2
    return 0


def read_percentage(text: str, name: str) -> Fraction:
    """Read 80, 80%, 0.8 or 0,8 as four fifths; a number up to 1 without % is a share.

    Parameters
    ----------
    text : str
        What was typed.
    name : str
        The option, for the message.

    Raises
    ------
    ValueError
        For anything that is not between 0% and 100%.

    Examples
    --------
    >>> [float(read_percentage(text, "--target")) for text in ("80", "80%", "0.8", "0,8", "82,5%", "1")]
    [0.8, 0.8, 0.8, 0.8, 0.825, 1.0]
    """
    share = _read_decimal(text.strip().removesuffix("%").rstrip())
    if share is None:
        raise ValueError(f"{name} is {text!r}; write a percentage such as 80, 80%, 0.8 or 0,8")
    if text.strip().endswith("%") or share > 1:
        share /= 100
    if share > 1:
        raise ValueError(f"{name} is {text!r}; a percentage is at most 100")
    return share


def read_points(text: str, name: str) -> float:
    """Read a margin: 3, 3%, 0.03 or 0,03 are three points; a number from 1 without % counts points.

    Raises
    ------
    ValueError
        For anything else; for 0.5 to 1, which could be meant either way.

    Examples
    --------
    >>> [read_points(text, "--margin") for text in ("3", "3%", "0.03", "0,03", "1", "2,5")]
    [0.03, 0.03, 0.03, 0.03, 0.01, 0.025]
    """
    share = _read_decimal(text.strip().removesuffix("%").rstrip())
    if share is None:
        raise ValueError(f"{name} is {text!r}; write points such as 3, 3% or 0.03")
    if text.strip().endswith("%") or share >= 1:
        return float(share / 100)
    if share >= Fraction(1, 2):
        raise ValueError(f"{name} is {text!r}; write {text}% if you mean less than one point")
    return float(share)


def read_number(text: str, name: str) -> float:
    """Read a number of 0 or more with a decimal point or comma; ValueError for anything else.

    Examples
    --------
    >>> read_number("1,6", "--deff")
    1.6
    """
    number = _read_decimal(text.strip())
    if number is None:
        raise ValueError(f"{name} is {text!r}; write a number such as 1.6")
    return float(number)


def read_count(text: str, name: str) -> int:
    """Read a whole number of 0 or more, written with digits only; ValueError for anything else.

    Examples
    --------
    >>> read_count("76000", "--population")
    76000
    """
    if not re.fullmatch(r"[0-9]+", text.strip()):
        raise ValueError(f"{name} is {text!r}; write a whole number with digits only, such as 76000")
    return int(text)


def _read_decimal(text: str) -> Fraction | None:
    return Fraction(text.replace(",", ".")) if _DECIMAL.fullmatch(text) else None


def _as_json(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _as_csv(rows: list[dict[str, Any]]) -> str:
    names = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def as_sentence(error: Exception) -> str:
    """Say what is wrong; the rows of a file are counted from 1 for people, without the line of names."""
    if isinstance(error, DesignError) and error.row is not None:
        return f"data row {error.row + 1}: " + str(error).removeprefix(f"row {error.row}: ")
    if isinstance(error, OSError):
        return f"{error.filename} cannot be opened or written: {error.strerror}"
    if isinstance(error, OverflowError | RecursionError):
        return "a number is too large, or the settings are nested too deep"
    return str(error)
