"""The columnar extract: answers read once from JSON into Parquet; statistics read only this.

It grows by parts: responses that came since the last look become one more file. What counts at present stands in one
more file, named by the digest of the responses in it. All of it holds no open text, no collector and no hour; it can be
deleted at any time and is then built anew.
"""

from __future__ import annotations

import fcntl
import hashlib
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from flask import current_app, g, has_request_context
from numpy.typing import NDArray
from sqlalchemy import String, cast, select
from sqlalchemy.orm import Session

from survey_app.collection.models import Response
from survey_app.collection.queries import count_changes, makes_figures
from survey_app.database import db, may_write
from survey_app.geography.models import Unit
from survey_app.instruments.conditions import visible_items
from survey_app.instruments.queries import instrument_of
from survey_app.instruments.schema import Instrument
from survey_app.results.weighting.queries import steps_fingerprint
from survey_app.sampling.queries import digest_frame
from survey_app.surveys.design import design_of
from survey_app.surveys.models import Survey

MAXIMUM_PARTS = 20
KEPT_FILES, KEPT_COUNTED = 3, 6
CHUNK = 500
PORTION = 10_000


@dataclass(frozen=True, eq=False)
class Counted:
    """The responses of a survey that count, by their numbers.

    Attributes
    ----------
    keys : bytes
        Their numbers in order, 16 bytes each.
    digest : str
        Of the keys.
    """

    instrument: Instrument
    folder: Path
    keys: bytes
    digest: str

    @property
    def path(self) -> Path:
        """Where their answers stand as columns."""
        return self.folder / f"counted-{self.digest[:32]}.parquet"

    @cached_property
    def table(self) -> pa.Table:
        """Their answers, in the order of their numbers."""
        with _only_one(self.folder):
            try:
                return pq.read_table(self.path, schema=_schema(self.instrument), memory_map=False)
            except (pa.ArrowInvalid, OSError):  # deleted or cut off since
                return _gather(db.session, self)

    def beyond(self, others: Counted) -> NDArray[np.bool_] | None:
        """Which of them are not among others, where all of the others are among them; else None."""
        ours, theirs = (np.frombuffer(one.keys, dtype="V16") for one in (self, others))
        fresh = ~np.isin(ours, theirs)
        return fresh if len(ours) - int(fresh.sum()) == len(theirs) else None


@dataclass(frozen=True, eq=False)
class Extract:
    """The counted responses of a survey as columns.

    Attributes
    ----------
    fingerprint : str
        Which they are and how they are weighted.
    frame : str
        A digest of the places of the draw in force, with their lists and names.
    """

    counted: Counted
    fingerprint: str
    frame: str

    @property
    def folder(self) -> Path:
        """Where its files stand."""
        return self.counted.folder

    @property
    def table(self) -> pa.Table:
        """The answers, in the order of the ids, so that the same responses give the same digits."""
        return self.counted.table


_kept: dict[tuple[Path, bool], tuple[tuple[int, int], Counted]] = {}
_lock = threading.Lock()


def read_extract(session: Session, survey: Survey) -> Extract:
    """The extract, brought up to date first.

    Where nothing may be written, the database's own count of what came and what changed tells whether the responses
    read last still are those that count. A transaction that may itself have written reads them anew: what it counts
    might never come to stand.
    """
    instrument = instrument_of(session, survey.questionnaire_id)
    folder = Path(current_app.config["INSTANCE"]) / "extracts" / f"{survey.id}-{instrument.content_hash[:12]}"
    key = (folder, design_of(survey).sample.cases is None)
    changes, frame = _look(session, survey)  # before the responses are read
    known, counted = _kept.get(key, (None, None))
    if counted is None or changes is None or known != changes:
        counted = _find_counted(session, survey, instrument, folder, counted)
    if changes is not None:
        with _lock:
            _kept.pop(key, None)
            _kept[key] = changes, counted
            while len(_kept) > KEPT_COUNTED:
                _kept.pop(next(iter(_kept)))
    digest = counted.digest
    if steps := steps_fingerprint(session, survey):
        digest = hashlib.sha256(f"{digest} {steps}".encode()).hexdigest()
    return Extract(counted, digest, frame)


def _look(session: Session, survey: Survey) -> tuple[tuple[int, int] | None, str]:
    """What came and what changed, None where it is not to be relied on, and the digest of the frame.

    Looked up once a request, so that all figures of a page are of the same responses.
    """
    if may_write.get():
        return None, digest_frame(session, survey)
    if not has_request_context():
        return count_changes(session, survey), digest_frame(session, survey)
    seen: dict[int, tuple[tuple[int, int], str]] = g.setdefault("looked_at_surveys", {})
    if survey.id not in seen:
        seen[survey.id] = count_changes(session, survey), digest_frame(session, survey)
    return seen[survey.id]


def _find_counted(
    session: Session, survey: Survey, instrument: Instrument, folder: Path, before: Counted | None
) -> Counted:
    """The responses that count now; those found before, where they are the same."""
    found = session.scalars(select(cast(Response.id, String)).where(makes_figures(survey)))
    keys = bytes.fromhex("".join(sorted(found)).replace("-", ""))
    digest = hashlib.sha256(keys).hexdigest()
    counted = Counted(instrument, folder, keys, digest) if before is None or before.digest != digest else before
    if not counted.path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with _only_one(folder):
            vars(counted)["table"] = _gather(session, counted)
    return counted


