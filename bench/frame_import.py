"""Frame: 500,000 cases from CSV and XLSX into SQLite and PostgreSQL, beside a bare reading and storing of the rows."""

from __future__ import annotations

import csv
import json
import random
import resource
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from xml.sax.saxutils import escape

from bench.timing import report

ROWS = 500_000
MOST_SECONDS, MOST_MEGABYTES = 60, 500
HEADINGS = ("Mã xã", "Số hồ sơ", "Họ và tên", "Điện thoại", "Địa chỉ", "Lĩnh vực", "Giới tính", "Tháng")
NAMES = (("Nguyễn", "Trần", "Lê", "Danh"), ("Văn", "Thị", "Minh", "Ngọc"), ("An", "Bình", "Hạnh", "Khoa", "Liên"))
FIELDS = ("Đất đai", "Hộ tịch", "Chứng thực")
KIEN_GIANG = Path(__file__).parents[1] / "data" / "geography" / "kien-giang-2020.csv"
SLUG = "do-toc-do"


def run() -> None:
    """Print seconds, rows a second, peak memory and the longest wait of another writer, each in a fresh process."""
    from tests.postgres import running_server

    with tempfile.TemporaryDirectory() as name, running_server() as server:
        folder = Path(name)
        rows = list(made_up_rows(ROWS))
        with (folder / "list.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([HEADINGS, *rows])
        write_workbook(folder / "list.xlsx", [HEADINGS, *rows])
        del rows
        bare = _bare(folder / "list.csv", folder / "bare.sqlite3")
        report("bare: csv.reader and executemany of the same rows", f"{bare:.1f} s, {ROWS / bare:,.0f} rows/s")
        for database in ("sqlite", "postgresql"):
            for kind in ("csv", "xlsx"):
                _report(folder, database, kind, server, bare)


def _report(folder: Path, database: str, kind: str, server: str, bare: float) -> None:
    instance = folder / f"{database}-{kind}"
    instance.mkdir()
    address = ""
    if database == "postgresql":
        address = _new_database(server, f"bench_{kind}")
    done = subprocess.run(
        [sys.executable, "-m", "bench.frame_import", str(instance), str(folder / f"list.{kind}"), address],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stderr)
    found = json.loads(done.stdout.splitlines()[-1])
    seconds, megabytes = found["seconds"], found["megabytes"]
    report(
        f"{database}, {kind}",
        f"{seconds:.1f} s, {ROWS / seconds:,.0f} rows/s, {megabytes:.0f} MB",
        f"{MOST_SECONDS} s and {MOST_MEGABYTES} MB; {seconds / bare:.1f} times the bare, "
        f"{found['worked']:.0f} s of it at work; "
        f"progress told {found['told']} times, another writer waited {found['wait']:.1f} s at most",
        met=seconds <= MOST_SECONDS and megabytes <= MOST_MEGABYTES,
    )


def _new_database(server: str, name: str) -> str:
    from sqlalchemy import create_engine, text

    admin = create_engine(server.format(database="postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    admin.dispose()
    return server.format(database=name)


def made_up_rows(count: int) -> Iterator[tuple[str, ...]]:
    """Cases of the communes of Kiên Giang; every name, telephone and address is made up."""
    with KIEN_GIANG.open(encoding="utf-8-sig", newline="") as file:
        communes = [row["commune_code"] for row in csv.DictReader(file)]
    chance = random.Random(5)
    for number in range(count):
        name = " ".join(chance.choice(words) for words in NAMES)
        address = f"Số {chance.randrange(999)}, ấp {chance.randrange(40)}, tổ {chance.randrange(30)}"
        phone = f"0000{chance.randrange(10**6):06d}"
        month, sex = str(1 + number % 12), ("Nam", "Nữ")[number % 2]
        yield communes[number % len(communes)], f"H{number:07d}", name, phone, address, FIELDS[number % 3], sex, month


def _bare(source: Path, database: Path) -> float:
    start = time.perf_counter()
    with sqlite3.connect(database) as connection, source.open(encoding="utf-8", newline="") as file:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"CREATE TABLE bare ({', '.join(f'c{number}' for number in range(len(HEADINGS)))})")
        rows = csv.reader(file)
        next(rows)
        connection.executemany(f"INSERT INTO bare VALUES ({', '.join('?' * len(HEADINGS))})", rows)
    taken = time.perf_counter() - start
    connection.close()
    return taken


def write_workbook(path: Path, rows: Sequence[Sequence[str]]) -> None:
    """A workbook as Excel writes it, texts shared by number; the libraries would take half a minute."""
    numbers: dict[str, int] = {}
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook {main} xmlns:r="{office}"><sheets><sheet name="a" r:id="rId1"/></sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            '<Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>',
        )
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(f"<worksheet {main}><sheetData>".encode())
            for line, row in enumerate(rows, start=1):
                cells = "".join(
                    f'<c r="{"ABCDEFGHIJ"[place]}{line}" t="s"><v>{numbers.setdefault(cell, len(numbers))}</v></c>'
                    for place, cell in enumerate(row)
                )
                sheet.write(f'<row r="{line}">{cells}</row>'.encode())
            sheet.write(b"</sheetData></worksheet>")
        with archive.open("xl/sharedStrings.xml", "w", force_zip64=True) as texts:
            texts.write(f"<sst {main}>".encode())
            for text in numbers:
                texts.write(f"<si><t>{escape(text)}</t></si>".encode())
            texts.write(b"</sst>")


def import_once(instance: str, path: str, address: str) -> None:
    """In a process of its own: the list into a fresh instance, with somebody else writing meanwhile."""
    from survey_app import create_app
    from survey_app.audit.models import SYSTEM
    from survey_app.database import db
    from survey_app.sampling.listing.columns import read_columns
    from survey_app.sampling.listing.service import import_case_list
    from survey_app.settings import read_settings
    from survey_app.setup import prepare
    from survey_app.surveys.definition import read_definition
    from survey_app.surveys.service import create_survey

    environment = {"HAILONG_INSTANCE": instance} | ({"HAILONG_DATABASE_URL": address} if address else {})
    app = create_app(read_settings(environment))
    told = 0

    def progress(done: int, share: float) -> None:
        nonlocal told
        told += 1

    with app.app_context():
        prepare(lambda line: None)
        survey = create_survey(
            db.session,
            read_definition(
                {
                    "slug": SLUG,
                    "title": {"vi": "Đo tốc độ (dữ liệu mô phỏng)", "en": "Benchmark (simulated data)"},
                    "questionnaire": "sipas-commune",
                    "territory": "91",
                    "period": {"from": "2020-07-01", "to": "2020-09-30"},
                    "sample": {"share": 0.3, "stratify_by": "district"},
                    "target": 0.8,
                    "simulated": True,
                }
            ),
            actor=SYSTEM,
        )
        db.session.commit()
        fields = dict(zip(("unit", "reference", "name", "phone", "address"), HEADINGS[:5], strict=True))
        columns = read_columns("cases", HEADINGS, fields, HEADINGS[5:])
        with _another_writer(app) as waits:
            start, worked = time.perf_counter(), time.process_time()
            import_case_list(db.session, survey, Path(path), "list", columns, actor=SYSTEM, progress=progress)
            db.session.commit()
            seconds, worked = time.perf_counter() - start, time.process_time() - worked
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "worked": worked, "megabytes": peak, "told": told, "wait": max(waits)}))


@contextmanager
def _another_writer(app: object) -> Iterator[list[float]]:
    """Somebody who writes a line in the trail five times a second, and how long each had to wait."""
    from flask import Flask
    from sqlalchemy.exc import OperationalError

    from survey_app.audit.models import SYSTEM
    from survey_app.audit.service import record
    from survey_app.database import db

    assert isinstance(app, Flask)
    waits, ended = [0.0], threading.Event()

    def write() -> None:
        while not ended.wait(0.2):
            with app.app_context():
                start = time.perf_counter()
                try:
                    record(db.session, SYSTEM, "bench.write", "bench")
                    db.session.commit()
                except OperationalError:  # waited longer than anybody is asked to
                    db.session.rollback()
                waits.append(time.perf_counter() - start)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield waits
    finally:
        ended.set()
        thread.join()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        import_once(*sys.argv[1:4])
    else:
        run()
