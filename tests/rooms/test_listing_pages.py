"""The frame in the office: a file, its columns, the job, the report; and what happens when it is cut short."""

from __future__ import annotations

import io
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from survey_app.database import db, now
from survey_app.jobs.models import Job
from survey_app.jobs.worker import do_chores, run_waiting_jobs
from survey_app.sampling.listing import uploads
from survey_app.sampling.listing.models import CaseContact, FrameFile, ListedCase
from survey_app.sampling.service import draw_sample
from survey_app.surveys.queries import find_survey
from tests.conftest import token_in
from tests.lists import CASES, HEADINGS, list_survey, table
from tests.servers import ROOT
from tests.village import VILLAGE
from tests.world import TESTER

PAGE = f"/quan-ly/dot/{VILLAGE}/dan-mau"


@pytest.fixture
def person(app: Flask, sign_in: Callable[..., FlaskClient]) -> FlaskClient:
    """Somebody of Sở Nội vụ, and a draft survey that takes lists."""
    with app.app_context():
        list_survey(db.session, frame="list")
        db.session.commit()
    return sign_in("survey_manager")


def content(*rows: Any, headings: Any = HEADINGS) -> bytes:
    return "\n".join(";".join(row) for row in (headings, *rows)).encode()


def send(person: FlaskClient, data: bytes, name: str = "C:\\hồ sơ\\danh sách.csv", kind: str = "cases") -> Any:
    form = {"csrf_token": token_in(person.get(PAGE).text), "kind": kind, "file": (io.BytesIO(data), name)}
    return person.post(PAGE, data=form, content_type="multipart/form-data")


def choices(page: str) -> dict[str, str]:
    """What the columns page would send as it stands."""
    found = {}
    for name, options in re.findall(r'<select class="input" id="[^"]+" name="([^"]+)"[^>]*>(.*?)</select>', page, re.S):
        found[name] = re.search(r'<option value="([^"]*)" selected>', options)[1]
    return found


def ask(person: FlaskClient, data: bytes, *, kind: str = "cases", **changes: str) -> Any:
    """Send a file and confirm its columns."""
    address = send(person, data, kind=kind).headers["Location"]
    page = person.get(address).text
    return person.post(address, data={"csrf_token": token_in(page)} | choices(page) | changes)


def report_of(app: Flask, person: FlaskClient, asked: Any) -> str:
    run_waiting_jobs(app)
    job = person.get(asked.headers["Location"]).text
    link = re.search(rf'href="({PAGE}\?viec=[^"]*)"', job)
    assert link, job
    return person.get(link[1]).text


def kept(app: Flask) -> list[str]:
    return sorted(path.suffix for path in (Path(app.config["INSTANCE"]) / "uploads" / "frame").glob("*"))


def stored(app: Flask) -> tuple[int, int]:
    with app.app_context():
        return tuple(
            db.session.scalar(select(func.count()).select_from(each)) or 0 for each in (FrameFile, CaseContact)
        )


def test_a_list_goes_from_file_to_report_and_back(app: Flask, person: FlaskClient) -> None:
    sent = send(person, content(*CASES))
    address = sent.headers["Location"]
    page = person.get(address).text
    assert "danh sách.csv" in page
    assert "hồ sơ\\" not in page
    assert "Nguyễn Văn Ấp · Trần Thị Bé · Lê Văn Cư" in page
    assert list(choices(page).values()) == ["unit", "reference", "name", "phone", "address", ""]
    folder = Path(app.config["INSTANCE"]) / "uploads" / "frame"
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    asked = person.post(address, data={"csrf_token": token_in(page)} | choices(page) | {"column-5": "attribute"})
    assert kept(app) == [".job", ".json", ".list"]
    report = report_of(app, person, asked)
    assert "Đã nhập 3 hồ sơ của 2 đơn vị" in report
    assert "danh sách.csv" in report
    assert stored(app) == (1, 3)
    assert kept(app) == []
    with app.app_context():
        job = db.session.scalar(select(Job))
        assert job is not None
        assert "Nguyễn" not in repr((job.arguments, job.result, job.title))
    remove = re.search(r'href="([^"]+/bo)"', report)
    assert remove
    question = person.get(remove[1]).text
    assert "3 dòng" in question
    gone = person.post(remove[1], data={"csrf_token": token_in(question)}, follow_redirects=True)
    assert "Đã bỏ danh sách" in gone.text
    assert stored(app) == (0, 0)


