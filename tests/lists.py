"""Small lists of units and of cases, and a survey of the two-level province that takes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from survey_app.sampling.listing.columns import guess_columns, read_columns
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
