"""Documents: 100,000 × 60 cells to XLSX beside XlsxWriter writing the same cells; a full report in Word."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.timing import report

ROWS, COLUMNS, STRETCH = 100_000, 60, 5000
LARGEST_RATIO, LARGEST_MEGABYTES = 1.5, 300


def run() -> None:
    """Each in a process of its own, one after the other, so that the peak memory is its own.

    The ratio is of processor time, which other work on the machine does not stretch.
    """
    with tempfile.TemporaryDirectory() as folder:
        plain = _measured("plain", folder)
        ours = _measured("ours", folder)
    ratio = ours["seconds"] / plain["seconds"]
    report("XlsxWriter alone, constant memory", f"{plain['seconds']:.1f} s of CPU, {plain['megabytes']:.0f} MB")
    report(
        "the same cells by us, with checksum and contents",
        f"{ours['seconds']:.1f} s of CPU = {ratio:.2f}×, {ours['megabytes']:.0f} MB",
        f"within {LARGEST_RATIO}× and {LARGEST_MEGABYTES} MB",
        met=ratio <= LARGEST_RATIO and ours["megabytes"] <= LARGEST_MEGABYTES,
    )


def _measured(which: str, folder: str) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.documents", which, folder]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def stretches() -> Iterator[dict[str, list[Any]]]:
    """Answers from 1 to 5, codes of communes as text, weights; the same for both writers."""
    names = column_names()
    for first in range(0, ROWS, STRETCH):
        rows = range(first, first + STRETCH)
        part: dict[str, list[Any]] = {names[0]: [row + 1 for row in rows]}
        part[names[1]] = [f"{30000 + row % 145}" for row in rows]
        part[names[2]] = [1 + row % 7 / 7 for row in rows]
        for place, name in enumerate(names[3:]):
            part[name] = [1 + (row * 31 + place * 17) % 5 for row in rows]
        yield part


def column_names() -> list[str]:
    return ["response", "commune", "weight", *(f"q{number}" for number in range(1, COLUMNS - 2))]


def write_plain(path: Path) -> None:
    """What anybody would write who has these cells and wants them as a workbook."""
    import xlsxwriter

    book = xlsxwriter.Workbook(path, {"constant_memory": True})
    sheet = book.add_worksheet()
    for place, name in enumerate(column_names()):
        sheet.write_string(0, place, name)
    line = 0
    for part in stretches():
        for row in zip(*part.values(), strict=True):
            line += 1
            for place, value in enumerate(row):
                if isinstance(value, str):
                    sheet.write_string(line, place, value)
                else:
                    sheet.write_number(line, place, value)
    book.close()


def write_ours(path: Path) -> None:
    from bench.world import empty_world
    from survey_app.publication.documents.microdata import write_stretches

    with empty_world() as app, app.app_context():
        write_stretches(path, "Đo tốc độ (dữ liệu mô phỏng)", column_names(), stretches(), labels=["dữ liệu mô phỏng"])


def _main(which: str, folder: str) -> None:
    import resource
    import time

    path = Path(folder) / f"{which}.xlsx"
    writer = {"plain": write_plain, "ours": write_ours}[which]
    start = time.process_time()
    writer(path)
    seconds = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "megabytes": peak, "bytes": path.stat().st_size}))


if __name__ == "__main__":
    if len(sys.argv) == 3:
        _main(*sys.argv[1:])
    else:
        run()
