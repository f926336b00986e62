"""The responses as a workbook, written row by row: a hundred thousand of them need little memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from survey_app.instruments.queries import instrument_of
from survey_app.publication.documents.sheets import LARGEST_SHEET, Book, Column
from survey_app.results.cube import count_responses
from survey_app.results.export import answer_columns, place_columns
from survey_app.results.extract import read_extract
from survey_app.surveys.models import Survey

STRETCH = 5000
Told = Callable[[int, int], None]


def write_responses(session: Session, survey: Survey, path: Path, progress: Told | None = None) -> int:
    """Every counted response as `results export` gives it; the number of rows.

    Neither identifier, day nor open text is in it; rows are numbered in an order that does not tell when they came.
    """
    instrument = instrument_of(session, survey.questionnaire_id)
    extract = read_extract(session, survey)
    counts = count_responses(session, survey, instrument, extract)
    table = extract.table

    def stretches() -> Iterator[dict[str, list[Any]]]:
        for first in range(0, len(table), STRETCH):
            part = table.slice(first, STRETCH)
            yield place_columns(counts, part, first) | answer_columns(instrument, part)
            if progress is not None:
                progress(min(first + STRETCH, len(table)), len(table))

    empty = table.slice(0, 0)
    names = [*place_columns(counts, empty), *answer_columns(instrument, empty)]
    labels = [_("dữ liệu mô phỏng")] if survey.simulated else []
    facts = [
        (_("Đợt khảo sát"), survey.title),
        (_("Số phiếu"), counts.size),
        (_("Mã băm của các phiếu đã tính"), counts.fingerprint),
        (_("Mã băm của bộ phiếu"), instrument.content_hash),
        (_("Ô trống"), _("không trả lời hoặc không có ý kiến; −1: không được hỏi câu này")),
    ]
    titles = {item.key: item.text.get("vi") for item in instrument.items()}
    meanings = [(name, titles.get(name.partition(".")[0], "")) for name in names]
    return write_stretches(path, survey.title, names, stretches(), facts=facts, labels=labels, meanings=meanings)


def write_stretches(
    path: Path,
    title: str,
    names: Sequence[str],
    stretches: Iterator[dict[str, list[Any]]],
    *,
    facts: Sequence[tuple[str, Any]] = (),
    labels: Sequence[str] = (),
    meanings: Sequence[tuple[str, str]] = (),
) -> int:
    """Columns that come stretch by stretch, as a workbook in constant memory; the number of rows.

    Parameters
    ----------
    stretches : iterator of dict
        Columns by name, some thousand rows each.
    """
    made = datetime.now(UTC).isoformat(timespec="seconds")
    book = Book(path, title=title, made=made, labels=labels, streamed=True)
    columns = [Column(name, "plain", 11) for name in names]
    rows = chain.from_iterable(zip(*(part[name] for name in names), strict=True) for part in stretches)
    waiting = next(rows, None)
    number = 1
    while waiting is not None or number == 1:
        sheet = Sheet(waiting, rows)
        name = _("Phiếu") if number == 1 else _("Phiếu %(number)s", number=number)
        book.add_table(name, title, "", columns, sheet.rows())
        waiting, number = sheet.left, number + 1
    count = sum(table.rows for table in book.tables)
    if meanings:
        head = [Column(_("Cột"), "text", 18), Column(_("Câu hỏi"), "text", 90)]
        book.add_table(_("Từ điển"), _("Từ điển các cột"), "", head, meanings)
    book.close(facts)
    return count


class Sheet:
    """As many rows as one sheet holds; what is left goes on the next."""

    def __init__(self, first: Any, rest: Iterator[Any]) -> None:
        self.left: Any = None
        self._first, self._rest = first, rest

    def rows(self) -> Iterator[Any]:
        """The rows of this sheet."""
        if self._first is None:
            return
        yield self._first
        for count, row in enumerate(self._rest, start=2):
            if count > LARGEST_SHEET:
                self.left = row
                return
            yield row
