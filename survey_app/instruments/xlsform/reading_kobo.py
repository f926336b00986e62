"""What only Kobo writes, in the words of XLSForm: tables of ratings, orders of preference, names it gives of itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from .layout import CHOOSE
from .losses import Remarks
from .sheets import Row, Sheet

_AUTONAME, _SCORES, _RANKED = "$autoname", "kobo_score_choices", "kobo_rank_items"


def in_plain_words(sheet: Sheet, remarks: Remarks) -> Sheet:
    """The sheet with ``begin_score`` as a group of ``select_one`` and ``begin_rank`` as ``rank``."""
    if _AUTONAME in sheet.headings:
        sheet.headings.setdefault("name", "name")
    rows = list(_rows([_named(row) for row in sheet.rows], remarks, sheet.name))
    read = (_SCORES, _RANKED, _AUTONAME)
    return replace(sheet, headings={name: told for name, told in sheet.headings.items() if name not in read}, rows=rows)


def _named(row: Row) -> Row:
    given = row.get(_AUTONAME)
    return Row(row.number, {**row.cells, "name": given}) if given and not row.get("name") else row


def _rows(rows: list[Row], remarks: Remarks, sheet: str) -> Iterator[Row]:
    score = rank = None
    levels = 0
    for row in rows:
        kind = row.get("type").casefold().replace(" ", "_")
        if kind == "begin_score":
            score = row
            yield _as(row, "begin_group", without=("required",))
        elif kind == "score__row" and score is not None:
            required = {"required": score.get("required")} if score.get("required") else {}
            yield _as(Row(row.number, {**required, **row.cells}), f"select_one {score.get(_SCORES)}")
        elif kind == "end_score" and score is not None:
            score = None
            yield _as(row, "end_group")
        elif kind == "begin_rank":
            rank, levels = row, 0
        elif kind == "rank__level" and rank is not None:
            levels += 1
            told = next((text for name, text in row.cells.items() if name.startswith("label")), kind)
            remarks.add("X69", sheet, row.number, name=told, value=rank.get("name"))
        elif kind == "end_rank" and rank is not None:
            yield _ranking(rank, levels)
            rank = None
        else:
            yield row
    if rank is not None:
        yield _ranking(rank, levels)


def _as(row: Row, kind: str, *, without: tuple[str, ...] = ()) -> Row:
    return Row(row.number, {name: text for name, text in row.cells.items() if name not in without} | {"type": kind})


def _ranking(row: Row, levels: int) -> Row:
    chosen = {CHOOSE: str(levels)} if levels else {}
    return Row(row.number, {**row.cells, "type": f"rank {row.get(_RANKED)}", **chosen})