def test_refused_rows_are_shown_and_can_all_be_downloaded(app: Flask, person: FlaskClient) -> None:
    bad = [("99999", f"X{number}", "Nguyễn Bí Mật", "", "", "") for number in range(700)]
    report = report_of(app, person, ask(person, content(*CASES, *bad)))
    assert "Chưa nhập gì: 700 dòng" in report
    assert report.count("Mã 99999") == 500
    link = re.search(r'href="([^"]+\.csv)"', report)
    assert link
    everything = person.get(link[1])
    assert everything.data.startswith(b"\xef\xbb\xbf")
    lines = everything.data.decode("utf-8-sig").splitlines()
    assert len(lines) == 701
    assert lines[1].startswith("5,")
    assert "Bí Mật" not in report + everything.text
    assert stored(app) == (0, 0)
    assert kept(app) == [".csv"]
    page = person.get(send(person, content(*CASES)).headers["Location"]).text
    assert list(choices(page).values())[:2] == ["unit", "reference"]


def test_choices_are_remembered_even_from_a_file_that_was_refused(app: Flask, person: FlaskClient) -> None:
    headings = ("Nơi", "Việc", "Ai", "Lĩnh vực")
    chosen = {"column-0": "unit", "column-1": "reference", "column-2": "name", "column-3": "attribute"}
    report_of(app, person, ask(person, content(("99999", "1", "a", "b"), headings=headings), **chosen))
    page = person.get(send(person, content(("2000", "1", "a", "b"), headings=headings)).headers["Location"]).text
    assert choices(page) == chosen


def test_a_wrong_choice_keeps_what_was_chosen(app: Flask, person: FlaskClient) -> None:
    answer = ask(person, content(*CASES), **{"column-5": "name"})
    assert answer.status_code == 400
    assert "cùng một việc" in answer.text
    assert choices(answer.text)["column-5"] == "name"
    missing = ask(person, content(*CASES), **{"column-1": ""})
    assert "Xin chọn cột cho: Số hồ sơ" in missing.text
    stale = person.post(send(person, content(*CASES)).headers["Location"], data={"column-5": "attribute"})
    assert stale.status_code == 400
    assert choices(stale.text)["column-5"] == "attribute"
    assert stored(app) == (0, 0)


def test_a_double_click_brings_a_list_in_once(app: Flask, person: FlaskClient) -> None:
    address = send(person, content(*CASES)).headers["Location"]
    page = person.get(address).text
    data = {"csrf_token": token_in(page)} | choices(page)
    first, second = person.post(address, data=data), person.post(address, data=data)
    assert first.headers["Location"] == second.headers["Location"]
    assert run_waiting_jobs(app) == 1
    late = person.post(address, data=data, follow_redirects=True)
    assert "đã được nhập hoặc đã bị xóa" in late.text
    assert stored(app) == (1, 3)


def test_the_same_file_again_is_told_when_it_is_sent(app: Flask, person: FlaskClient) -> None:
    report_of(app, person, ask(person, content(*CASES)))
    again = send(person, content(*CASES))
    assert again.status_code == 409
    assert "Tệp này đã nhập rồi" in again.text
    assert kept(app) == []


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "Tệp trống"),
        (content(), "không có dòng nào"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 100, ".xls"),
        (b"PK\x03\x04" + b"\0" * 100, "Không đọc được sổ tính"),
        (b"a;b\n\xe0\xe1;x\n", "UTF-8"),
    ],
)
def test_a_file_that_is_no_list_is_refused_at_once_and_not_kept(
    app: Flask, person: FlaskClient, data: bytes, words: str
) -> None:
    answer = send(person, data)
    assert answer.status_code == 400
    assert words in answer.text
    assert kept(app) == []


def test_a_file_that_breaks_half_way_is_told_on_the_job_page_and_deleted(app: Flask, person: FlaskClient) -> None:
    asked = ask(person, content(*CASES * 1000) + b"\n2000;H9;\xff\xfe;;;\n")
    run_waiting_jobs(app)
    assert "UTF-8" in person.get(asked.headers["Location"]).text
    assert stored(app) == (0, 0)
    assert kept(app) == []


def test_a_file_may_be_thrown_away_instead(app: Flask, person: FlaskClient) -> None:
    gone = ask(person, content(*CASES), discard="1")
    assert gone.headers["Location"] == PAGE
    assert kept(app) == []


def test_units_come_in_by_the_same_way(app: Flask, person: FlaskClient) -> None:
    headings = ("Mã xã", "Số hồ sơ")
    report = report_of(
        app, person, ask(person, content(("2000", "500"), ("2001", "20"), headings=headings), kind="units")
    )
    assert "Đã nhập 2 đơn vị vào dàn mẫu" in report


