"""Responses from a CSV file: every good line once, every other line told with its reason."""

from __future__ import annotations

import io
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey_app.audit.queries import entries_about
from survey_app.collection import file_import
from survey_app.collection.file_import import ImportReport, import_responses
from survey_app.collection.models import Dispute, Response
from survey_app.surveys.models import Survey
from survey_app.surveys.service import set_state
from tests.village import VILLAGE, communes, csv_of, make_village, refusal
from tests.world import TESTER

FIXED = ["response_id", "commune_code", "channel", "language", "day"]
COLUMNS = [*FIXED, "q1", "q2", "late", "q3", "ways", "visits", "words", "when", "sex"]


def line(survey: Survey, session: Session, **changes: Any) -> dict[str, Any]:
    """A good line of the file, changed."""
    row = {
        "response_id": uuid4(),
        "commune_code": communes(session, survey)[0],
        "channel": "paper",
        "language": "vi",
        "day": "2026-01-15",
        "q1": 3,
        "q2": 9,
        "late": 2,
        "visits": 2,
    }
    return row | changes


def bring_in(session: Session, survey: Survey, data: bytes, **options: Any) -> ImportReport:
    return import_responses(session, survey, io.BytesIO(data), actor=TESTER, **options)


def count(session: Session, table: type = Response) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_good_line_is_stored_as_it_says(session: Session) -> None:
    survey, key = make_village(session), uuid4()
    row = line(survey, session, response_id=key, late=1, q3=1, ways="2;1", visits="3", when="2026-01-02", sex=2)
    report = bring_in(session, survey, csv_of([row | {"words": "=1+1"}], columns=COLUMNS))
    assert (report.lines, report.accepted, report.refused) == (1, 1, [])
    stored = session.get_one(Response, key)
    assert stored.answers == {
        "q1": 3, "q2": 9, "late": 1, "q3": 1, "ways": [1, 2], "visits": 3, "words": "=1+1",
        "when": "2026-01-02", "sex": 2,
    }  # fmt: skip
    assert (stored.channel, str(stored.day)) == ("paper", "2026-01-15")


def test_an_empty_cell_is_no_answer_and_a_missing_column_of_a_question_too(session: Session) -> None:
    survey = make_village(session)
    assert bring_in(session, survey, csv_of([line(survey, session, q2="", visits="")])).accepted == 1
    assert bring_in(session, survey, csv_of([line(survey, session)], columns=[*FIXED, "q1"])).accepted == 1
    found = [row.answers for row in session.scalars(select(Response))]
    assert sorted(found, key=len) == [{"q1": 3}, {"q1": 3, "late": 2}]


#: What a line says, a word of the complaint.
BAD: list[tuple[dict[str, Any], str]] = [
    ({"response_id": ""}, "UUID"),
    ({"response_id": "17"}, "UUID"),
    ({"commune_code": "30730"}, "mẫu"),
    ({"commune_code": ""}, "mẫu"),
    ({"commune_code": "2000\x00"}, "không có trong mẫu"),
    ({"channel": "fax"}, "Kênh"),
    ({"language": "fr"}, "Ngôn ngữ"),
    ({"day": "15-01-2026"}, "15-01-2026"),
    ({"day": "2126-01-15"}, "chưa đến"),
    ({"day": "2026-02-30"}, "2026-02-30"),
    ({"q1": 4}, "q1"),
    ({"q1": "3.0"}, "q1"),
    ({"q1": "+3"}, "công thức"),
    ({"q1": "=HYPERLINK(A1)"}, "công thức"),
    ({"q1": "@SUM(A1)"}, "công thức"),
    ({"q1": "٣"}, "q1"),
    ({"visits": "-2"}, "công thức"),
    ({"visits": "99"}, "visits"),
    ({"ways": "1;7"}, "7"),
    ({"ways": "1;1"}, "hai lần"),
    ({"ways": "1;none"}, "không đi cùng"),
    ({"when": "1999-01-01"}, "when"),
    ({"words": "a\x00b"}, "ký tự ẩn"),
    ({"words": "a\u202eb"}, "ký tự ẩn"),
    ({"words": "x" * 301}, "words"),
    ({"q1": "", "q2": "", "late": "", "visits": ""}, "câu trả lời nào"),
]


def test_every_refused_line_says_why_and_does_not_stop_the_others(session: Session) -> None:
    survey = make_village(session)
    rows = (
        [line(survey, session)] + [line(survey, session, **change) for change, _word in BAD] + [line(survey, session)]
    )
    report = bring_in(session, survey, csv_of(rows, columns=COLUMNS))
    assert (report.lines, report.accepted, report.refused_count) == (len(rows), 2, len(BAD))
    for (number, reason), (expected, (change, word)) in zip(report.refused, enumerate(BAD, start=3), strict=True):
        assert number == expected, change
        assert word in reason, (change, reason)
    assert count(session) == 2


def test_a_ragged_line_and_an_endless_cell_are_told_with_their_line(session: Session) -> None:
    survey = make_village(session)
    endless = line(survey, session, words="y" * 20_001)
    data = csv_of([line(survey, session), endless], columns=COLUMNS).decode()
    good = data.splitlines()[1]
    report = bring_in(session, survey, f"{data}{good},x\n\n{good.rsplit(',', 3)[0]}\n".encode())
    assert [number for number, _reason in report.refused] == [3, 4, 6]
    assert ["20000" in report.refused[0][1], "15" in report.refused[1][1], "11" in report.refused[2][1]] == [True] * 3
    assert report.accepted == 1


