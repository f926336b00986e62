"""Scanned forms: real pages, marked, turned and dirtied, read back; what is doubtful is left to people."""

from __future__ import annotations

import io
import random
import shutil
import struct
import subprocess
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.collection.paper.batch_files import print_batch
from survey_app.collection.paper.codes import choices_of
from survey_app.collection.paper.entry import compare_form, decide_form
from survey_app.collection.paper.models import PaperBatch, PaperEntry, PaperForm
from survey_app.collection.paper.pictures import keys_with_pictures
from survey_app.collection.paper.queries import forms_of, rates_of_keyers
from survey_app.collection.paper.scanning import pages
from survey_app.collection.paper.scanning.marks import read_side, state_of
from survey_app.collection.paper.scanning.pages import UnopenableFile, sides_in
from survey_app.collection.paper.scanning.service import scan_forms
from survey_app.collection.paper.scanning.sheet import Unreadable, lay_flat
from survey_app.collection.paper.tracking import forget_entries, move_forms
from survey_app.database import db
from survey_app.instruments.items import MultipleItem, ScaleItem, SingleItem
from survey_app.instruments.queries import instrument_of
from survey_app.jobs.models import Job
from survey_app.jobs.worker import run_waiting_jobs
from survey_app.sampling.work.area import Area
from tests.conftest import token_in
from tests.rooms.paper_desk import issued, key, keyers, open_area, responses
from tests.village import refusal
from tests.world import TESTER

cv2 = pytest.importorskip("cv2", reason="requirements-scan.txt is not installed")
pytest.importorskip("zxingcpp", reason="requirements-scan.txt is not installed")
pytestmark = pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="pictures of pages need poppler-utils")

DOTS = 200
PIXELS = DOTS / 25.4


def pages_as_pictures(pdf: bytes, folder: Path) -> list[Any]:
    path = folder / "forms.pdf"
    path.write_bytes(pdf)
    subprocess.run(["pdftoppm", "-r", str(DOTS), "-gray", "-png", path, folder / "page"], check=True)
    return [cv2.imread(str(one), cv2.IMREAD_GRAYSCALE) for one in sorted(folder.glob("page-*.png"))]


def cross(image: Any, place: list[float], chance: random.Random, *, width: int = 3) -> None:
    """An X as a hand makes it, somewhat beside and beyond the box."""
    left, top, right, bottom = (edge * PIXELS for edge in place)
    for start, end in (((left, top), (right, bottom)), ((left, bottom), (right, top))):
        ends = [tuple(round(part + chance.uniform(-6, 6)) for part in point) for point in (start, end)]
        cv2.line(image, *ends, chance.randint(20, 90), width)


def fill(image: Any, place: list[float]) -> None:
    left, top, right, bottom = (round(edge * PIXELS) for edge in place)
    cv2.rectangle(image, (left, top), (right, bottom), 30, -1)


def as_scanned(image: Any, chance: random.Random) -> bytes:
    """Turned, shrunk, shifted, unevenly lit, noisy, and pressed as JPEG: what comes out of an office's scanner."""
    height, width = image.shape
    canvas = np.full((height + 160, width + 160), 235, np.uint8)
    canvas[80 : 80 + height, 80 : 80 + width] = image
    turned = cv2.getRotationMatrix2D((canvas.shape[1] / 2, canvas.shape[0] / 2), chance.uniform(-2.5, 2.5), 0.97)
    canvas = cv2.warpAffine(canvas, turned, canvas.shape[::-1], borderValue=235)
    shade = np.linspace(1.0, chance.uniform(0.8, 0.95), canvas.shape[1])
    noise = np.random.default_rng(chance.randint(0, 10**6)).normal(0, 6, canvas.shape)
    dirty = np.clip(canvas * shade + noise, 0, 255).astype(np.uint8)
    dirty = cv2.GaussianBlur(dirty, (3, 3), 0)
    return bytes(cv2.imencode(".jpg", dirty, [cv2.IMWRITE_JPEG_QUALITY, 70])[1].tobytes())


Printed = tuple[Area, PaperBatch, list[PaperForm], list[Any]]


