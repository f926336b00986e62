"""A questionnaire as a sheet of paper: questions on one scale stand in one table, the others one by one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .form import section_form
from .items import OtherText, ScaleItem
from .piping import fill_in
from .schema import Instrument, Section

#: A table of more answers would leave no room for the questions.
WIDEST_SCALE = 7


@dataclass(frozen=True)
class PaperBlock:
    """Rows of one table, or one question; a row has ``item``, ``number``, ``label`` and ``description``."""

    rows: tuple[Any, ...]
    is_table: bool


@dataclass(frozen=True)
class PaperSection:
    """A section with its words, the names of the places filled in."""

    key: str
    title: str
    intro: str
    blocks: tuple[PaperBlock, ...]


def paper_sections(instrument: Instrument, *, language: str, names: Mapping[str, str]) -> list[PaperSection]:
    """The sections of the sheet, every conditional question among them."""
    return [_section(instrument, section, language, names) for section in instrument.sections]


def _section(instrument: Instrument, section: Section, language: str, names: Mapping[str, str]) -> PaperSection:
    form = section_form(instrument, section.key, language=language, answers={}, names=names)
    fields = [field for block in form.blocks for field in block if not isinstance(field.item, OtherText)]
    tables: list[list[Any]] = []
    for field in fields:
        if tables and _share_a_table(tables[-1][-1].item, field.item):
            tables[-1].append(field)
        else:
            tables.append([field])
    blocks = (PaperBlock(tuple(rows), _fits_a_table(rows[0].item, instrument)) for rows in tables)
    intro = fill_in(section.intro.get(language), names) if section.intro else ""
    return PaperSection(section.key, fill_in(section.title.get(language), names), intro, tuple(blocks))


def _share_a_table(before: object, item: object) -> bool:
    return (
        isinstance(before, ScaleItem)
        and isinstance(item, ScaleItem)
        and before.scale == item.scale
        and before.show_if == item.show_if
    )


def _fits_a_table(item: object, instrument: Instrument) -> bool:
    return isinstance(item, ScaleItem) and len(instrument.scale_of(item).answers) <= WIDEST_SCALE
