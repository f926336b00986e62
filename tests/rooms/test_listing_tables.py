"""Tables as offices export them: separators, codes of letters, what spreadsheets do to cells, and hostile files."""

from __future__ import annotations

import zipfile
from datetime import date, datetime, time
from pathlib import Path

import pytest

from survey_app.errors import UserError
from survey_app.sampling.listing.table_file import MAXIMUM_COLUMNS, first_rows, open_table
from tests.workbooks import MAIN, inline, save_workbook, sheet_of, write_parts

TEXT = "Mã xã,Họ tên\n30700,Nguyễn Văn Ấp\n30703,Trần Thị Bé\n"


def rows_of(path: Path) -> tuple[list[str], list[list[str]]]:
    table = open_table(path)
    return table.headings, [cells for _line, cells in table.rows]


def written(folder: Path, content: bytes | str, name: str = "list.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def complaint(path: Path) -> str:
    with pytest.raises(UserError) as caught:
        rows_of(path)
    return caught.value.message


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be-mark"])
def test_unicode_files_of_every_kind_are_read_alike(tmp_path: Path, encoding: str) -> None:
    content = b"\xfe\xff" + TEXT.encode("utf-16-be") if encoding == "utf-16-be-mark" else TEXT.encode(encoding)
    assert rows_of(written(tmp_path, content)) == (
        ["Mã xã", "Họ tên"],
        [["30700", "Nguyễn Văn Ấp"], ["30703", "Trần Thị Bé"]],
    )


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_separator_is_found_even_where_cells_hold_another(tmp_path: Path, separator: str) -> None:
    path = written(tmp_path, f'"Mã, mã; xã"{separator}Địa chỉ\n30700{separator}"Số 1{separator} ấp ""2"""\n')
    assert rows_of(path) == (["Mã, mã; xã", "Địa chỉ"], [["30700", f'Số 1{separator} ấp "2"']])


@pytest.mark.parametrize("encoding", ["cp1258", "latin-1"])
def test_old_vietnamese_codes_are_told_plainly(tmp_path: Path, encoding: str) -> None:
    path = written(tmp_path, "Ma xa,Ho ten\n30700,Nguyeãn Vaên\n".encode("latin-1"))
    if encoding == "cp1258":
        path = written(tmp_path, b"Ma xa,Ho ten\n30700,\xd0\xe0o V\xe3n\n")
    assert "Windows-1258" in complaint(path)
    assert "VNI" in complaint(path)


def test_a_file_that_turns_bad_after_many_lines_is_refused_in_the_same_words(tmp_path: Path) -> None:
    path = written(tmp_path, TEXT.encode() + b"30700,a\n" * 50_000 + b"30700,\xff\xfe\n")
    assert "UTF-8" in complaint(path)


def test_an_open_quotation_mark_is_told_with_its_line(tmp_path: Path) -> None:
    assert "dạng CSV" in complaint(written(tmp_path, 'a,b\n1,"x' + "y\n" * 100_000))


def test_blank_rows_are_left_out_and_lines_stay_true(tmp_path: Path) -> None:
    table = open_table(written(tmp_path, "\n,\na,b\n\n1,2\n , \n3\n"))
    assert table.headings == ["a", "b"]
    assert list(table.rows) == [(5, ["1", "2"]), (7, ["3", ""])]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "Tệp trống"),
        ("\n\n", "Tệp trống"),
        ("a,b,a\n1,2,3\n", "lặp: a"),
        (",".join(f"c{number}" for number in range(MAXIMUM_COLUMNS + 1)) + "\n", "101 cột"),
        ("a,b\x00c\n1,2\n", "ký tự ẩn"),
        ("a," + "b" * 300 + "\n1,2\n", "quá dài"),
    ],
)
def test_a_table_without_usable_headings_is_refused(tmp_path: Path, content: str, words: str) -> None:
    assert words in complaint(written(tmp_path, content))


def test_a_hundred_columns_are_read(tmp_path: Path) -> None:
    line = ",".join(f"c{number}" for number in range(MAXIMUM_COLUMNS))
    assert len(rows_of(written(tmp_path, f"{line}\n{line}\n"))[1][0]) == MAXIMUM_COLUMNS


def test_a_table_of_headings_only_has_no_first_rows(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="không có dòng nào"):
        first_rows(written(tmp_path, "a,b\n"))


def test_the_first_five_rows_are_shown_with_hidden_characters_made_visible(tmp_path: Path) -> None:
    headings, rows = first_rows(written(tmp_path, "a\n" + "x\x00y\n" + "z\n" * 9))
    assert headings == ["a"]
    assert rows == [["'x\\x00y'"], *[["z"]] * 4]


def test_cells_of_a_workbook_read_as_people_see_them(tmp_path: Path) -> None:
    path = save_workbook(
        tmp_path / "list.xlsx",
        [
            ["số", "lẻ", "lớn", "ngày", "lúc", "giờ", "đúng", "chữ", "mã", "trống", "cuối"],
            [5, 12.5, 123456789012, date(2020, 7, 1), datetime(2020, 7, 1, 9, 30), time(9, 30), True, " a  b ", 123,
             None, "x"],
        ],
        {"I2": "00000"},
    )  # fmt: skip
    row = [
        "5",
        "12,5",
        "123456789012",
        "2020-07-01",
        "2020-07-01 09:30:00",
        "09:30:00",
        "1",
        " a  b ",
        "00123",
        "",
        "x",
    ]
    assert rows_of(path)[1] == [row]


