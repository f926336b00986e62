"""The verb of successors: bring in which communes became part of which, all of it or nothing."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import IO

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey_app.audit.models import Actor
from survey_app.audit.service import record
from survey_app.characters import is_clean
from survey_app.csv_reader import read_rows
from survey_app.errors import Conflict, LinesRefused, UserError
from survey_app.geography.models import Unit
from survey_app.geography.service import TWO_LEVELS_SINCE
from survey_app.geography.successor_models import BASES, Succession
from survey_app.plain_text import looks_like_formula

COLUMNS = ("old_code", "new_code", "share", "document")
OPTIONAL = ("basis", "effective_on", "old_name", "new_name")
#: Shares written with three decimals need not sum to 1 exactly.
SLACK = 0.002


@dataclass(frozen=True)
class ImportedSuccessors:
    """How many old communes became part of how many new ones; how many of the old list the file does not name."""

    old: int
    new: int
    split: int
    unnamed: int


@dataclass(frozen=True)
class _Line:
    """A line of the file."""

    number: int
    old: Unit
    new: Unit
    share: float
    basis: str
    effective_on: date
    document: str


def import_successors(
    session: Session, file: IO[bytes], *, actor: Actor, old_system: str = "tctk-2020", new_system: str = "tctk-2025"
) -> ImportedSuccessors:
    """Bring in the successors of communes from a CSV file with columns old_code, new_code, share and document.

    Columns more: basis (whole, population, area, assumed) and effective_on (default 2025-07-01); names are for readers.

    Raises
    ------
    LinesRefused
        Unknown communes, shares that do not sum to 1, doubled pairs: every line with its reason; nothing is stored.
    Conflict
        An old commune has successors already.
    """
    units = {
        (system, unit.code): unit
        for system in (old_system, new_system)
        for unit in session.scalars(select(Unit).where(Unit.code_system == system, Unit.level == "commune"))
    }
    problems: list[tuple[int, str]] = []
    lines: list[_Line] = []
    for number, row in read_rows(file, required=COLUMNS, known=COLUMNS + OPTIONAL):
        try:
            lines.append(_read(number, row, units, old_system, new_system))
        except UserError as error:
            problems.append((number, error.message))
    problems += _contradictions(lines)
    if problems:
        raise LinesRefused(
            ngettext(
                "Không nhập gì cả: có %(num)s dòng sai. Xin sửa rồi nhập lại cả tệp.",
                "Không nhập gì cả: có %(num)s dòng sai. Xin sửa rồi nhập lại cả tệp.",
                len(problems),
            ),
            sorted(problems),
        )
    if not lines:
        raise UserError(_("Tệp không có dòng nào sau dòng tên cột."))
    old_ids = {line.old.id for line in lines}
    known = session.scalar(select(func.count()).select_from(Succession).where(Succession.old_id.in_(old_ids)))
    if known:
        raise Conflict(_("Bảng nối của các xã này đã có. Không nhập gì cả."))
    _store(session, lines)
    names = [code for system, code in units if system == old_system]
    result = ImportedSuccessors(
        old=len(old_ids),
        new=len({line.new.id for line in lines}),
        split=len({line.old.id for line in lines if line.share < 1}),
        unnamed=len(names) - len(old_ids),
    )
    record(
        session,
        actor,
        "geography.successors",
        f"geography:{old_system}",
        to=new_system,
        old=result.old,
        new=result.new,
        split=result.split,
    )
    return result


def _read(
    number: int, row: dict[str, str], units: dict[tuple[str, str], Unit], old_system: str, new_system: str
) -> _Line:
    """A line of the file.

    Raises
    ------
    UserError
        What is wrong with it.
    """
    if row.get(""):
        raise UserError(row[""])
    found = {}
    for name, system in (("old_code", old_system), ("new_code", new_system)):
        unit = units.get((system, row[name]))
        if unit is None:
            raise UserError(
                _("Không có xã mang mã %(code)s trong bộ mã %(system)s.", code=row[name][:20] or "–", system=system)
            )
        found[name] = unit
    share = _share(row["share"])
    basis = row.get("basis", "").lower() or ("whole" if share == 1 else "assumed")
    if basis not in BASES or (basis == "whole") != (share == 1):
        raise UserError(_("Ô basis: ghi whole khi tỷ lệ là 1; nếu bị chia, ghi population, area hoặc assumed."))
    document = " ".join(row["document"].split())
    if not document or len(document) > 300 or not is_clean(document) or looks_like_formula(document):
        raise UserError(_("Ô document phải ghi văn bản nguồn, nhiều nhất 300 ký tự."))
    return _Line(
        number, found["old_code"], found["new_code"], share, basis, _day(row.get("effective_on", "")), document
    )


def _share(text: str) -> float:
    plain = text.replace(",", ".")
    value = float(plain) if re.fullmatch(r"\d(\.\d{1,12})?", plain, re.ASCII) else math.nan
    if not 0 < value <= 1:
        raise UserError(_("Ô share phải là tỷ lệ lớn hơn 0 và không quá 1, ví dụ 0,4."))
    return value


def _day(text: str) -> date:
    if not text:
        return TWO_LEVELS_SINCE
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UserError(_("Ô effective_on phải là ngày dạng 2025-07-01.")) from None


def _contradictions(lines: Iterable[_Line]) -> list[tuple[int, str]]:
    """Pairs named twice, and old communes whose shares do not sum to 1, by the line where it shows."""
    pairs: set[tuple[int, int]] = set()
    sums: dict[str, float] = {}
    last: dict[str, int] = {}
    problems = []
    for line in lines:
        pair = (line.old.id, line.new.id)
        if pair in pairs:
            problems.append((line.number, _("Cặp mã cũ, mã mới này đã có ở dòng trên.")))
        pairs.add(pair)
        sums[line.old.code] = sums.get(line.old.code, 0.0) + line.share
        last[line.old.code] = line.number
    for code, total in sums.items():
        if abs(total - 1) > SLACK:
            problems.append(
                (
                    last[code],
                    _("Các tỷ lệ của xã cũ %(code)s cộng lại được %(sum)s, không phải 1.", code=code, sum=f"{total:g}"),
                )
            )
    return problems


def _store(session: Session, lines: list[_Line]) -> None:
    sums: dict[int, float] = {}
    for line in lines:
        sums[line.old.id] = sums.get(line.old.id, 0.0) + line.share
    session.add_all(
        Succession(
            old=line.old,
            new=line.new,
            share=line.share if line.share == 1 else line.share / sums[line.old.id],
            basis=line.basis,
            effective_on=line.effective_on,
            document=line.document,
        )
        for line in lines
    )
    session.flush()


def successions_between(session: Session, old_system: str, new_system: str) -> list[Succession]:
    """Every succession of a commune of one code system by one of another."""
    old, new = (
        select(Unit.id).where(Unit.code_system == old_system),
        select(Unit.id).where(Unit.code_system == new_system),
    )
    query = select(Succession).where(Succession.old_id.in_(old), Succession.new_id.in_(new)).order_by(Succession.id)
    return list(session.scalars(query))
