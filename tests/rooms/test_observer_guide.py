"""The lines of Python in the observer's guide redo a draw from its report alone, and see what was changed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from survey_app.sampling.report import draw_report
from survey_app.sampling.service import draw_sample
from tests.documents import DOCS, text_of
from tests.lists import list_cases
from tests.rooms.test_two_stage_draw import CODES, village
from tests.world import TESTER

CASES: list[dict[str, Any] | None] = [
    None,
    {"method": "systematic", "number": 5, "reserve": 0.25},
    {"method": "simple", "number": 4, "reserve": 0.5},
]


def redo(report: dict[str, Any], folder: Path) -> list[str]:
    """What the guide's lines print in a folder that holds the report and nothing else."""
    [code] = re.findall(r"```python\n(.*?)```", text_of(DOCS / "huong-dan" / "giam-sat.md"), flags=re.S)
    (folder / "doi-chieu.py").write_text(code, encoding="utf-8")
    (folder / "mau.json").write_text(json.dumps(report), encoding="utf-8")
    command = [sys.executable, "-I", "-X", "utf8", "doi-chieu.py"]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=True, encoding="utf-8"
    ).stdout.splitlines()


@pytest.mark.parametrize("cases", CASES, ids=["no cases", "systematic", "simple"])
def test_the_observer_redoes_a_draw_and_sees_what_was_changed(
    session: Session, tmp_path: Path, cases: dict[str, Any] | None
) -> None:
    survey = village(session, cases=cases)
    if cases:
        list_cases(session, survey, {code: 20 + number for number, code in enumerate(CODES)})
    report = draw_report(survey, draw_sample(session, survey, seed="15-7-2026", actor=TESTER))

    head, *strata = redo(report, tmp_path)
    assert head == "mầm: 15-7-2026 · dàn mẫu: đúng"
    assert [line.rpartition(" ")[2] for line in strata] == ["đúng"]

    unit = next(unit for unit in report["units"] if unit["drawn"])
    if cases:
        unit["places"]["reserve"].reverse()
    else:
        unit["drawn"] = False
    head, *strata = redo(report, tmp_path)
    assert [line.rpartition(" ")[2] for line in strata] == ["SAI"]
    assert head.endswith("đúng")

    report["units"].pop()
    assert redo(report, tmp_path)[0].endswith("SAI")
