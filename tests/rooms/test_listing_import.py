"""Lists brought in whole or not at all: what is kept, what is refused and in which words."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import inspect, select, text
from sqlalchemy.orm import Session

from survey_app.audit.queries import entries_about
from survey_app.database import db
from survey_app.errors import Conflict, LinesRefused, UserError
from survey_app.geography.models import Unit
from survey_app.personal_data import ContactKey, contact_key
from survey_app.sampling.listing import service
from survey_app.sampling.listing.columns import guess_columns, read_columns
from survey_app.sampling.listing.complaints import Complaints
from survey_app.sampling.listing.models import CaseContact, ListedCase
from survey_app.sampling.listing.queries import count_cases, frame_files, remembered_columns
from survey_app.sampling.listing.service import import_case_list, owner_of, remove_list
from survey_app.sampling.service import draw_sample
from survey_app.surveys.models import Survey
from tests.lists import CASES, HEADINGS, bring_in, counts, list_survey, refusals, table
from tests.village import VILLAGE, at_once
from tests.workbooks import save_workbook
from tests.world import TESTER

AGENCIES = ("Mã cơ quan", "Tên", "Loại", "Mã xã", "Số lượt", "Hạng")
PERSONAL = ("Nguyễn Văn Ấp", "0000000001", "Số 1", "H1")


def test_cases_come_in_sealed_with_their_attributes(session: Session, tmp_path: Path) -> None:
    survey = list_survey(session)
    report = bring_in(session, survey, table(tmp_path / "a.csv", *CASES), attributes=("Lĩnh vực",))
    session.commit()
    assert (report.rows, report.places, report.repeated_persons) == (3, 2, 0)
    assert counts(session) == (1, 0, 3, 3)
    first = session.scalars(select(ListedCase).order_by(ListedCase.id)).first()
    assert first is not None
    assert (first.line, first.attributes) == (2, {"linh_vuc": "Đất đai"})
    sealed = session.get_one(CaseContact, first.id).sealed
    assert contact_key().open(sealed, owner_of(VILLAGE, first.reference)) == {
        "number": "H1", "name": "Nguyễn Văn Ấp", "phone": "0000000001", "address": "Số 1",
    }  # fmt: skip
    assert sum(count_cases(session, survey).values()) == 3


def test_no_table_but_the_sealed_one_knows_anything_personal(session: Session, tmp_path: Path) -> None:
    survey = list_survey(session)
    bring_in(session, survey, table(tmp_path / "a.csv", *CASES), attributes=("Lĩnh vực",))
    session.commit()
    for name in inspect(db.engine).get_table_names():
        content = repr(session.execute(text(f'SELECT * FROM "{name}"')).all())
        assert [word for word in PERSONAL if word in content and word not in ("H1", "Số 1")] == [], name
    entry = entries_about(session, f"survey:{VILLAGE}")[0]
    assert entry.verb == "frame.import"
    assert set(entry.detail) == {"kind", "rows", "sha256", "repeated_persons"}


def test_a_workbook_gives_the_same_cases_as_csv(session: Session, tmp_path: Path) -> None:
    survey = list_survey(session)
    rows: list[list[Any]] = [list(HEADINGS), *([int(row[0]), *row[1:]] for row in CASES)]
    bring_in(session, survey, save_workbook(tmp_path / "a.xlsx", rows))
    with pytest.raises(LinesRefused) as caught:
        bring_in(session, survey, table(tmp_path / "a.csv", *CASES))
    assert [line for line, _reason in caught.value.lines] == [2, 3, 4]
    assert "dòng 2 của danh sách „a.xlsx”" in caught.value.lines[0][1]


def test_one_bad_row_keeps_the_whole_file_out_and_every_bad_row_is_told(session: Session, tmp_path: Path) -> None:
    survey = list_survey(session)
    rows = [
        *CASES,
        ("2000", "H2", "Người Khác", "", "", ""),
        ("", "H5", "", "", "", ""),
        ("2000", "", "", "", "", ""),
        ("99999", "H7", "", "", "", ""),
        ("Nguyễn Văn Lạc", "H8", "", "", "", ""),
        ("0912345678", "H9", "", "", "", ""),
        ("2000", "=cmd|calc", "", "", "", ""),
        ("2000", "H11", "a\x00b", "", "", ""),
        ("2000", "H12", "x" * 301, "", "", ""),
        ("2000", "H13", "#N/A", "", "", ""),
        ("2000", "H14", "", "", "", "0912345678"),
        ("2000", "H15", "", "", "", "", "thừa"),
        ("2000", "h1", "", "", "", ""),
    ]
    written = io.StringIO()
    path = table(tmp_path / "a.csv", *rows)
    columns = read_columns("cases", HEADINGS, guess_columns("cases", HEADINGS).fields, ["Lĩnh vực"])
    told = refusals(
        lambda: import_case_list(session, survey, path, "a.csv", columns, actor=TESTER, complaints=Complaints(written))
    )
    session.rollback()
    assert counts(session) == (0, 0, 0, 0)
    assert sorted(told) == list(range(5, 18))
    assert told[5] == "Số hồ sơ trùng với dòng 3 của tệp này."
    assert "Thiếu" in told[6]
    assert "Thiếu" in told[7]
    assert "99999" in told[8]
    assert "…" in told[9]
    assert "…" in told[10]
    assert "công thức" in told[11]
    assert "ký tự ẩn" in told[12]
    assert "dài quá 300" in told[13]
    assert "#N/A" in told[14]
    assert "số điện thoại" in told[15]
    assert "7 ô" in told[16]
    assert "dòng 2" in told[17]
    everything = str(told) + written.getvalue()
    assert written.getvalue().count("\n") == 14
    for secret in ("Lạc", "0912345678", "Nguyễn", "calc"):
        assert secret not in everything


def test_a_code_that_lost_its_zero_to_a_spreadsheet_is_told_so(session: Session, tmp_path: Path) -> None:
    survey = list_survey(session)
    unit = session.scalar(select(Unit).where(Unit.code == "2000"))
    assert unit is not None
    unit.code = "02000"
    session.commit()
    rows: list[list[Any]] = [list(HEADINGS), [2000, "H1", "", "", "", ""]]
    told = refusals(lambda: bring_in(session, survey, save_workbook(tmp_path / "a.xlsx", rows)))
    assert "02000" in told[2]
    assert "số 0" in told[2]


def test_telephones_get_their_lost_zero_back_and_are_counted(session: Session, tmp_path: Path) -> None:
    survey = list_survey(session)
    rows: list[list[Any]] = [
        list(HEADINGS),
        [2000, "H1", "Nguyễn Văn Ấp", 912345678, "", ""],
        [2000, "H2", "NGUYỄN  VĂN ẤP", "+84 912 345 678", "", ""],
    ]
    report = bring_in(session, survey, save_workbook(tmp_path / "a.xlsx", rows))
    assert (report.restored_phones, report.repeated_persons) == (1, 1)
    case = session.scalars(select(ListedCase).order_by(ListedCase.id)).first()
    assert case is not None
    opened = contact_key().open(session.get_one(CaseContact, case.id).sealed, owner_of(VILLAGE, case.reference))
    assert opened["phone"] == "0912345678"


def test_a_person_in_several_lists_is_counted_and_not_refused(session: Session, tmp_path: Path) -> None:
    survey = list_survey(session)
    bring_in(session, survey, table(tmp_path / "a.csv", *CASES))
    again = ("2005", "H9", "nguyễn văn ấp", "0000 000 001", "Nơi khác", "")
    other = ("2005", "H10", "nguyễn văn ấp", "0000000009", "", "")
    assert bring_in(session, survey, table(tmp_path / "b.csv", again, other)).repeated_persons == 1
    assert (
        bring_in(session, survey, table(tmp_path / "c.csv", ("2005", "H11", "Ai", "0", "", ""))).repeated_persons == 0
    )


def test_the_same_file_again_is_told_and_changes_nothing(session: Session, tmp_path: Path) -> None:
    survey = list_survey(session)
    bring_in(session, survey, table(tmp_path / "a.csv", *CASES))
    session.commit()
    with pytest.raises(Conflict, match=r"đã nhập rồi, tên „a\.csv”, 3 dòng"):
        bring_in(session, survey, table(tmp_path / "b.csv", *CASES))
    assert counts(session) == (1, 0, 3, 3)


def test_too_many_rows_are_refused(session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    survey = list_survey(session)
    path = tmp_path / "a.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("Mã xã,Số hồ sơ\n")
        file.writelines(f"2000,{number}\n" for number in range(500_001))
    with pytest.raises(UserError, match="quá 500000 dòng"):
        bring_in(session, survey, path)
    session.rollback()
    assert counts(session) == (0, 0, 0, 0)


@pytest.mark.parametrize(("content", "words"), [("", "Tệp trống"), ("Mã xã;Số hồ sơ\n", "không có dòng nào")])
def test_an_empty_file_and_one_of_headings_only_are_told(
    session: Session, tmp_path: Path, content: str, words: str
) -> None:
    survey = list_survey(session)
    path = tmp_path / "a.csv"
    path.write_text(content)
    with pytest.raises(UserError, match=words):
        bring_in(session, survey, path)


def test_columns_that_are_missing_doubled_or_personal_are_refused() -> None:
    fields = {"unit": "Mã xã", "reference": "Số hồ sơ"}
    for chosen, attributes, words in (
        ({"unit": "Mã xã"}, [], "Xin chọn cột cho: Số hồ sơ"),
        (fields, ["Không có"], "không có cột: Không có"),
        (fields, ["Mã xã"], "chọn hai lần"),
        (fields | {"size": "Lĩnh vực"}, [], "không có cột: size"),
        (fields, ["Họ tên"], "thông tin cá nhân"),
        (fields, ["Điện thoại"], "thông tin cá nhân"),
        (fields, ["Số CCCD"], "thông tin cá nhân"),
    ):
        with pytest.raises(UserError, match=words):
            read_columns("cases", [*HEADINGS, "Số CCCD"], chosen, attributes)
    with pytest.raises(UserError, match="12 cột"):
        read_columns("cases", [*HEADINGS, *"abcdefghijklm"], fields, list("abcdefghijklm"))


@pytest.mark.parametrize(
    ("kind", "headings", "found"),
    [
        ("cases", HEADINGS, {"unit": "Mã xã", "reference": "Số hồ sơ", "name": "Họ tên", "phone": "Điện thoại",
                             "address": "Địa chỉ"}),
        ("cases", ("MÃ BỆNH VIỆN", "Mã xã", "Số bệnh án"), {"unit": "MÃ BỆNH VIỆN", "reference": "Số bệnh án"}),
        ("units", ("Mã xã", "Tên xã", "Số hồ sơ"), {"unit": "Mã xã", "name": "Tên xã", "size": "Số hồ sơ"}),
        ("units", AGENCIES, {"unit": "Mã cơ quan", "name": "Tên", "kind": "Loại", "commune": "Mã xã",
                             "size": "Số lượt"}),
        ("units", ("commune_code", "size"), {"unit": "commune_code", "size": "size"}),
    ],
)  # fmt: skip
def test_columns_are_guessed_from_headings(kind: str, headings: tuple[str, ...], found: dict[str, str]) -> None:
    assert guess_columns(kind, headings).fields == found


def test_columns_are_remembered_from_the_last_file_with_them(session: Session, tmp_path: Path) -> None:
    survey = list_survey(session)
    headings = ("Nơi", "Việc", "Ai", "Gọi", "Ở", "Lĩnh vực")
    columns = read_columns("cases", headings, {"unit": "Nơi", "reference": "Việc", "name": "Ai"}, ["Lĩnh vực"])
    path = table(tmp_path / "a.csv", *CASES, headings=headings)
    import_case_list(session, survey, path, "a.csv", columns, actor=TESTER)
    assert guess_columns("cases", headings, remembered_columns(session, "cases")) == columns
    assert guess_columns("cases", HEADINGS, remembered_columns(session, "cases")).fields["unit"] == "Mã xã"


def test_after_the_draw_no_list_comes_or_goes(session: Session, tmp_path: Path) -> None:
    survey = list_survey(session)
    report = bring_in(session, survey, table(tmp_path / "a.csv", *CASES))
    draw_sample(session, survey, seed="7", actor=TESTER)
    session.commit()
    with pytest.raises(Conflict, match="đã bốc mẫu"):
        bring_in(session, survey, table(tmp_path / "b.csv", ("2000", "H9", "", "", "", "")))
    with pytest.raises(Conflict, match="đã bốc mẫu"):
        remove_list(session, survey, report.file_id, actor=TESTER)
    assert counts(session) == (1, 0, 3, 3)


def test_a_list_goes_with_everything_it_brought(session: Session, tmp_path: Path) -> None:
    survey = list_survey(session)
    report = bring_in(session, survey, table(tmp_path / "a.csv", *CASES))
    other = bring_in(session, survey, table(tmp_path / "b.csv", ("2000", "H9", "", "", "", "")))
    remove_list(session, survey, report.file_id, actor=TESTER)
    session.commit()
    assert counts(session) == (1, 0, 1, 1)
    assert [file.id for file in frame_files(session, survey)] == [other.file_id]
    assert entries_about(session, f"survey:{VILLAGE}")[0].detail == {"kind": "cases", "rows": 3}
    with pytest.raises(UserError, match="không có danh sách"):
        remove_list(session, survey, report.file_id, actor=TESTER)
    assert bring_in(session, survey, table(tmp_path / "c.csv", *CASES)).rows == 3


def test_units_stay_while_cases_are_listed_for_them(session: Session, tmp_path: Path) -> None:
    survey = list_survey(session, frame="list")
    bring_in(session, survey, table(tmp_path / "a.csv", *CASES))
    session.commit()
    headings = ("Mã xã", "Quy mô")
    with pytest.raises(Conflict, match="1 hồ sơ đã nhập"):
        bring_in(session, survey, table(tmp_path / "u.csv", ("2000", 5), headings=headings), "units")
    assert counts(session) == (1, 0, 3, 3)
    units = bring_in(session, survey, table(tmp_path / "v.csv", ("2000", 5), ("2001", 5), headings=headings), "units")
    with pytest.raises(Conflict, match="danh sách hồ sơ trước"):
        remove_list(session, survey, units.file_id, actor=TESTER)


def test_another_key_is_told_before_anything_is_read(session: Session, tmp_path: Path, app: Flask) -> None:
    survey = list_survey(session)
    bring_in(session, survey, table(tmp_path / "a.csv", *CASES))
    session.commit()
    app.extensions["hailong_contact_key"] = ContactKey("một khóa hoàn toàn khác, dài hơn ba mươi hai")
    with pytest.raises(Conflict, match="HAILONG_CONTACT_KEY"):
        bring_in(session, survey, table(tmp_path / "b.csv", ("2000", "H1", "", "", "", "")))


def test_two_lists_at_once_give_one_of_them_or_both_but_no_case_twice(app: Flask, tmp_path: Path) -> None:
    with app.app_context():
        list_survey(db.session)
        db.session.commit()
    paths = [table(tmp_path / f"{number}.csv", *CASES, ("2000", f"X{number}", "", "", "", "")) for number in range(3)]

    def work(number: int) -> int:
        survey = db.session.scalar(select(Survey).where(Survey.slug == VILLAGE))
        assert survey is not None
        report = bring_in(db.session, survey, paths[number])
        db.session.commit()
        return report.rows

    results = at_once(app, work, 3)
    assert sorted(str(type(result).__name__) for result in results).count("int") == 1
    assert all(isinstance(result, int | UserError) for result in results)
    with app.app_context():
        assert counts(db.session) == (1, 0, 4, 4)


def test_others_may_write_while_a_list_is_read(app: Flask, tmp_path: Path) -> None:
    with app.app_context():
        survey = list_survey(db.session)
        db.session.commit()
        path = table(tmp_path / "a.csv", *((*CASES[0][:1], f"H{number}", "", "", "", "") for number in range(12_000)))
        columns = read_columns("cases", HEADINGS, guess_columns("cases", HEADINGS).fields, [])
        wrote = []

        def write_meanwhile(done: int, share: float) -> None:
            with app.app_context():
                db.session.execute(text("UPDATE survey SET target_basis = :basis"), {"basis": str(done)})
                db.session.commit()
            wrote.append((done, round(share, 1)))

        import_case_list(db.session, survey, path, "a", columns, actor=TESTER, progress=write_meanwhile)
        db.session.commit()
        assert [done for done, _share in wrote] == [service.PORTION, 2 * service.PORTION, 12_000]
        assert wrote[-1][1] == 1.0
        assert counts(db.session) == (1, 0, 12_000, 12_000)