@pytest.fixture
def printed(session: Session, tmp_path: Path) -> Printed:
    """Forms in hand, and the pictures of their sides."""
    area = open_area(session)
    batch = issued(session, area, 2)
    pictures = pages_as_pictures(print_batch(session, batch), tmp_path)
    move_forms(session, area, [batch.first, batch.last], "received", actor=TESTER)
    session.commit()
    return area, batch, list(forms_of(session, batch)), pictures


def mark(batch: PaperBatch, image: Any, codes: dict[str, str], chance: random.Random) -> None:
    assert batch.layout is not None
    for item, text in codes.items():
        for code in text.split():
            cross(image, batch.layout["sides"][0][f"b:{item}:{code}"], chance)


def scan(session: Session, area: Area, *pictures: bytes) -> Any:
    report = scan_forms(session, area, [(f"{n}.jpg", data) for n, data in enumerate(pictures)], actor=TESTER)
    session.commit()
    return report


def test_a_scan_is_the_first_reading_and_a_person_the_second(session: Session, printed: Printed) -> None:
    area, batch, forms, pictures = printed
    mark(batch, pictures[0], {"q1": "3", "q2": "2", "late": "2", "ways": "1 2", "sex": "1"}, random.Random(1))
    report = scan(session, area, as_scanned(pictures[0], random.Random(2)))
    assert report.refused == []
    assert report.read == {forms[0].serial: 3}  # a number, words and a day in handwriting
    entry = session.scalars(select(PaperEntry)).one()
    assert (entry.keyer_id, entry.pass_number) == (None, 1)
    assert entry.answers == {"q1": 3, "q2": 2, "late": 2, "ways": [1, 2], "sex": 1}
    assert set(entry.unclear or []) == {"visits", "words", "when"}
    assert responses(session) == []  # nothing is accepted that nobody has seen
    person, third = keyers(session)
    assert key(session, forms[0], person).state == "keyed"
    assert [one.item.key for one in compare_form(session, forms[0]).differences] == ["visits", "words", "when"]
    assert keys_with_pictures(forms[0].id) == {"visits", "words", "when"}
    assert third
    decided = decide_form(session, forms[0], {"visits": "4", "words": "Tốt", "when": "05062026"}, actor=TESTER)
    session.commit()
    assert decided.state == "accepted"
    assert responses(session)[0].answers["when"] == "2026-06-05"
    assert {rate.name for rate in rates_of_keyers(session, area)} == {"An", "Máy quét"}
    forget_entries(session, [forms[0]])
    assert keys_with_pictures(forms[0].id) == set()


@pytest.mark.parametrize("kind", ["pdf", "tiff"])
def test_a_file_of_many_pages_is_read_page_by_page(kind: str, session: Session, printed: Printed) -> None:
    area, batch, forms, pictures = printed
    mark(batch, pictures[0], {"q1": "3", "q2": "2"}, random.Random(1))
    mark(batch, pictures[2], {"q1": "1", "q2": "1"}, random.Random(3))
    drawn = [Image.open(io.BytesIO(as_scanned(one, random.Random(2)))) for one in pictures]
    bundle = io.BytesIO()
    drawn[0].save(bundle, kind, save_all=True, append_images=drawn[1:], resolution=DOTS)
    files = [(f"quet.{kind}", bundle.getvalue()), ("hong.pdf", b"%PDF-1.7 cut off")]
    report = scan_forms(session, area, files, actor=TESTER)
    assert set(report.read) == {form.serial for form in forms}
    ((name, reason),) = report.refused
    assert name == "hong.pdf"
    assert "PDF" in reason
    first = {entry.form_id: entry for entry in session.scalars(select(PaperEntry))}
    assert [first[form.id].answers["q1"] for form in forms] == [3, 1]


