"""The verbs of lists: bring in units or cases, whole or not at all, and take a list back before the draw."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey_app.audit.models import Actor
from survey_app.audit.service import record
from survey_app.database import by_number, read_only
from survey_app.errors import Conflict, UserError
from survey_app.personal_data import contact_key
from survey_app.sampling.listing.columns import Columns, read_columns
from survey_app.sampling.listing.complaints import Complaints
from survey_app.sampling.listing.key_check import check_key
from survey_app.sampling.listing.models import FrameFile, ListedCase, ListedUnit
from survey_app.sampling.listing.queries import (
    count_cases_outside,
    count_repeated_persons,
    frame_units,
    places_of_references,
)
from survey_app.sampling.listing.reading import CaseReader, CaseRow
from survey_app.sampling.listing.storing import CaseSpool, owner_of, store_cases
from survey_app.sampling.listing.table_file import MAXIMUM_ROWS, Row, TableFile, no_rows, open_table
from survey_app.sampling.listing.unit_rows import MAXIMUM_UNITS, UnitReader, UnitRow
from survey_app.sampling.listing.unit_storing import store_units
from survey_app.surveys.design import design_of
from survey_app.surveys.models import Survey

__all__ = [
    "ListReport",
    "check_new_digest",
    "import_case_list",
    "import_case_table",
    "import_unit_list",
    "owner_of",
    "remove_list",
]
PORTION = 5_000

Progress = Callable[[int, float], None]


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
        People who stand in the lists of this survey more than once; they are told, not refused.
    restored_phones : int
        Telephone numbers that got back the zero that a spreadsheet had taken.
    """

    file_id: int
    rows: int
    places: int
    repeated_persons: int = 0
    restored_phones: int = 0

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


def import_unit_list(
    session: Session,
    survey: Survey,
    path: Path,
    name: str,
    columns: Columns,
    *,
    actor: Actor,
    complaints: Complaints | None = None,
    progress: Progress = lambda done, share: None,
) -> ListReport:
    """Bring in the units of a survey's frame; agencies that are new become known.

    Raises
    ------
    LinesRefused
        Every row that does not fit, with its reason; nothing is stored.
    Conflict
        The sample is drawn already, the list is here already, or cases are listed for units that it leaves out.
    """
    complaints = complaints or Complaints()
    digest = check_new_list(session, survey, path)
    if design_of(survey).sample.frame != "list":
        raise Conflict(
            _(
                "Dàn mẫu của đợt này là mọi xã của địa bàn nên không nhập danh sách đơn vị. "
                "Muốn bốc từ danh sách hoặc theo quy mô, xin tạo đợt với frame: list."
            )
        )
    table = open_table(path)
    columns = read_columns("units", table.headings, columns.fields, list(columns.attributes.values()))
    reader = UnitReader(session, survey, table.headings, columns)
    units: list[UnitRow] = []
    with read_only(session):
        for portion in _portions(table.rows):
            good, bad = reader.read(portion)
            units += good
            complaints.add(bad)
            if len(units) > MAXIMUM_UNITS:
                raise _too_long(MAXIMUM_UNITS)
            progress(len(units) + complaints.count, table.share_read())
    complaints.refuse()
    if not units:
        raise no_rows()
    _refuse_after_draw(session, survey)
    file = _new_file(session, survey, "units", digest, name, columns, len(units), actor)
    store_units(session, survey, file, units)
    _flush(session)
    outside = count_cases_outside(session, survey)
    if outside:
        session.rollback()
        raise Conflict(
            _(
                "%(count)s hồ sơ đã nhập thuộc đơn vị không có trong danh sách này. "
                "Xin thêm các đơn vị đó, hoặc bỏ danh sách hồ sơ trước.",
                count=outside,
            )
        )
    record(session, actor, "frame.import", f"survey:{survey.slug}", kind="units", rows=len(units), sha256=digest)
    return ListReport(file.id, len(units), len(units))


def import_case_list(
    session: Session,
    survey: Survey,
    path: Path,
    name: str,
    columns: Columns,
    *,
    actor: Actor,
    complaints: Complaints | None = None,
    progress: Progress = lambda done, share: None,
) -> ListReport:
    """Bring in a list of cases; their contact data is sealed and kept apart.

    Everything is read, checked and sealed before the first row is stored, so that others can work meanwhile.

    Parameters
    ----------
    complaints : Complaints, optional
        Where refused rows go.
    progress : callable
        Called now and then with the number of rows read and the share of the file.

    Raises
    ------
    LinesRefused
        Every row that does not fit, with its reason; nothing is stored.
    Conflict
        The sample is drawn already, the list is here already, or another list came in meanwhile.
    """
    digest = check_new_list(session, survey, path)
    return import_case_table(
        session,
        survey,
        open_table(path),
        digest,
        name,
        columns,
        actor=actor,
        complaints=complaints,
        progress=progress,
    )