def test_a_file_as_a_spreadsheet_writes_it_comes_in(session: Session) -> None:
    survey = make_village(session)
    plain = csv_of([line(survey, session, ways="1|2")])
    bom = b"\xef\xbb\xbf" + csv_of([line(survey, session, day="15/01/2026")])
    semicolons = csv_of([line(survey, session)]).replace(b",", b";").replace(b"\n", b"\r\n")
    for data in (plain, bom, semicolons):
        assert bring_in(session, survey, data).accepted == 1


def test_the_same_file_again_adds_nothing(session: Session) -> None:
    survey = make_village(session)
    data = csv_of([line(survey, session) for _number in range(3)])
    assert bring_in(session, survey, data).accepted == 3
    again = bring_in(session, survey, data)
    assert (again.accepted, again.repeated, again.refused) == (0, 3, [])
    assert count(session) == 3


def test_an_id_twice_in_a_file_counts_once_and_with_other_content_is_refused(session: Session) -> None:
    survey, key = make_village(session), uuid4()
    row = line(survey, session, response_id=key)
    data = csv_of([row, row, row | {"q1": 1}])
    for dry_run in (True, False):
        report = bring_in(session, survey, data, dry_run=dry_run)
        assert (report.accepted, report.repeated) == (1, 1), dry_run
        assert [number for number, _reason in report.refused] == [4], dry_run
    assert count(session) == 1
    assert count(session, Dispute) == 1
    assert session.get_one(Response, key).answers["q1"] == 3


def test_a_rehearsal_tells_the_same_and_keeps_nothing(session: Session) -> None:
    survey = make_village(session)
    known = line(survey, session)
    bring_in(session, survey, csv_of([known]))
    rows = [known, known | {"q1": 1}, line(survey, session), line(survey, session, q1=7)]
    before = (count(session), count(session, Dispute))
    told = bring_in(session, survey, csv_of(rows), dry_run=True)
    assert (count(session), count(session, Dispute)) == before == (1, 0)
    real = bring_in(session, survey, csv_of(rows))
    assert told.as_json() | {"dry_run": False} == real.as_json()
    assert (real.accepted, real.repeated, real.refused_count) == (1, 1, 2)


def test_nothing_of_a_file_that_breaks_far_down_comes_in(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_import, "BATCH", 2)
    survey = make_village(session)
    good = csv_of([line(survey, session) for _number in range(7)])
    for broken in (b"\xff\xfe\n", b'"open\n'):
        error = refusal(lambda tail=broken: bring_in(session, survey, good + tail))
        assert error is not None, broken
        assert count(session) == 0


#: The file, a word of the complaint.
UNUSABLE = [
    (b"", "trống"),
    (b"response_id,commune_code,channel,language\n", "day"),
    (b"response_id,commune_code,channel,language,day,q1,q9\n", "q9"),
    (b"response_id,commune_code,channel,language,day,q1,q1\n", "q1"),
    (b"response_id,commune_code,channel,language,day,a\xe2\x80\xaeb\n", "202e"),
    (("response_id,commune_code,channel,language,day," + ",".join(f"c{n}" for n in range(10_000))).encode(), "10005"),
    ("response_id,commune_code,channel,language,day,q1\n".encode("utf-16"), "UTF-8"),
    ("response_id,commune_code,channel,language,day,q1\nđ".encode("cp1258"), "UTF-8"),
    (b"x" * 500_000, ""),
]


def test_a_file_that_cannot_be_used_is_refused_as_a_whole(session: Session) -> None:
    survey = make_village(session)
    for data, word in UNUSABLE:
        error = refusal(lambda data=data: bring_in(session, survey, data))
        assert error is not None, data[:60]
        assert word in error.message, data[:60]
        assert len(error.message) < 1000
    assert count(session) == 0


def test_a_file_with_a_header_and_no_line_is_an_empty_report(session: Session) -> None:
    report = bring_in(session, make_village(session), b"response_id,commune_code,channel,language,day,q1\n")
    assert (report.lines, report.accepted, report.refused_count) == (0, 0, 0)


def test_a_closed_survey_knows_old_lines_and_takes_no_new_ones(session: Session) -> None:
    survey = make_village(session)
    old = line(survey, session)
    bring_in(session, survey, csv_of([old]))
    set_state(session, survey, "closed", actor=TESTER)
    report = bring_in(session, survey, csv_of([old, line(survey, session)]))
    assert (report.accepted, report.repeated, report.refused_count) == (0, 1, 1)
    assert "đóng" in report.refused[0][1]


def test_what_came_of_a_file_is_in_the_trail_without_any_answer(session: Session) -> None:
    survey = make_village(session)
    bring_in(session, survey, csv_of([line(survey, session), line(survey, session, q1=7)]))
    entry = entries_about(session, f"survey:{VILLAGE}")[0]
    assert (entry.verb, entry.detail) == ("response.import", {"lines": 2, "accepted": 1, "repeated": 0, "refused": 1})


def test_a_long_file_comes_in_whole_over_several_batches(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_import, "BATCH", 3)
    survey = make_village(session)
    told: list[int] = []
    report = bring_in(session, survey, csv_of([line(survey, session) for _number in range(8)]), progress=told.append)
    assert (report.accepted, told) == (8, [3, 6, 8])
    assert count(session) == 8


@pytest.mark.parametrize("cell", ["-1", "lâu", "1441", "nan", "inf"])
def test_minutes_that_no_form_took_are_refused(session: Session, cell: str) -> None:
    survey = make_village(session)
    row = {
        "response_id": str(uuid4()), "commune_code": communes(session, survey)[0], "channel": "field",
        "language": "vi", "day": "2026-02-01", "minutes": cell, "q1": 3, "q2": 3, "late": 2,
    }  # fmt: skip
    report = import_responses(session, survey, io.BytesIO(csv_of([row])), actor=TESTER)
    assert (report.accepted, report.refused_count) == (0, 1)
    assert "Số phút" in report.refused[0][1]