@pytest.mark.parametrize(
    ("box", "first"),
    [("0 0 595 842", "9 0 R"), ("0 0 200000 200000", "3 0 R"), ("0 0 14400 14400", "3 0 R")],
    ids=["broken", "beyond memory", "beyond paper"],
)
def test_a_page_that_cannot_be_drawn_is_refused_alone(box: str, first: str, app: Flask) -> None:
    page = f"<< /Type /Page /Parent 2 0 R /MediaBox [{box}] >>"
    paper = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>"
    tree = f"<< /Type /Pages /Kids [{first} 4 0 R] /Count 2 >>"
    parts = ["<< /Type /Catalog /Pages 2 0 R >>", tree, page, paper]
    data = "%PDF-1.4\n" + "".join(f"{number} 0 obj {part} endobj\n" for number, part in enumerate(parts, 1))
    with app.test_request_context():
        found = dict(sides_in("quet.pdf", f"{data}trailer << /Root 1 0 R >>\n%%EOF".encode()))
    assert [bool(picture) for picture in found.values()] == [False, True]


def tiff_of(*sizes: tuple[int, int]) -> bytes:
    """White pages of these sizes in one file."""
    first, *others = [Image.new("L", size, 255) for size in sizes]
    bundle = io.BytesIO()
    first.save(bundle, "tiff", save_all=True, append_images=others)
    return bundle.getvalue()


def test_a_page_of_a_tiff_far_beyond_paper_is_refused_alone(app: Flask) -> None:
    with app.test_request_context():
        found = dict(sides_in("quet.tif", tiff_of((900, 1_200), (40, 13_000), (900, 1_200))))
    assert {name: bool(picture) for name, picture in found.items()} == {
        "quet.tif, trang 1": True, "quet.tif, trang 2": False, "quet.tif, trang 3": True,
    }  # fmt: skip


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
def test_a_tiff_that_is_cut_off_gives_no_form(app: Flask) -> None:
    data = tiff_of((900, 1_200), (900, 1_200))
    with app.test_request_context():
        (_first, whole), (name, cut) = sides_in("quet.tif", data[:-5_000])
        assert whole
        assert name == "quet.tif, trang 2"
        with pytest.raises(Unreadable):
            lay_flat(cut)
        with pytest.raises(UnopenableFile, match="Không mở được tệp"):
            list(sides_in("quet.tif", data[:40]))


def test_scans_are_refused_with_advice_where_a_part_of_the_extra_is_missing(
    session: Session, printed: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "find_spec", lambda name: None if name == "pypdfium2" else object())
    error = refusal(lambda: scan_forms(session, printed[0], [("a.pdf", b"%PDF-1.7")], actor=TESTER))
    assert error is not None
    assert "requirements-scan.txt" in error.message