def _gather(session: Session, counted: Counted) -> pa.Table:
    """Bring the parts up to date, put together what counts and write it down."""
    folder, instrument = counted.folder, counted.instrument
    schema = _schema(instrument)
    wanted = {str(UUID(bytes=counted.keys[place : place + 16])) for place in range(0, len(counted.keys), 16)}
    table = _read_parts(folder, schema)
    known = set(table.column("response_id").to_pylist())
    if new := sorted(wanted - known):
        for start in range(0, len(new), PORTION):  # what was read stays, should the process be stopped in between
            _write_part(
                folder, _build(session, instrument, schema, {UUID(key) for key in new[start : start + PORTION]})
            )
        table = _read_parts(folder, schema)
    if len(list(folder.glob("part-*.parquet"))) > MAXIMUM_PARTS:
        _merge_parts(folder, table)
    if known - wanted:
        table = table.filter(pc.is_in(table.column("response_id"), pa.array(sorted(wanted), pa.string())))
    table = table.sort_by("response_id").combine_chunks()
    _write_counted(counted.path, table)
    return table


def _write_counted(path: Path, table: pa.Table) -> None:
    draft = path.with_name("draft.tmp")
    pq.write_table(table, draft, compression="zstd")
    draft.rename(path)
    older = sorted(path.parent.glob("counted-*.parquet"), key=lambda one: one.stat().st_mtime, reverse=True)
    for one in older[KEPT_FILES:]:
        one.unlink()


def _schema(instrument: Instrument) -> pa.Schema:
    columns = [
        ("response_id", pa.string()),
        ("commune", pa.string()),
        ("channel", pa.string()),
        ("language", pa.string()),
        ("day", pa.date32()),
    ]
    for item in instrument.items():
        kind = _ARROW_TYPES.get(item.type)
        if kind is not None:
            columns.append((item.key, kind))
            if item.show_if is not None:
                columns.append((asked_column(item.key), pa.bool_()))
    return pa.schema(columns)


_ARROW_TYPES = {
    "scale": pa.int16(),
    "single": pa.string(),
    "multiple": pa.list_(pa.string()),
    "ranking": pa.list_(pa.string()),
    "number": pa.float64(),
    "date": pa.string(),
}


def asked_column(key: str) -> str:
    """The column that tells whether a conditional item was on the respondent's path."""
    return f"{key}?"


def _build(session: Session, instrument: Instrument, schema: pa.Schema, ids: set[UUID]) -> pa.Table:
    rows = [_row(instrument, *found) for found in _fetch(session, ids)]
    return pa.Table.from_pylist(rows, schema=schema)


def _fetch(session: Session, ids: Iterable[UUID]) -> Iterator[Any]:
    waiting = iter(ids)
    while some := list(islice(waiting, CHUNK)):
        yield from session.execute(
            select(Response.id, Unit.code, Response.channel, Response.language, Response.day, Response.answers)
            .join(Unit, Response.unit_id == Unit.id)
            .where(Response.id.in_(some))
        )


def _row(
    instrument: Instrument,
    key: UUID,
    commune: str,
    channel: str,
    language: str,
    day: Any,
    answers: dict[str, Any],
) -> dict[str, Any]:
    row: dict[str, Any] = {
        "response_id": str(key),
        "commune": commune,
        "channel": channel,
        "language": language,
        "day": day,
    }
    visible = {item.key for item in visible_items(instrument, answers)}
    for item in instrument.items():
        value = answers.get(item.key)
        if item.type == "single" and value is not None:
            value = str(value)
        elif item.type in ("multiple", "ranking") and value is not None:
            value = [str(one) for one in value]
        elif item.type == "number" and isinstance(value, str):  # „Không biết”
            value = None
        row[item.key] = value
        if item.show_if is not None:
            row[asked_column(item.key)] = item.key in visible
    return row


def _read_parts(folder: Path, schema: pa.Schema) -> pa.Table:
    parts = []
    for path in sorted(folder.glob("part-*.parquet")):
        try:
            parts.append(pq.read_table(path, schema=schema))
        except (pa.ArrowInvalid, OSError):  # cut off by a power failure: its answers are read again
            path.unlink()
    return pa.concat_tables(parts) if parts else schema.empty_table()


def _write_part(folder: Path, table: pa.Table) -> None:
    last = max((int(path.stem.removeprefix("part-")) for path in folder.glob("part-*.parquet")), default=0)
    draft = folder / "draft.tmp"
    pq.write_table(table, draft, compression="zstd")
    draft.rename(folder / f"part-{last + 1:05d}.parquet")


def _merge_parts(folder: Path, table: pa.Table) -> None:
    old = sorted(folder.glob("part-*.parquet"))
    draft = folder / "draft.tmp"
    pq.write_table(table, draft, compression="zstd")
    for path in old[1:]:
        path.unlink()
    draft.rename(old[0])


@contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    """One process at a time; a crash between merging steps costs a rebuild, never a figure."""
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
