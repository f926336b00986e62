"""The columnar extract: answers read once from JSON into Parquet; statistics read only this.

It grows by parts: responses that came since the last look become one more file. It holds no open text, no collector
and no hour; it can be deleted at any time and is then built anew.
"""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.collection.models import Response
from survey_app.collection.queries import makes_figures
from survey_app.geography.models import Unit
from survey_app.instruments.conditions import visible_items
from survey_app.instruments.queries import instrument_of
from survey_app.instruments.schema import Instrument
from survey_app.results.weighting.queries import steps_fingerprint
from survey_app.surveys.models import Survey

MAXIMUM_PARTS = 20
CHUNK = 500


@dataclass(frozen=True)
class Extract:
    """The counted responses of a survey as columns; the fingerprint tells which they are and how they are weighted."""

    table: pa.Table
    fingerprint: str
    folder: Path


def read_extract(session: Session, survey: Survey) -> Extract:
    """The extract, brought up to date first."""
    instrument = instrument_of(session, survey.questionnaire_id)
    folder = Path(current_app.config["INSTANCE"]) / "extracts" / f"{survey.id}-{instrument.content_hash[:12]}"
    folder.mkdir(parents=True, exist_ok=True)
    counted = set(session.scalars(select(Response.id).where(makes_figures(survey))))
    schema = _schema(instrument)
    with _only_one(folder):
        table = _read_parts(folder, schema)
        known = {UUID(text) for text in table.column("response_id").to_pylist()}
        if new := counted - known:
            _write_part(folder, _build(session, instrument, schema, new))
            table = _read_parts(folder, schema)
        if len(list(folder.glob("part-*.parquet"))) > MAXIMUM_PARTS:
            _merge_parts(folder, table)
    if known - counted:
        table = table.filter(pc.is_in(table.column("response_id"), pa.array([str(key) for key in counted])))
    # in the order of the ids, so that the same responses give the same digits whatever order they came in
    table = table.sort_by("response_id")
    digest = hashlib.sha256(b"".join(sorted(key.bytes for key in counted))).hexdigest()
    if steps := steps_fingerprint(session, survey):
        digest = hashlib.sha256(f"{digest} {steps}".encode()).hexdigest()
    return Extract(table, digest, folder)


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
