"""Lists of units: all of a file comes in, or nothing and every fault with its line."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey_app.errors import Conflict, LinesRefused, UserError
from survey_app.geography.models import Unit
from survey_app.geography.queries import find_unit, units_below
from survey_app.geography.service import ImportedUnits, import_units
from tests.village import TWO_LEVELS, refusal
from tests.world import TESTER

SHIPPED = Path(__file__).parents[2] / "data" / "geography"
HEADER = "province_code,province_name,district_code,district_name,district_type,commune_code,commune_name,commune_type"
GOOD = "10,Tỉnh Thử,101,Huyện Một,huyện,1001,Xã A,xã"


def bring_in(session: Session, text: str | bytes, **options: str) -> ImportedUnits:
    data = text.encode() if isinstance(text, str) else text
    return import_units(session, io.BytesIO(data), actor=TESTER, **({"code_system": "test"} | options))


def count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Unit)) or 0


def lines(*rows: str) -> str:
    return "\n".join([HEADER, *rows]) + "\n"


def test_the_shipped_list_has_the_fifteen_districts_and_145_communes_of_kien_giang(session: Session) -> None:
    (path,) = SHIPPED.glob("*.csv")
    with path.open("rb") as file:
        found = import_units(session, file, actor=TESTER, code_system="again")
    assert (found.province, found.districts, found.communes) == ("Tỉnh Kiên Giang", 15, 145)
    province = find_unit(session, "91", code_system="again")
    assert len(units_below(session, province, "commune")) == 145
    assert province.valid_to is not None


def test_a_list_of_two_levels_has_communes_right_under_the_province(session: Session) -> None:
    found = import_units(session, io.BytesIO(TWO_LEVELS.encode()), actor=TESTER)
    assert (found.code_system, found.districts, found.communes) == ("tctk-2025", 0, 12)
    commune = find_unit(session, "2011")
    assert (commune.kind, commune.parent.level, commune.valid_from.year) == ("đặc khu", "province", 2025)


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf" + lines(GOOD).encode(),
        lines(GOOD).replace(",", ";").encode(),
        b"\xef\xbb\xbf" + lines(GOOD).replace(",", ";").replace("\n", "\r\n").encode(),
        lines("", GOOD.replace(",", " , "), "").encode(),
        lines(GOOD.replace("Xã A", '"Xã A, cũ"')).encode(),
    ],
    ids=["bom", "semicolons", "excel", "spaces and empty lines", "quoted comma"],
)
def test_files_as_spreadsheets_write_them_come_in(session: Session, data: bytes) -> None:
    assert bring_in(session, data).communes == 1
    assert find_unit(session, "1001", code_system="test").name.startswith("Xã A")


def test_names_in_decomposed_vietnamese_are_stored_composed(session: Session) -> None:
    import unicodedata

    bring_in(session, unicodedata.normalize("NFD", lines(GOOD)))
    assert find_unit(session, "10", code_system="test").name == "Tỉnh Thử"


#: rows, the line that is wrong, a word of the complaint
BAD_LINES = [
    ([GOOD, GOOD], 3, "1001"),
    ([GOOD, GOOD.replace("1001", "1002"), GOOD.replace("Xã A", "Xã khác")], 4, "dòng 2"),
    ([GOOD, "10,Tỉnh Thử,,,,1002,Xã B,xã"], 3, "district_code"),
    ([GOOD, ",,101,Huyện Một,huyện,1002,Xã B,xã"], 3, "province_code"),
    ([GOOD, "10,Tỉnh Thử,101,Huyện Một,huyện,1002,,xã"], 3, "commune_name"),
    ([GOOD, "10,Tỉnh Thử,101,Huyện Một,huyện,1002,Xã B,làng"], 3, "làng"),
    ([GOOD, "10,Tỉnh Thử,102,Hạt Hai,hạt,1002,Xã B,xã"], 3, "hạt"),
    ([GOOD, "10,Tỉnh Thử,101,Huyện Một,thị xã,1002,Xã B,xã"], 3, "101"),
    ([GOOD, "10,Tỉnh Thử,101,Huyện Hai,huyện,1002,Xã B,xã"], 3, "101"),
    ([GOOD, "11,Tỉnh Khác,111,Huyện Hai,huyện,1101,Xã B,xã"], 3, "hơn một tỉnh"),
    ([GOOD, "10,Tỉnh Thử,101,Huyện Một,huyện,1002,=HYPERLINK(1),xã"], 3, "công thức"),
    ([GOOD, "10,Tỉnh Thử,101,Huyện Một,huyện,1002,+84 Xã,xã"], 3, "công thức"),
    ([GOOD, "10,Tỉnh Thử,101,Huyện Một,huyện,1002,Xã\u202eB,xã"], 3, "ký tự ẩn"),
    ([GOOD, "10,Tỉnh Thử,101,Huyện Một,huyện,1002,Xã\x00B,xã"], 3, "ký tự ẩn"),
    ([GOOD, "10,Tỉnh Thử,101,Huyện Một,huyện,10/2,Xã B,xã"], 3, "commune_code"),
    ([GOOD, "10,Tỉnh Thử,101,Huyện Một,huyện,10|2,Xã B,xã"], 3, "commune_code"),
    ([GOOD, "10,Tỉnh Thử,101,Huyện Một,huyện,10Đ2,Xã B,xã"], 3, "commune_code"),
    ([GOOD, f"10,Tỉnh Thử,101,Huyện Một,huyện,{'9' * 21},Xã B,xã"], 3, "commune_code"),
    ([GOOD, f"10,Tỉnh Thử,101,Huyện Một,huyện,1002,{'X' * 201},xã"], 3, "commune_name"),
    ([GOOD, "10,Tỉnh Thử,101,Huyện Một,huyện,1002,Xã B"], 3, "7"),
    ([GOOD, "10,Tỉnh Thử,101,Huyện Một,huyện,1002,Xã B,xã,thừa"], 3, "9"),
    ([GOOD, '10,Tỉnh Thử,101,Huyện Một,huyện,1002,"Xã\nhai dòng",làng'], 4, "làng"),
]


def test_a_bad_line_is_told_with_its_number_and_nothing_comes_in(session: Session) -> None:
    before = count(session)
    for rows, line, word in BAD_LINES:
        error = refusal(lambda rows=rows: bring_in(session, lines(*rows)))
        assert isinstance(error, LinesRefused), rows[-1]
        assert [found for found, _reason in error.lines] == [line], rows[-1]
        assert word in error.lines[0][1], rows[-1]
        session.commit()
        assert count(session) == before, rows[-1]


def test_every_bad_line_is_told_at_once(session: Session) -> None:
    bad = [f"10,Tỉnh Thử,101,Huyện Một,huyện,{code},Xã,làng" for code in range(2000, 2005)]
    with pytest.raises(LinesRefused) as refused:
        bring_in(session, lines(GOOD, *bad))
    assert [line for line, _reason in refused.value.lines] == [3, 4, 5, 6, 7]


BAD_FILES = [
    (b"", "trống"),
    (b"\n\n", "trống"),
    (HEADER.encode(), "không có dòng nào"),
    (lines(GOOD).replace("commune_type", "kind").encode(), "commune_type"),
    (lines(GOOD).replace("district_type", "kind").encode(), "district_type"),
    (lines(GOOD).replace("district_name", "commune_name").encode(), "lặp"),
    ((",".join([HEADER, *(f"c{n}" for n in range(10_000))]) + "\n").encode(), "10008"),
    (lines(GOOD).encode("utf-16"), "UTF-8"),
    ("Tỉnh Kiên Giang\n".encode() + "mã,tên\nđ".encode("cp1258", "replace"), "UTF-8"),
    (lines(GOOD).encode() + b"\x00\xff\xfe", "UTF-8"),
    (lines('"' + GOOD).encode(), "CSV"),
    (b"PK\x03\x04" + bytes(range(256)) * 20, "UTF-8"),
]


def test_a_file_that_is_no_list_of_units_is_refused_with_advice(session: Session) -> None:
    before = count(session)
    for data, word in BAD_FILES:
        error = refusal(lambda data=data: bring_in(session, data))
        assert error is not None, data[:80]
        assert word in error.message, data[:80]
        assert len(error.message) < 1000
        session.commit()
        assert count(session) == before


def test_the_same_list_twice_is_a_conflict_and_adds_nothing(session: Session) -> None:
    bring_in(session, lines(GOOD))
    session.commit()
    before = count(session)
    with pytest.raises(Conflict, match="test"):
        bring_in(session, lines(GOOD, GOOD.replace("1001", "1002")))
    session.rollback()
    assert count(session) == before


def test_the_same_codes_may_stand_in_another_code_system(session: Session) -> None:
    bring_in(session, lines(GOOD))
    bring_in(session, lines(GOOD), code_system="later")
    assert find_unit(session, "1001", code_system="later").path == "later/10/101/1001"


def test_a_code_system_that_cannot_be_a_name_is_refused(session: Session) -> None:
    for name in ("x" * 41, "a/b", "ẩn\u202e", "nul\x00"):
        assert refusal(lambda name=name: bring_in(session, lines(GOOD), code_system=name)) is not None, name


def test_an_end_before_the_beginning_is_refused(session: Session) -> None:
    from datetime import date

    with pytest.raises(UserError, match="hiệu lực"):
        import_units(
            session,
            io.BytesIO(lines(GOOD).encode()),
            actor=TESTER,
            valid_from=date(2024, 1, 1),
            valid_to=date(2023, 1, 1),
        )
