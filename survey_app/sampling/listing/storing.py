"""Cases on their way into the database: sealed and laid down in a nameless file first, then stored in one go.

The rows go through the driver itself (COPY on PostgreSQL), because others wait while they are stored.
"""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from survey_app.errors import Conflict
from survey_app.personal_data import ContactKey
from survey_app.sampling.listing.models import FrameFile, ListedCase
from survey_app.sampling.listing.reading import CaseRow

_CASE = ("id", "survey_id", "file_id", "unit_id", "line", "reference", "person", "attributes")
_CONTACT = ("listed_case_id", "sealed")


class CaseSpool:
    """The checked cases of a list, contact data sealed, in a file that vanishes with the process."""

    def __init__(self, key: ContactKey, slug: str) -> None:
        self._key, self._slug = key, slug
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  closed with the spool
        self.count = 0

    def __enter__(self) -> CaseSpool:
        """Open until the end of the block."""
        return self

    def __exit__(self, *_error: object) -> None:
        """Forget everything."""
        self._file.close()

    def add(self, cases: Sequence[CaseRow]) -> None:
        """Seal the contact data of some cases and lay them down."""
        rows = [
            (
                case.unit_id,
                case.line,
                case.reference,
                case.person,
                case.attributes,
                self._key.seal(case.contact, owner_of(self._slug, case.reference)),
            )
            for case in cases
        ]
        pickle.dump(rows, self._file, pickle.HIGHEST_PROTOCOL)
        self.count += len(rows)

    def portions(self) -> Iterator[list[tuple[Any, ...]]]:
        """What was laid down, in order."""
        end = self._file.tell()
        self._file.seek(0)
        while self._file.tell() < end:
            yield pickle.load(self._file)  # noqa: S301  our own file without a name, written a moment ago


def owner_of(slug: str, reference: bytes) -> str:
    """Whose contact data a sealed record is."""
    return f"{slug}:{reference.hex()}"


def store_cases(session: Session, survey_id: int, file: FrameFile, spool: CaseSpool) -> int:
    """Store the cases of a list, ids counted on from the last; how many units hold them.

    Raises
    ------
    Conflict
        Another list with the same cases came in meanwhile; nothing is stored.
    """
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        session.execute(text("LOCK TABLE listed_case IN SHARE ROW EXCLUSIVE MODE"))  # the ids are counted here
    number = (session.scalar(select(func.max(ListedCase.id))) or 0) + 1
    places = set[int]()
    try:
        for portion in spool.portions():
            cases = [
                (number + place, survey_id, file.id, unit, line, reference, person, attributes)
                for place, (unit, line, reference, person, attributes, _sealed) in enumerate(portion)
            ]
            contacts = [(number + place, row[-1]) for place, row in enumerate(portion)]
            _insert(connection, "listed_case", _CASE, cases)
            _insert(connection, "case_contact", _CONTACT, contacts)
            places.update(row[0] for row in portion)
            number += len(portion)
    except connection.dialect.loaded_dbapi.IntegrityError as error:
        session.rollback()
        raise Conflict(_("Vừa có người nhập danh sách khác. Xin nhập lại tệp này.")) from error
    return len(places)


def _insert(connection: Any, table: str, columns: Sequence[str], rows: list[tuple[Any, ...]]) -> None:
    names = ", ".join(columns)
    with closing(connection.connection.cursor()) as cursor:
        if connection.dialect.name == "postgresql":
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            return
        marks = ", ".join("?" * len(columns))
        cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)  # noqa: S608  names of ours