def test_an_observer_sees_the_lists_and_changes_nothing(
    app: Flask, person: FlaskClient, sign_in: Callable[..., FlaskClient]
) -> None:
    report_of(app, person, ask(person, content(*CASES)))
    waiting = send(person, content(("2000", "H9", "", "", "", ""))).headers["Location"]
    observer = sign_in("observer")
    page = observer.get(PAGE).text
    assert "danh sách.csv" in page
    assert 'type="file"' not in page
    assert '/bo"' not in page
    assert "Nguyễn Văn Ấp" not in page
    with app.app_context():
        file_id = db.session.scalar(select(FrameFile.id))
        job_id = db.session.scalar(select(Job.id))
    for address in (waiting, f"{PAGE}/{file_id}/bo", f"{PAGE}/dong-sai/{job_id}.csv"):
        assert observer.get(address).status_code == 403, address
    assert sign_in("collector").get(PAGE).status_code == 403
    assert app.test_client().get(PAGE).status_code == 302


def test_a_list_of_another_survey_is_not_found(app: Flask, person: FlaskClient) -> None:
    from tests.world import make_survey

    with app.app_context():
        other = make_survey(db.session).slug
        db.session.commit()
    waiting = send(person, content(*CASES)).headers["Location"]
    moved = person.get(waiting.replace(VILLAGE, other), follow_redirects=True)
    assert "Nguyễn Văn Ấp" not in moved.text
    assert "đã bị xóa" in moved.text


def test_after_the_draw_the_page_says_why_nothing_can_be_changed(app: Flask, person: FlaskClient) -> None:
    headings = ("Mã xã", "Số hồ sơ")
    units = [(str(2000 + number), "5") for number in range(12)]
    report_of(app, person, ask(person, content(*units, headings=headings), kind="units"))
    asked = ask(person, content(*CASES))
    with app.app_context():
        draw_sample(db.session, find_survey(db.session, VILLAGE), seed="1", actor=TESTER)
        db.session.commit()
        file_id = db.session.scalar(select(FrameFile.id))
    run_waiting_jobs(app)
    assert "đã bốc mẫu" in person.get(asked.headers["Location"]).text
    assert stored(app) == (1, 0)
    assert kept(app) == []
    page = person.get(PAGE).text
    assert "không đổi được nữa" in page
    assert 'type="file"' not in page
    question = person.get(f"{PAGE}/{file_id}/bo")
    refused = person.post(f"{PAGE}/{file_id}/bo", data={"csrf_token": token_in(question.text)})
    assert refused.status_code == 409
    assert stored(app) == (1, 0)


def test_what_a_crash_leaves_behind_is_cleared_away(app: Flask, person: FlaskClient) -> None:
    ask(person, content(*CASES))
    waiting = send(person, content(("2000", "H9", "", "", "", "")))
    do_chores(app)
    assert kept(app).count(".list") == 2
    with app.app_context():
        db.session.execute(update(Job).values(state="failed"))
        db.session.commit()
    do_chores(app)
    assert kept(app) == [".json", ".list"]
    folder = Path(app.config["INSTANCE"]) / "uploads" / "frame"
    old = time.time() - uploads.LIFETIME_SECONDS - 60
    for path in folder.iterdir():
        os.utime(path, (old, old))
    do_chores(app)
    assert kept(app) == []
    assert person.get(waiting.headers["Location"]).status_code == 302


def test_a_worker_killed_in_the_middle_stores_nothing_and_the_next_one_everything(
    app: Flask, environment: dict[str, str], person: FlaskClient, tmp_path: Path
) -> None:
    rows = [("2000", f"H{number}", f"Người {number}", "0000000001", "", "") for number in range(60_000)]
    asked = ask(person, table(tmp_path / "long.csv", *rows).read_bytes())
    job_id = asked.headers["Location"].rpartition("/")[2]
    worker = subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "wsgi", "jobs", "work", "--once"],
        cwd=ROOT, env=os.environ | environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _wait_for_progress(app, worker)
    finally:
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(ListedCase)) == 0
        state = db.session.execute(select(Job.state, Job.progress, Job.total)).one()
        assert state.state == "running"
        assert 0 < state.progress < state.total
        db.session.rollback()
        db.session.execute(update(Job).values(heartbeat_at=now() - timedelta(minutes=5)))
        db.session.commit()
    assert ".list" in kept(app)
    report = report_of(app, person, asked)
    assert "Đã nhập 60.000 hồ sơ" in report
    assert job_id in asked.headers["Location"]
    assert stored(app) == (1, 60_000)
    assert kept(app) == []


def _wait_for_progress(app: Flask, worker: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        assert worker.poll() is None, "the worker ended before it could be killed"
        with app.app_context():
            if db.session.scalar(select(Job.progress)):
                return
            db.session.rollback()
        time.sleep(0.01)
    raise AssertionError("no progress was told")