def import_case_table(
    session: Session,
    survey: Survey,
    table: TableFile,
    digest: str,
    name: str,
    columns: Columns,
    *,
    actor: Actor,
    complaints: Complaints | None = None,
    progress: Progress = lambda done, share: None,
) -> ListReport:
    """Bring in a table of cases, as `import_case_list` does a file; ``digest`` passed `check_new_digest` before.

    Raises
    ------
    LinesRefused, Conflict
        As `import_case_list`.
    """
    complaints = complaints or Complaints()
    key = contact_key()
    check_key(session, survey, key)
    columns = read_columns("cases", table.headings, columns.fields, list(columns.attributes.values()))
    units = {unit.code: unit.id for unit in frame_units(session, survey)}
    reader = CaseReader(table.headings, columns, units, key, survey.slug)
    survey_id, count = survey.id, 0
    others = session.scalar(select(ListedCase.id).where(ListedCase.survey_id == survey_id).limit(1)) is not None
    with CaseSpool(key, survey.slug) as spool:
        with read_only(session):
            for portion in _portions(table.rows):
                count += len(portion)
                if count > MAXIMUM_ROWS:
                    raise _too_long(MAXIMUM_ROWS)
                good, bad = reader.read(portion)
                if others:
                    bad += _listed_before(session, survey_id, good)
                complaints.add(sorted(bad))
                if not complaints.count:
                    spool.add(good)
                progress(count, table.share_read())
        complaints.refuse()
        if not spool.count:
            raise no_rows()
        _refuse_after_draw(session, survey)
        file = _new_file(session, survey, "cases", digest, name, columns, spool.count, actor)
        places = store_cases(session, survey_id, file, spool)
    repeated = count_repeated_persons(session, survey_id, file.id)
    record(
        session,
        actor,
        "frame.import",
        f"survey:{survey.slug}",
        kind="cases",
        rows=file.row_count,
        sha256=digest,
        repeated_persons=repeated,
    )
    return ListReport(file.id, file.row_count, places, repeated, reader.restored_phones)


def remove_list(session: Session, survey: Survey, file_id: int, *, actor: Actor) -> FrameFile:
    """Take a list back with all its rows and contact data, before the draw.

    Raises
    ------
    Conflict
        The sample is drawn already, or cases are listed for the units that would go.
    UserError
        The survey has no such list.
    """
    _refuse_after_draw(session, survey)
    file = by_number(session, FrameFile, file_id)
    if file is None or file.survey_id != survey.id:
        raise UserError(_("Đợt này không có danh sách vừa chọn. Xin tải lại trang."))
    if file.kind == "units" and _has_cases_of(session, survey, file):
        raise Conflict(_("Còn danh sách hồ sơ của các đơn vị này. Xin bỏ danh sách hồ sơ trước."))
    session.execute(delete(FrameFile).where(FrameFile.id == file_id))
    record(session, actor, "frame.remove", f"survey:{survey.slug}", kind=file.kind, rows=file.row_count)
    return file


def _has_cases_of(session: Session, survey: Survey, file: FrameFile) -> bool:
    units = select(ListedUnit.unit_id).where(ListedUnit.file_id == file.id)
    query = select(ListedCase.id).where(ListedCase.survey_id == survey.id, ListedCase.unit_id.in_(units))
    return session.scalar(query.limit(1)) is not None


def check_new_list(session: Session, survey: Survey, path: Path) -> str:
    """The hash of the file, once it is known that the survey can take a list and has not this one."""
    with path.open("rb") as opened:
        digest = hashlib.file_digest(opened, "sha256").hexdigest()
    check_new_digest(session, survey, digest)
    return digest


def check_new_digest(session: Session, survey: Survey, digest: str) -> None:
    """Refuse a list that the survey cannot take, or has already.

    Raises
    ------
    Conflict
    """
    _refuse_after_draw(session, survey)
    if design_of(survey).sample.frame == "none":
        raise Conflict(_("Đợt này không có dàn mẫu (ai đến cũng trả lời được) nên không nhập danh sách."))
    earlier = session.scalar(select(FrameFile).where(FrameFile.survey_id == survey.id, FrameFile.sha256 == digest))
    if earlier is not None:
        raise Conflict(
            _(
                "Tệp này đã nhập rồi, tên „%(name)s”, %(count)s dòng. Không nhập thêm gì.",
                name=earlier.name,
                count=earlier.row_count,
            )
        )


def _refuse_after_draw(session: Session, survey: Survey) -> None:
    session.refresh(survey, with_for_update={"of": Survey})
    if survey.state != "draft":
        raise Conflict(
            _(
                "Đợt này đã bốc mẫu nên dàn mẫu không đổi được nữa. "
                "Muốn bốc từ danh sách khác, xin lập đợt khảo sát mới."
            )
        )


def _too_long(limit: int) -> UserError:
    return UserError(_("Danh sách dài quá %(limit)s dòng. Xin chia thành nhiều tệp.", limit=limit))


def _new_file(
    session: Session, survey: Survey, kind: str, digest: str, name: str, columns: Columns, rows: int, actor: Actor
) -> FrameFile:
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
            _("Danh sách hoặc đơn vị này đã có trong đợt khảo sát, hoặc vừa có người khác nhập. Xin tải lại trang.")
        ) from error


def _portions(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while portion := list(islice(rows, PORTION)):
        yield portion


def _listed_before(session: Session, survey_id: int, cases: list[CaseRow]) -> list[tuple[int, str]]:
    known = places_of_references(session, survey_id, [case.reference for case in cases])
    return [
        (
            case.line,
            _(
                "Số hồ sơ đã có ở dòng %(line)s của danh sách „%(file)s”.",
                file=known[case.reference][0],
                line=known[case.reference][1],
            ),
        )
        for case in cases
        if case.reference in known
    ]