def test_shared_and_rich_texts_are_joined_and_readings_left_out(tmp_path: Path) -> None:
    shared = (
        f"<sst {MAIN}><si><t>mã</t></si><si><r><t>Nguyễn</t></r><r><t> Văn</t></r>"
        "<rPh sb='0' eb='1'><t>x</t></rPh></si><si/></sst>"
    )
    cells = '<c r="B2" t="s"><v>1</v></c><c r="D2" t="s"><v>2</v></c><c r="A2"><v>1E3</v></c>'
    first = "".join(f'<c r="{letter}1" t="inlineStr"><is><t>{letter}</t></is></c>' for letter in "ABCD")
    path = write_parts(tmp_path / "a.xlsx", sheet_of(first, cells), sharedStrings=shared)
    assert rows_of(path)[1] == [["1000", "Nguyễn Văn", "", ""]]


def test_a_workbook_with_prefixed_names_is_read(tmp_path: Path) -> None:
    sheet = (
        '<x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><x:sheetData>'
        '<x:row><x:c t="str"><x:v>a</x:v></x:c></x:row><x:row><x:c><x:v>7</x:v></x:c></x:row>'
        "</x:sheetData></x:worksheet>"
    )
    assert rows_of(write_parts(tmp_path / "a.xlsx", sheet)) == (["a"], [["7"]])


def test_a_formula_counts_with_its_saved_value_and_one_without_is_marked(tmp_path: Path) -> None:
    cells = '<c t="str"><f>1+1</f><v>2</v></c><c><f>cmd()</f></c><c t="e"><f>1/0</f><v>#DIV/0!</v></c>'
    path = write_parts(tmp_path / "a.xlsx", sheet_of(inline("a", "b", "c"), cells))
    assert rows_of(path)[1] == [["2", "=", "#DIV/0!"]]


def test_an_empty_workbook_is_told_so(tmp_path: Path) -> None:
    assert "Tệp trống" in complaint(save_workbook(tmp_path / "a.xlsx", []))


def _bomb(folder: Path) -> Path:
    """A sheet that unpacks to 600 times its size: one row without an end."""
    return write_parts(folder / "bomb.xlsx", sheet_of(inline("a"), inline("x" * 50_000_000)))


def _tag_bomb(folder: Path) -> Path:
    return write_parts(folder / "tag.xlsx", sheet_of(f'<c r="{"A" * 50_000_000}"><v>1</v></c>'))


def _entity_bomb(folder: Path) -> Path:
    laughs = "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 9))
    return write_parts(folder / "entity.xlsx", f"<!DOCTYPE x [<!ENTITY l0 'ha'>{laughs}]><worksheet>&l8;</worksheet>")


def _far_column(folder: Path) -> Path:
    return write_parts(folder / "far.xlsx", sheet_of('<c r="ZZZZZZ1"><v>1</v></c>'))


def _missing_text(folder: Path) -> Path:
    return write_parts(folder / "text.xlsx", sheet_of('<c t="s"><v>99</v></c>'))


def _truncated(folder: Path) -> Path:
    path = save_workbook(folder / "whole.xlsx", [["a"], *[[f"{number}"] for number in range(1000)]])
    return written(folder, path.read_bytes()[:-2000], "cut.xlsx")


def _other_archive(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "a.odt", "w") as archive:
        archive.writestr("content.xml", "<x/>")
    return folder / "a.odt"


def _encrypted_member(folder: Path) -> Path:
    path = save_workbook(folder / "plain.xlsx", [["a"], ["b"]])
    content = bytearray(path.read_bytes())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(mark)
        while at >= 0:
            content[at + place] |= 1
            at = content.find(mark, at + 4)
    return written(folder, bytes(content), "locked.xlsx")


@pytest.mark.parametrize(
    "make",
    [_bomb, _tag_bomb, _entity_bomb, _far_column, _missing_text, _truncated, _other_archive, _encrypted_member],
    ids=lambda make: make.__name__.strip("_"),
)
def test_a_workbook_that_nobody_can_have_meant_is_refused_in_words(tmp_path: Path, make: object) -> None:
    path = make(tmp_path)
    assert "Không đọc được sổ tính" in complaint(path)


def test_an_old_or_locked_workbook_is_told_what_to_do(tmp_path: Path) -> None:
    path = written(tmp_path, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old.xls")
    assert ".xls" in complaint(path)
    assert "mật khẩu" in complaint(path)


def test_half_a_million_rows_take_no_memory(tmp_path: Path) -> None:
    import tracemalloc

    path = tmp_path / "long.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("a;b\n")
        file.writelines(f"{number};{number}\n" for number in range(200_000))
    tracemalloc.start()
    table = open_table(path)
    count = sum(1 for _row in table.rows)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 200_000
    assert table.share_read() == 1.0
    assert peak < 5_000_000
