"""The verb of scanning: pictures in, first readings out; a person keys every form after."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.audit.models import Actor
from survey_app.audit.service import record
from survey_app.collection.paper.entry import add_entry, hold_form
from survey_app.collection.paper.models import PaperEntry, PaperForm
from survey_app.collection.paper.pictures import pictures_of
from survey_app.collection.paper.queries import find_form_in
from survey_app.collection.paper.reading import read_typed
from survey_app.collection.paper.scanning.marks import cut_out, read_side
from survey_app.collection.paper.scanning.pages import UnopenableFile, check_can_scan, sides_in
from survey_app.collection.paper.scanning.sheet import FlatSide, Unreadable, lay_flat
from survey_app.errors import Conflict, UserError
from survey_app.instruments.items import OTHER_SUFFIX
from survey_app.instruments.queries import instrument_of
from survey_app.sampling.work.area import Area
from survey_app.sampling.work.queries import has_cases


@dataclass
class ScanReport:
    """What came of pictures.

    Attributes
    ----------
    read : dict
        Serial → number of questions that only a person can read.
    refused : list of (str, str)
        Name of the picture, or serial of the form, and why.
    """

    read: dict[str, int] = field(default_factory=dict)
    refused: list[tuple[str, str]] = field(default_factory=list)


def scan_forms(session: Session, area: Area, files: Iterable[tuple[str, bytes]], *, actor: Actor) -> ScanReport:
    """Take scans of sides as the first reading of their forms; one that cannot be read hinders no other.

    Parameters
    ----------
    files
        Name and bytes of each file: a picture of one side, or a PDF or TIFF with a side on each page; in any order.

    Raises
    ------
    UserError
        The extra for scanning is not installed.
    """
    check_can_scan()
    report = ScanReport()
    sides: dict[str, dict[int, FlatSide]] = {}
    for file, content in files:
        try:
            for name, picture in sides_in(file, content):
                try:
                    flat = lay_flat(picture)
                except Unreadable as error:
                    report.refused.append((name, error.message))
                else:
                    sides.setdefault(flat.serial, {})[flat.side] = flat
        except UnopenableFile as error:
            report.refused.append((file, error.message))
    for serial, found in sides.items():
        try:
            with session.begin_nested():
                report.read[serial] = _take_form(session, area, serial, found)
        except UserError as error:
            report.refused.append((serial, error.message))
    if report.read:
        record(session, actor, "paper.scan", f"survey:{area.survey.slug}", forms=len(report.read))
    return report


def _take_form(session: Session, area: Area, serial: str, found: dict[int, FlatSide]) -> int:
    form = find_form_in(session, area, serial)
    hold_form(session, form)
    layout = _check_may_scan(session, form)
    written = range(1, len(layout["sides"]) + 1)
    missing = [side for side in written if side not in found]
    if missing:
        raise Conflict(
            _(
                "Phiếu %(serial)s thiếu ảnh của mặt %(sides)s. Xin quét đủ các mặt rồi gửi lại.",
                serial=serial,
                sides=", ".join(map(str, missing)),
            )
        )
    batch = form.batch
    instrument = instrument_of(session, batch.survey.questionnaire_id)
    typed: dict[str, str] = {}
    for side in written:
        typed |= read_side(found[side].image, layout["sides"][side - 1], instrument, batch.language).typed
    reading = read_typed(instrument, typed, language=batch.language)
    # What does not fit the questionnaire, such as „none” beside another answer, a person has to see.
    typed |= dict.fromkeys(reading.problems, "*")
    reading = read_typed(instrument, typed, language=batch.language)
    _keep_pictures(form, reading.unclear, found, layout)
    add_entry(session, form, reading, keyer_id=None, seconds=0.0)
    return len(reading.unclear)


def _check_may_scan(session: Session, form: PaperForm) -> dict[str, Any]:
    batch = form.batch
    if batch.survey.state != "collecting":
        raise Conflict(_("Đợt khảo sát này không nhận phiếu lúc này nên chưa nhập được."))
    if form.state != "received":
        raise Conflict(_("Phiếu %(serial)s không ở trạng thái đã thu về, chờ nhập.", serial=form.serial))
    if session.scalar(select(PaperEntry.id).where(PaperEntry.form_id == form.id).limit(1)) is not None:
        raise Conflict(_("Phiếu %(serial)s đã có lần nhập thứ nhất nên không nhận ảnh quét nữa.", serial=form.serial))
    if form.case_id is None and has_cases(session, batch.survey_id):
        raise Conflict(
            _(
                "Phiếu %(serial)s chưa gắn với hồ sơ nào trong mẫu. Xin điều phối gắn số hồ sơ rồi nhập.",
                serial=form.serial,
            )
        )
    if batch.layout is None:
        raise Conflict(
            _("Lô của phiếu %(serial)s chưa in từ hệ thống này nên không biết chỗ các ô.", serial=form.serial)
        )
    return batch.layout


def _keep_pictures(form: PaperForm, keys: list[str], found: dict[int, FlatSide], layout: dict[str, Any]) -> None:
    import cv2

    folder = pictures_of(form.id)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for side, places in enumerate(layout["sides"], 1):
        for key in keys:
            place = places.get(f"q:{key.removesuffix(OTHER_SUFFIX)}")
            if place is not None:
                _done, picture = cv2.imencode(".png", cut_out(found[side].image, place))
                (folder / f"{key}.png").write_bytes(picture.tobytes())
