"""Small lists of units and of cases, and a survey of the two-level province that takes them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from survey_app.errors import LinesRefused
from survey_app.geography.models import Unit
from survey_app.sampling.listing.columns import guess_columns, read_columns
from survey_app.sampling.listing.models import CaseContact, FrameFile, ListedCase, ListedUnit
from survey_app.sampling.listing.service import ListReport, import_case_list, import_unit_list
from survey_app.sampling.listing.table_file import open_table
from survey_app.surveys.models import Survey
from tests.village import make_village
from tests.world import TESTER

HEADINGS = ("Mã xã", "Số hồ sơ", "Họ tên", "Điện thoại", "Địa chỉ", "Lĩnh vực")
CASES = (
    ("2000", "H1", "Nguyễn Văn Ấp", "0000000001", "Số 1", "Đất đai"),
    ("2000", "H2", "Trần Thị Bé", "0000000002", "Số 2", "Hộ tịch"),
    ("2001", "H3", "Lê Văn Cư", "0000000003", "Số 3", "Đất đai"),
)


def list_survey(session: Session, **sample: Any) -> Survey:
    """A draft survey of the two-level province; keywords are parts of its sample."""
    return make_village(session, state="draft", sample={"share": 0.5, "rule": "each_stratum"} | sample)


def table(path: Path, *rows: Any, headings: Any = HEADINGS, separator: str = ";") -> Path:
    """A CSV file of these rows."""
    lines = [separator.join(str(cell) for cell in row) for row in (headings, *rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def bring_in(
    session: Session, survey: Survey, path: Path, kind: str = "cases", attributes: tuple[str, ...] = (), **fields: str
) -> ListReport:
    """Bring a file in with guessed columns, some of them corrected."""
    headings = open_table(path).headings
    guess = guess_columns(kind, headings)
    columns = read_columns(kind, headings, dict(guess.fields) | fields, attributes)
    verb = import_case_list if kind == "cases" else import_unit_list
    return verb(session, survey, path, path.name, columns, actor=TESTER)


def list_units(session: Session, survey: Survey, rows: dict[str, tuple[float | None, dict[str, str]]]) -> None:
    """Units by their code, each with its size and its attributes."""
    file = add_list(session, survey, "units", len(rows))
    for code, (size, attributes) in rows.items():
        unit = session.scalars(select(Unit).where(Unit.code == code)).one()
        session.add(ListedUnit(survey_id=survey.id, file_id=file.id, unit_id=unit.id, size=size, attributes=attributes))
    session.flush()


def list_cases(session: Session, survey: Survey, sizes: dict[str, int]) -> None:
    """So many cases for each unit, by its code."""
    file = add_list(session, survey, "cases", sum(sizes.values()))
    first = (session.scalar(select(func.max(ListedCase.id))) or 0) + 1
    ids = dict(session.execute(select(Unit.code, Unit.id).where(Unit.code.in_(sizes))).all())
    rows = [
        {
            "survey_id": survey.id,
            "file_id": file.id,
            "unit_id": ids[code],
            "line": number + 2,
            "reference": hashlib.sha256(f"{survey.slug}|{code}|{number}".encode()).digest()[:16],
            "person": None,
            "attributes": {"thang": str(1 + number % 12)},
        }
        for code, size in sizes.items()
        for number in range(size)
    ]
    for number, row in enumerate(rows):
        row["id"] = first + number
    for start in range(0, len(rows), 50_000):
        session.execute(insert(ListedCase), rows[start : start + 50_000])
    session.flush()


def add_list(session: Session, survey: Survey, kind: str = "cases", rows: int = 1) -> FrameFile:
    """A list as its import stores it, without its rows."""
    count = session.scalar(select(func.count()).select_from(FrameFile)) or 0
    file = FrameFile(
        survey_id=survey.id,
        kind=kind,
        name=f"{kind}.csv",
        sha256=hashlib.sha256(f"{survey.slug}|{kind}|{count}".encode()).hexdigest(),
        columns={"fields": {}, "attributes": {}},
        row_count=rows,
        imported_by="tester",
    )
    session.add(file)
    session.flush()
    return file


def counts(session: Session) -> tuple[int, ...]:
    tables = (FrameFile, ListedUnit, ListedCase, CaseContact)
    return tuple(session.scalar(select(func.count()).select_from(each)) or 0 for each in tables)


def refusals(work: Callable[[], Any]) -> dict[int, str]:
    with pytest.raises(LinesRefused) as caught:
        work()
    return dict(caught.value.lines)
