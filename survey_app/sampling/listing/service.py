"""The verbs of lists: bring in units or cases, whole or not at all, and take a list back before the draw."""

from __future__ import annotations

import hashlib
import pickle
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import delete, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey_app.audit.models import Actor
from survey_app.audit.service import record
from survey_app.database import read_only
from survey_app.errors import Conflict, LinesRefused, UserError
from survey_app.personal_data import ContactKey, contact_key
from survey_app.sampling.listing.columns import Columns
from survey_app.sampling.listing.models import CaseContact, FrameFile, ListedCase, ListedUnit
from survey_app.sampling.listing.queries import frame_units, known_references
from survey_app.sampling.listing.reading import CaseReader, CaseRow, Complaints
from survey_app.sampling.listing.table_file import open_table
from survey_app.sampling.listing.unit_rows import read_unit_rows
from survey_app.surveys.models import Survey

PORTION = 5_000


@dataclass(frozen=True)
class ListReport:
    """What came in with a list.

    Attributes
    ----------
    rows : int
        Units or cases stored.
    places : int
        Units that hold them.
    repeated_persons : int
        Rows of people who stand in the lists of this survey more than once; they are told, not refused.
    """

    file_id: int
    rows: int
    places: int
    repeated_persons: int = 0


def import_unit_list(
    session: Session, survey: Survey, path: Path, name: str, columns: Columns, *, actor: Actor
) -> ListReport:
    """Bring in the units of a survey's frame; agencies that are new become known.

    Raises
    ------
    LinesRefused
        Every row that does not fit, with its reason; nothing is stored.
    Conflict
        The sample is drawn already, or the list is here already.
    """
    _refuse_after_draw(session, survey)
    table = open_table(path)
    units, complaints = read_unit_rows(session, survey, table.rows, columns)
    _refuse(complaints)
    if not units:
        raise UserError(_("Tệp không có dòng nào sau dòng tên cột."))
    file = _new_file(session, survey, "units", path, name, columns, len(units), actor)
    for row in units:
        session.add(
            ListedUnit(
                survey_id=survey.id, file_id=file.id, unit=row.unit, size=row.size, attributes=dict(row.attributes)
            )
        )
    _flush(session)
    record(session, actor, "frame.import", f"survey:{survey.slug}", kind="units", rows=len(units), sha256=file.sha256)
    return ListReport(file.id, len(units), len(units))


def import_case_list(
    session: Session,
    survey: Survey,
    path: Path,
    name: str,
    columns: Columns,
    *,
    actor: Actor,
    progress: Callable[[int], None] = lambda done: None,
) -> ListReport:
    """Bring in a list of cases; their contact data is sealed and kept apart.

    Everything is read, checked and sealed before the first row is stored, so that others can work meanwhile.

    Parameters
    ----------
    progress : callable
        Called now and then with the number of rows read.

    Raises
    ------
    LinesRefused
        Every row that does not fit, with its reason; nothing is stored.
    Conflict
        The sample is drawn already, the list is here already, or another list came in meanwhile.
    """
    _refuse_after_draw(session, survey)
    key = contact_key()
    units = {unit.code: unit for unit in frame_units(session, survey)}
    reader = CaseReader(columns, units, key, known_references(session, survey), survey.slug)
    with tempfile.TemporaryFile() as spool:
        with read_only(session):
            for portion in _portions(reader.read(open_table(path).rows)):
                pickle.dump(_sealed(portion, key, survey.slug), spool)
                progress(reader.count)
        _refuse(reader.complaints)
        if not reader.count:
            raise UserError(_("Tệp không có dòng nào sau dòng tên cột."))
        session.refresh(survey)
        _refuse_after_draw(session, survey)
        file = _new_file(session, survey, "cases", path, name, columns, reader.count, actor)
        first = (session.scalar(select(func.max(ListedCase.id))) or 0) + 1
        places = _store_cases(session, survey, file, spool, first)
    repeated = _repeated_persons(session, survey, reader)
    record(
        session,
        actor,
        "frame.import",
        f"survey:{survey.slug}",
        kind="cases",
        rows=reader.count,
        sha256=file.sha256,
        repeated_persons=repeated,
    )
    return ListReport(file.id, reader.count, places, repeated)


