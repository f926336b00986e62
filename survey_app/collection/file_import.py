"""Responses from a CSV file: every line through the one door, every refused line told with its reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from itertools import islice
from typing import IO, Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from survey_app.audit.models import Actor
from survey_app.audit.service import record
from survey_app.collection.service import AnswersRefused, DisputedResponse, Submission, accept_response
from survey_app.collection.submission import read_channel
from survey_app.csv_reader import check_readable, read_rows
from survey_app.errors import UserError
from survey_app.instruments.cells import parse_cell
from survey_app.instruments.queries import instrument_of
from survey_app.instruments.schema import Instrument
from survey_app.sampling.work.queries import holders_of_cases
from survey_app.surveys.models import Survey

FIXED_COLUMNS = ("response_id", "commune_code", "channel", "language", "day")
#: Names of the column with the number of the drawn case; a file may have one of them.
CASE_COLUMNS = ("case", "case_id")
#: How long the form took, where another system timed it.
MINUTES = "minutes"
#: Channels on which the collector who holds a case has brought its answer.
BROUGHT = ("field", "paper")
LONGEST_MINUTES = 1_440.0
BATCH = 500
MAXIMUM_REPORTED = 10_000


@dataclass
class ImportReport:
    """What came of a file: how many lines were new, how many known already, and which were refused and why."""

    dry_run: bool
    lines: int = 0
    accepted: int = 0
    repeated: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)
    refused_count: int = 0

    def refuse(self, line: int, reason: str) -> None:
        """Count a refused line and keep its reason, up to a bound."""
        self.refused_count += 1
        if len(self.refused) < MAXIMUM_REPORTED:
            self.refused.append((line, reason))

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "dry_run": self.dry_run,
            "lines": self.lines,
            "accepted": self.accepted,
            "repeated": self.repeated,
            "refused": self.refused_count,
            "refusals": [{"line": line, "reason": reason} for line, reason in self.refused],
        }


@dataclass
class _Seen:
    """The file's own ids and cases, because a dry run leaves none of them in the database."""

    forms: dict[UUID, str] = field(default_factory=dict)
    cases: dict[int, UUID] = field(default_factory=dict)


def import_responses(
    session: Session,
    survey: Survey,
    file: IO[bytes],
    *,
    actor: Actor,
    dry_run: bool = False,
    progress: Callable[[int], None] | None = None,
) -> ImportReport:
    """Bring in the responses of a CSV file, batch by batch; a repeated run harms nothing.

    Parameters
    ----------
    dry_run : bool
        Check everything as if for real and keep nothing.
    progress : callable, optional
        Called with the number of lines done after each batch, before its commit.

    Returns
    -------
    ImportReport
        Refused lines do not stop the others.

    Raises
    ------
    UserError
        The file itself cannot be used: encoding, header, columns that are no item of the questionnaire.
    """
    instrument = instrument_of(session, survey.questionnaire_id)
    items = {item.key for item in instrument.questions()}
    known = (*FIXED_COLUMNS, *CASE_COLUMNS, MINUTES, *items)
    check_readable(file, required=FIXED_COLUMNS, known=known)
    rows = read_rows(file, required=FIXED_COLUMNS, known=known)
    reader = _LineReader(instrument, holders_of_cases(session, survey.id))
    report = ImportReport(dry_run)
    seen = _Seen()
    while batch := list(islice(rows, BATCH)):
        for line, row in batch:
            report.lines += 1
            _take_line(session, survey, partial(reader.read, row), line, report, seen)
        if dry_run:
            session.rollback()  # batch by batch, so that nobody waits for a long rehearsal
        if progress is not None:
            progress(report.lines)
        session.commit()
    if not dry_run:
        record(
            session,
            actor,
            "response.import",
            f"survey:{survey.slug}",
            lines=report.lines,
            accepted=report.accepted,
            repeated=report.repeated,
            refused=report.refused_count,
        )
        session.commit()
    return report


def _take_line(
    session: Session,
    survey: Survey,
    read: Callable[[], Submission],
    line: int,
    report: ImportReport,
    seen: _Seen,
) -> None:
    try:
        submission = read()
        receipt = accept_response(session, survey, submission)
        seen_before = receipt.response_id in seen.forms
        if seen.forms.setdefault(receipt.response_id, receipt.sha256) != receipt.sha256:
            raise UserError(_("Mã phiếu này có ở dòng trước với nội dung khác."))
        case_id = submission.case_id
        if case_id is not None and seen.cases.setdefault(case_id, receipt.response_id) != receipt.response_id:
            raise UserError(_("Hồ sơ số %(number)s có ở dòng trước với phiếu khác.", number=case_id))
    except AnswersRefused as error:
        report.refuse(line, "; ".join(f"{problem.item}: {problem.message}" for problem in error.problems))
    except (DisputedResponse, UserError) as error:
        report.refuse(line, error.message)
    else:
        if receipt.repeated or (report.dry_run and seen_before):
            report.repeated += 1
        else:
            report.accepted += 1


class _LineReader:
    """Reads lines for a questionnaire; who holds a case is credited with the answer brought for it."""

    def __init__(self, instrument: Instrument, holders: dict[int, int]) -> None:
        items = {item.key for item in instrument.questions()}
        self._instrument, self._holders = instrument, holders
        self._case_columns = [name for name in CASE_COLUMNS if name not in items]
        self._timed = MINUTES not in items

    def read(self, row: dict[str, str]) -> Submission:
        if row.get(""):
            raise UserError(row[""])
        channel = read_channel(row["channel"] or "file")
        case_id = _read_case(row, self._case_columns)
        return Submission(
            response_id=row["response_id"],
            unit_code=row["commune_code"],
            channel=channel,
            language=row["language"] or "vi",
            day=_read_day(row["day"]),
            answers=dict(_read_answers(self._instrument, row)),
            case_id=case_id,
            collector_id=self._holders.get(case_id or 0) if channel in BROUGHT else None,
            minutes=_read_minutes(row.get(MINUTES, "")) if self._timed else None,
        )


def _read_minutes(cell: str) -> float | None:
    if not cell:
        return None
    try:
        minutes = float(cell.replace(",", "."))
    except ValueError:
        minutes = -1.0
    if not 0 <= minutes <= LONGEST_MINUTES:
        raise UserError(_("Số phút „%(cell)s” không dùng được. Xin ghi một số, ví dụ 6,5.", cell=cell[:20]))
    return minutes


def _read_answers(instrument: Instrument, row: dict[str, str]) -> Iterator[tuple[str, object]]:
    for item in instrument.questions():
        cell = row.get(item.key, "")
        if cell == "":
            continue
        try:
            yield item.key, parse_cell(item, cell)
        except ValueError as error:
            raise UserError(f"{item.key}: {error}") from error


def _read_case(row: dict[str, str], columns: list[str]) -> int | None:
    filled = [cell for name in columns if (cell := row.get(name, ""))]
    if not filled:
        return None
    if len(filled) > 1:
        raise UserError(_("Dòng có nhiều cột ghi số hồ sơ. Xin giữ một cột: case."))
    if not (filled[0].isascii() and filled[0].isdigit() and len(filled[0]) < 10):
        raise UserError(
            _("Cột case không phải số của hồ sơ trong mẫu. Xin ghi số mà trang Phân công cho biết, ví dụ 1204.")
        )
    return int(filled[0])


def _read_day(cell: str) -> date | None:
    if not cell:
        return None
    for pattern in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(cell, pattern).date()
        except ValueError:
            continue
    raise UserError(_("Ngày „%(cell)s” không đúng. Xin ghi dạng 2020-11-20.", cell=cell[:30]))
