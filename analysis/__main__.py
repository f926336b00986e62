"""`python -m analysis`: survey statistics without the web application."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from analysis.command_line.answers import as_sentence
from analysis.command_line.drawing import add_allocate, add_draw
from analysis.command_line.estimating import add_estimate
from analysis.command_line.sizes import add_sample_size
from analysis.command_line.verifying import add_verify

WRONG_INPUT = 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 a check failed, 2 the input cannot be used."""
    parser = argparse.ArgumentParser(
        prog="python -m analysis", description="Survey statistics: draw, plan, estimate, verify."
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for add in (add_estimate, add_sample_size, add_draw, add_allocate, add_verify):
        add(commands)
    arguments = parser.parse_args(argv)
    try:
        code: int = arguments.run(arguments)
    except (ValueError, OSError, OverflowError, RecursionError) as error:
        print(as_sentence(error), file=sys.stderr)
        return WRONG_INPUT
    return code


if __name__ == "__main__":
    sys.exit(main())