def remove_list(session: Session, survey: Survey, file_id: int, *, actor: Actor) -> None:
    """Take a list back with all its rows and contact data, before the draw.

    Raises
    ------
    Conflict
        The sample is drawn already.
    UserError
        The survey has no such list.
    """
    _refuse_after_draw(session, survey)
    file = session.get(FrameFile, file_id)
    if file is None or file.survey_id != survey.id:
        raise UserError(_("Đợt này không có danh sách vừa chọn. Xin tải lại trang."))
    session.execute(delete(FrameFile).where(FrameFile.id == file_id))
    record(session, actor, "frame.remove", f"survey:{survey.slug}", kind=file.kind, rows=file.row_count)


def _refuse_after_draw(session: Session, survey: Survey) -> None:
    session.refresh(survey, with_for_update={"of": Survey})
    if survey.state != "draft":
        raise Conflict(_("Đợt này đã bốc mẫu nên dàn mẫu không đổi được nữa. Muốn đổi, xin đề nghị bốc lại."))


def _refuse(complaints: Complaints) -> None:
    if complaints.count:
        raise LinesRefused(
            ngettext(
                "Không nhập gì cả: có %(num)s dòng sai. Xin sửa rồi nhập lại cả tệp.",
                "Không nhập gì cả: có %(num)s dòng sai. Xin sửa rồi nhập lại cả tệp.",
                complaints.count,
            ),
            complaints.rows,
        )


def _new_file(
    session: Session, survey: Survey, kind: str, path: Path, name: str, columns: Columns, rows: int, actor: Actor
) -> FrameFile:
    with path.open("rb") as opened:
        digest = hashlib.file_digest(opened, "sha256").hexdigest()
    file = FrameFile(
        survey_id=survey.id,
        kind=kind,
        name=name[:200],
        sha256=digest,
        columns=columns.as_json(),
        row_count=rows,
        imported_by=actor.label,
    )
    session.add(file)
    _flush(session)
    return file


def _flush(session: Session) -> None:
    try:
        session.flush()
    except IntegrityError as error:
        session.rollback()
        raise Conflict(
            _("Danh sách này đã có trong đợt khảo sát, hoặc vừa có người khác nhập. Xin tải lại trang.")
        ) from error


def _portions(rows: Iterator[CaseRow]) -> Iterator[list[CaseRow]]:
    while portion := list(islice(rows, PORTION)):
        yield portion


def _sealed(portion: Sequence[CaseRow], key: ContactKey, slug: str) -> list[tuple[Any, ...]]:
    return [
        (
            row.unit_id,
            row.line,
            row.reference,
            row.person,
            row.attributes,
            key.seal(row.contact, owner_of(slug, row.reference)),
        )
        for row in portion
    ]


def owner_of(slug: str, reference: bytes) -> str:
    """Whose contact data a sealed record is."""
    return f"{slug}:{reference.hex()}"


def _store_cases(session: Session, survey: Survey, file: FrameFile, spool: IO[bytes], first: int) -> int:
    """Store the spooled rows, ids counted on from ``first``; how many units hold them."""
    end, number, places = spool.tell(), first, set[int]()
    spool.seek(0)
    try:
        while spool.tell() < end:
            rows = pickle.load(spool)  # noqa: S301  our own file, written a moment ago
            cases, contacts = [], []
            for unit_id, line, reference, person, attributes, sealed in rows:
                cases.append(
                    {
                        "id": number,
                        "survey_id": survey.id,
                        "file_id": file.id,
                        "unit_id": unit_id,
                        "line": line,
                        "reference": reference,
                        "person": person,
                        "attributes": attributes,
                    }
                )
                contacts.append({"listed_case_id": number, "sealed": sealed})
                places.add(unit_id)
                number += 1
            session.execute(insert(ListedCase), cases)
            session.execute(insert(CaseContact), contacts)
    except IntegrityError as error:
        session.rollback()
        raise Conflict(_("Vừa có người nhập danh sách khác. Xin nhập lại tệp này.")) from error
    return len(places)


def _repeated_persons(session: Session, survey: Survey, reader: CaseReader) -> int:
    within = sum(count for count in reader.persons.values() if count > 1)
    elsewhere = session.scalar(
        select(func.count()).select_from(
            select(ListedCase.person)
            .where(ListedCase.survey_id == survey.id, ListedCase.person.is_not(None))
            .group_by(ListedCase.person)
            .having(func.count() > 1)
            .subquery()
        )
    )
    return max(within, elsewhere or 0)