def test_a_picture_made_to_fill_the_memory_is_refused_before_it_is_read(app: Flask) -> None:
    header = struct.pack(">4sIIBBBBB", b"IHDR", 60_000, 60_000, 8, 0, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    with app.test_request_context(), pytest.raises(Unreadable):
        lay_flat(data + struct.pack(">I4sI", 0, b"IDAT", zlib.crc32(b"IDAT")))


def test_a_keyer_sends_scans_in_and_reads_what_came_of_them(
    app: Flask, sign_in: Callable[..., FlaskClient], tmp_path: Path
) -> None:
    with app.app_context():
        area = open_area(db.session)
        batch = issued(db.session, area, 2)
        (first, *_rest) = pages_as_pictures(print_batch(db.session, batch), tmp_path)
        move_forms(db.session, area, [batch.first, batch.last], "received", actor=TESTER)
        serial, slug = forms_of(db.session, batch)[0].serial, area.survey.slug
        db.session.commit()
        mark(batch, first, {"q1": "3", "q2": "2"}, random.Random(1))
    keyer = sign_in("paper_keyer")
    address = f"/quan-ly/dot/{slug}/phieu-giay/quet"
    assert address in keyer.get("/nhap-phieu-giay").text
    token = token_in(keyer.get(address).text)
    nothing = keyer.post(address, data={"csrf_token": token})
    assert (nothing.status_code, "ít nhất một tệp" in nothing.text) == (400, True)
    files = [
        (io.BytesIO(as_scanned(first, random.Random(2))), "mat-1.jpg"),
        (io.BytesIO(b"no picture"), f"../../{'😀' * 90}la.jpg"),
    ]
    sent = keyer.post(address, data={"csrf_token": token, "files": files}, content_type="multipart/form-data")
    assert sent.status_code == 302, sent.text
    kept = list((Path(app.config["INSTANCE"]) / "uploads" / "scans").iterdir())
    assert len(kept) == 1
    run_waiting_jobs(app)
    assert not kept[0].exists()
    with app.app_context():
        number = db.session.scalars(select(Job.id).where(Job.kind == "paper-scan")).one()
    report = keyer.get(f"{address}?viec={number}").text
    assert serial in report
    assert "la.jpg" in report
    assert "Không đọc được ảnh" in report
    assert sign_in("observer").get(address).status_code == 403


def test_two_marks_specks_and_corrections(session: Session, printed: Printed) -> None:
    area, batch, forms, pictures = printed
    assert batch.layout is not None
    places, chance = batch.layout["sides"][0], random.Random(3)
    mark(batch, pictures[0], {"q1": "1 2", "q2": "3", "sex": "1"}, chance)
    fill(pictures[0], places["b:q2:1"])  # taken back, and another box marked
    left, top, right, bottom = (edge * PIXELS for edge in places["b:late:1"])
    cv2.circle(pictures[0], (round((left + right) / 2), round((top + bottom) / 2)), 3, 60, -1)  # a speck, or a start
    scan(session, area, as_scanned(pictures[0], chance))
    entry = session.scalars(select(PaperEntry)).one()
    assert entry.answers == {"q2": 3, "sex": 1}
    assert {"q1", "late"} <= set(entry.unclear or [])
    assert keys_with_pictures(forms[0].id) >= {"q1", "late"}


def test_what_is_no_whole_side_of_a_form_is_refused_with_the_reason(session: Session, printed: Printed) -> None:
    area, _batch, forms, pictures = printed
    whole = as_scanned(pictures[0], random.Random(4))
    cut = bytes(cv2.imencode(".png", pictures[0][: pictures[0].shape[0] - 400])[1].tobytes())
    empty = bytes(cv2.imencode(".png", np.full((2000, 1500), 255, np.uint8))[1].tobytes())
    for data in (b"", b"no picture", cut, empty):
        assert isinstance(refusal(lambda data=data: lay_flat(data)), Unreadable)
    report = scan(session, area, cut, whole, empty)
    assert list(report.read) == [forms[0].serial]
    assert [name for name, _reason in report.refused] == ["0.jpg", "2.jpg"]
    again = scan(session, area, whole)
    assert again.read == {}
    assert isinstance(again.refused[0][1], str)
    assert len(session.scalars(select(PaperEntry)).all()) == 1


@pytest.mark.long
def test_hundreds_of_marks_on_turned_and_dirty_sides_are_read_right_or_left_to_people(
    session: Session, printed: Printed
) -> None:
    area, batch, _forms, pictures = printed
    assert batch.layout is not None
    instrument = instrument_of(session, area.survey.questionnaire_id)
    layout = batch.layout["sides"][0]
    wrong, doubtful, boxes = [], 0, 0
    for turn in range(12):
        chance, image = random.Random(turn), pictures[0].copy()
        given: dict[str, str] = {}
        for item in instrument.questions():
            codes = [choice.code for choice in choices_of(item, instrument, "vi")]
            if isinstance(item, (ScaleItem, SingleItem)):
                given[item.key] = chance.choice(["", *codes])
            elif isinstance(item, MultipleItem):
                given[item.key] = " ".join(code for code in codes if chance.random() < 0.5)
        mark(batch, image, given, chance)
        flat = lay_flat(as_scanned(image, chance))
        reading = read_side(flat.image, layout, instrument, "vi")
        for name, text in given.items():
            doubtful += reading.typed[name] == "*"
            wrong += [(turn, name)] if reading.typed[name] not in (text, "*") else []
        boxes += sum(state_of(flat.image, place) in ("empty", "marked") for n, place in layout.items() if n[0] == "b")
    assert wrong == []
    assert doubtful == 0
    assert boxes >= 12 * 20
