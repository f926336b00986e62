"""Lists of units: communes with their sizes, agencies that become known."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey_app.errors import Conflict
from survey_app.geography.models import Unit
from survey_app.sampling.listing.models import ListedUnit
from survey_app.sampling.listing.queries import frame_units
from survey_app.sampling.listing.reading import read_size
from survey_app.sampling.listing.service import remove_list
from tests.lists import CASES, bring_in, counts, list_survey, refusals, table
from tests.world import TESTER

AGENCIES = ("Mã cơ quan", "Tên", "Loại", "Mã xã", "Số lượt", "Hạng")


def test_a_list_of_communes_gives_the_frame_its_sizes(session: Session, tmp_path: Path) -> None:
    survey = list_survey(session, frame="list", method="pareto")
    rows = [("2000", "1.234"), ("2001", "12,5"), ("2002", "300")]
    report = bring_in(session, survey, table(tmp_path / "u.csv", *rows, headings=("Mã xã", "Quy mô")), "units")
    assert (report.rows, report.places) == (3, 3)
    listed = session.scalars(select(ListedUnit).order_by(ListedUnit.id)).all()
    assert [entry.size for entry in listed] == [1234.0, 12.5, 300.0]
    assert [unit.code for unit in frame_units(session, survey)] == ["2000", "2001", "2002"]
    outside = refusals(lambda: bring_in(session, survey, table(tmp_path / "c.csv", ("2005", "H1", "", "", "", ""))))
    assert "2005" in outside[2]


def test_rows_of_units_that_do_not_fit_are_told(session: Session, tmp_path: Path) -> None:
    survey = list_survey(session, frame="list")
    rows = [
        ("2000", "0"), ("2001", "-5"), ("2002", "nhiều"), ("2003", ""), ("2000", "7"), ("30700", "5"), ("", "5"),
        ("2004", "1,234"), ("2005", "1e999"), ("2006", "99999999999"), ("2007", "=1+1"),
    ]  # fmt: skip
    told = refusals(
        lambda: bring_in(session, survey, table(tmp_path / "u.csv", *rows, headings=("Mã xã", "Quy mô")), "units")
    )
    session.rollback()
    assert counts(session) == (0, 0, 0, 0)
    assert "lớn hơn 0" in told[2]
    assert "lớn hơn 0" in told[3]
    assert "không phải con số" in told[4]
    assert "không phải con số" in told[5]
    assert "đã có ở dòng 2" in told[6]
    assert told[7] == "Tỉnh Hai Cấp không có xã mang mã 30700."
    assert "Thiếu" in told[8]
    assert "hai cách" in told[9]
    assert "không phải con số" in told[10]
    assert "quá lớn" in told[11]
    assert "công thức" in told[12]


@pytest.mark.parametrize(
    ("cell", "size"),
    [("1234", 1234), ("1.234", 1234), ("1.234.567,5", 1234567.5), ("12,5", 12.5), ("12.5", 12.5), ("1 234", 1234)],
)
def test_sizes_are_read_as_vietnamese_offices_write_them(cell: str, size: float) -> None:
    assert read_size(cell) == size


@pytest.mark.parametrize(
    "cell", ["", "1_000", "١٢", "nan", "inf", "--5", "1.2.3", "5 hồ sơ", "1,234", "0", "-1", "0,0"]
)
def test_what_is_no_size_is_refused(cell: str) -> None:
    with pytest.raises(ValueError, match="Quy mô"):
        read_size(cell)


def test_agencies_become_known_with_their_list(session: Session, tmp_path: Path) -> None:
    survey = list_survey(session, frame="list")
    rows = [
        ("BV1", "Bệnh viện Một", "Bệnh viện", "2000", "900", "I"),
        ("TH1", "Trường Hai", "trường học", "2001", "400", ""),
        ("DN1", "Công ty Ba", "doanh nghiệp", "2001", "12", ""),
    ]
    path = table(tmp_path / "u.csv", *rows, headings=AGENCIES)
    assert bring_in(session, survey, path, "units", attributes=("Hạng",)).rows == 3
    session.commit()
    agency = session.scalar(select(Unit).where(Unit.code == "BV1"))
    assert agency is not None
    assert agency.parent is not None
    assert (agency.level, agency.kind, agency.name, agency.parent.code) == (
        "agency", "bệnh viện", "Bệnh viện Một", "2000",
    )  # fmt: skip
    assert agency.lies_in(survey.territory)
    first = session.scalar(select(ListedUnit).where(ListedUnit.unit_id == agency.id))
    assert first is not None
    assert first.attributes == {"hang": "I"}
    patients = table(tmp_path / "c.csv", ("BV1", "A1", "Người Bệnh"), headings=("Mã bệnh viện", "Số bệnh án", "Họ tên"))
    assert bring_in(session, survey, patients).places == 1


def test_agencies_that_do_not_fit_are_told(session: Session, tmp_path: Path) -> None:
    survey = list_survey(session, frame="list")
    rows = [
        ("BV1", "", "bệnh viện", "2000", "9", ""),
        ("BV 2", "Hai", "bệnh viện", "2000", "9", ""),
        ("BV3", "Ba", "chợ", "2000", "9", ""),
        ("BV4", "Bốn", "bệnh viện", "30700", "9", ""),
        ("2001", "Năm", "bệnh viện", "2000", "9", ""),
        ("BV6", "Sáu", "bệnh viện", "", "9", ""),
    ]
    told = refusals(lambda: bring_in(session, survey, table(tmp_path / "u.csv", *rows, headings=AGENCIES), "units"))
    assert "chưa có tên" in told[2]
    assert "không dấu" in told[3]
    assert "doanh nghiệp" in told[4]
    assert "30700" in told[5]
    assert "là mã của một xã" in told[6]
    assert 7 in told
    session.rollback()
    assert session.scalar(select(func.count()).where(Unit.level == "agency")) == 0


def test_an_agency_keeps_its_commune(session: Session, tmp_path: Path) -> None:
    survey = list_survey(session, frame="list")
    one = ("BV1", "Một", "bệnh viện", "2000", "9", "")
    report = bring_in(session, survey, table(tmp_path / "u.csv", one, headings=AGENCIES), "units")
    remove_list(session, survey, report.file_id, actor=TESTER)
    moved = ("BV1", "Một", "bệnh viện", "2001", "9", "")
    told = refusals(lambda: bring_in(session, survey, table(tmp_path / "v.csv", moved, headings=AGENCIES), "units"))
    assert "ở xã khác" in told[2]
    again = table(tmp_path / "w.csv", ("BV1", "7"), headings=("Mã cơ quan", "Quy mô"))
    assert bring_in(session, survey, again, "units").rows == 1
    assert session.scalar(select(func.count()).where(Unit.level == "agency")) == 1


def test_a_survey_of_all_communes_or_without_a_frame_takes_no_units(session: Session, tmp_path: Path) -> None:
    survey = list_survey(session)
    with pytest.raises(Conflict, match="frame: list"):
        bring_in(session, survey, table(tmp_path / "u.csv", ("2000",), headings=("Mã xã",)), "units")
    survey.design = survey.design | {"sample": survey.design["sample"] | {"frame": "none", "stratify_by": "none"}}
    session.commit()
    with pytest.raises(Conflict, match="không có dàn mẫu"):
        bring_in(session, survey, table(tmp_path / "a.csv", *CASES))
