"""`python -m analysis verify`: compare this package with reference results."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from analysis.verify import verify_folder

SHOWN = 20
"""Failed figures printed of one case; the rest is only counted."""


def add_verify(commands: Any) -> None:
    """Add the command ``verify``."""
    parser = commands.add_parser(
        "verify",
        help="compute every case of a golden folder and compare",
        description="Compute every case of FOLDER/cases/*.json from its data and compare it with the results in it; "
        "the schema is described in tests/golden/README.md. Exit code 0 only if none failed.",
        epilog="python -m analysis verify tests/golden",
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.set_defaults(run=run_verify)


def run_verify(arguments: argparse.Namespace) -> int:
    """Verify the folder, print failures, return the exit code."""
    passed = failed = 0
    for outcome in verify_folder(arguments.folder):
        if not outcome.failures:
            passed += 1
            continue
        failed += 1
        for failure in outcome.failures[:SHOWN]:
            print(f"{outcome.name}: {failure}")
        if len(outcome.failures) > SHOWN:
            print(f"{outcome.name}: and {len(outcome.failures) - SHOWN} more figures")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0
