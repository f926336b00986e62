"""An instrument as the tables of an XLSForm: the sheet ``survey``, and the names its rows have.

What ODK needs and our format has of itself becomes rows of their own, marked in the column ``hailong_helper``: the
introduction, the question of consent, the words instead of a number, the line of an „other” option.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from survey_app.instruments.items import (
    OTHER_LENGTH,
    DateItem,
    InformationItem,
    Item,
    MultipleItem,
    NumberItem,
    RankingItem,
    ScaleItem,
    SingleItem,
    TextItem,
    other_option,
)
from survey_app.instruments.piping import GENERAL_NAMES, NAMES
from survey_app.instruments.schema import Instrument, Section
from survey_app.instruments.texts import Text

from .constraints import write_constraint
from .expressions import plain_number
from .layout import (
    CHOOSE,
    CONSENT_LIST,
    CONSENT_YES,
    CRITERION,
    DIRECTION,
    FACTOR,
    HELPER,
    ROWS,
    SHOW_IF,
    SOURCE,
    STEP,
    SURVEY,
    UNIT_EN,
    UNIT_VI,
    UNIT_WORDS,
    WORDING,
    free_name,
    named,
)
from .option_lists import OptionLists
from .relevance_writing import write_condition
from .workbook_writing import Table
from .writing_sheets import write_choices, write_own_sheets, write_settings

_MISSING_LABEL = {
    "vi": "Nếu không trả lời được câu trên, xin chọn:",
    "en": "If you cannot answer the question above, please choose:",
}


@dataclass(frozen=True)
class RowNames:
    """The names of the rows that only ODK needs: by the item, the section or the word in braces they belong to."""

    intro: str
    consent: str
    introductions: dict[str, str]
    missing: dict[str, str]
    other: dict[str, str]
    piped: dict[str, str]

    @classmethod
    def of(cls, instrument: Instrument) -> RowNames:
        """Names that no section and no item bears."""
        items = [item for section in instrument.sections for item in section.items]
        taken = {item.key for item in items} | {section.key for section in instrument.sections}

        def take(wanted: str) -> str:
            name = free_name(wanted, taken)
            taken.add(name)
            return name

        return cls(
            other={item.key: take(f"{item.key}_other") for item in items if other_option(item)},
            missing={
                item.key: take(f"{item.key}_missing")
                for item in items
                if isinstance(item, (NumberItem, DateItem)) and item.missing
            },
            intro=take("form_intro"),
            consent=take("consent"),
            introductions={part.key: take(f"{part.key}_intro") for part in instrument.sections if part.intro},
            piped={name: take(f"name_of_{name}") for name in NAMES},
        )


def write_tables(instrument: Instrument) -> dict[str, Table]:
    """Every sheet of the workbook, the three of XLSForm first."""
    lists = OptionLists.of(instrument)
    return {
        SURVEY: list(_Survey(instrument, lists).rows()),
        "choices": write_choices(instrument, lists),
        "settings": write_settings(instrument),
        **write_own_sheets(instrument, lists),
    }


class _Survey:
    """The rows of the sheet ``survey`` of one instrument."""

    def __init__(self, instrument: Instrument, lists: OptionLists) -> None:
        self.instrument = instrument
        self.lists = lists
        self.names = RowNames.of(instrument)

    def rows(self) -> Iterator[dict[str, str]]:
        for name in NAMES:
            if any(f"{{{name}}}" in text for text in self._texts()):
                yield {
                    "type": "calculate",
                    "name": self.names.piped[name],
                    "calculation": f"'{GENERAL_NAMES['vi'][name]}'",
                    HELPER: f"name:{name}",
                }
        if self.instrument.intro:
            yield {"type": "note", "name": self.names.intro, HELPER: "intro", **self._labels(self.instrument.intro)}
        if self.instrument.consent:
            yield {
                "type": f"select_one {CONSENT_LIST}",
                "name": self.names.consent,
                "required": "yes",
                HELPER: "consent",
                **self._labels(self.instrument.consent),
            }
        for section in self.instrument.sections:
            yield from self._section(section)

    def _texts(self) -> Iterator[str]:
        for section in self.instrument.sections:
            for text in (section.title, section.intro):
                yield from (text.vi, text.en) if text else ()
            for item in section.items:
                for text in (item.text, item.hint):
                    yield from (text.vi, text.en) if text else ()

    def _section(self, section: Section) -> Iterator[dict[str, str]]:
        consent = f"{named(self.names.consent)} = '{CONSENT_YES}'" if self.instrument.consent else ""
        yield {
            "type": "begin_group",
            "name": section.key,
            "relevant": consent,
            "appearance": "field-list",
            FACTOR: "yes" if section.factor else "",
            **self._labels(section.title),
        }
        if section.intro:
            yield {
                "type": "note",
                "name": self.names.introductions[section.key],
                HELPER: "section_intro",
                **self._labels(section.intro),
            }
        for item in section.items:
            yield from self._item(item)
        yield {"type": "end_group", "name": section.key}

    def _item(self, item: Item) -> Iterator[dict[str, str]]:
        relevant = write_condition(item.show_if, self.instrument, self.names.missing) if item.show_if else ""
        row = {
            "type": self._type(item),
            "name": item.key,
            "relevant": relevant,
            "required": "yes" if item.required else "",
            "constraint": write_constraint(item),
            SHOW_IF: self._exact(item, relevant),
            **self._labels(item.text),
            **self._own_columns(item),
        }
        if item.hint:
            row |= self._labels(item.hint, "hint")
        if isinstance(item, NumberItem) and item.unit:
            for code, words in UNIT_WORDS.items():
                row[f"hint::{code}"] = f"{row.get(f'hint::{code}', '')} {words % item.unit.get(code)}".strip()
        if isinstance(item, TextItem) and item.rows > 1:
            row["appearance"] = "multiline"
        if isinstance(item, ScaleItem) and self.instrument.scale_of(item).display == "grid":
            row["appearance"] = "likert"
        yield from self._with_missing_row(item, row, relevant)
        yield from self._other_row(item, relevant)

    def _with_missing_row(self, item: Item, row: dict[str, str], relevant: str) -> Iterator[dict[str, str]]:
        if item.key not in self.names.missing:
            yield row
            return
        name = self.names.missing[item.key]
        if item.required:
            row["required"] = f"{named(name)} = ''"
        yield row
        yield {
            "type": f"select_one {self.lists.name_of(item)}",
            "name": name,
            "relevant": relevant,
            "constraint": f". = '' or {named(item.key)} = ''",
            HELPER: f"missing:{item.key}",
            **{f"label::{code}": words for code, words in _MISSING_LABEL.items()},
        }

    def _other_row(self, item: Item, relevant: str) -> Iterator[dict[str, str]]:
        option = other_option(item)
        if option is not None:
            yield {
                "type": "text",
                "name": self.names.other[item.key],
                "relevant": f"selected({named(item.key)}, '{option.value}')",
                "constraint": f"string-length(.) <= {OTHER_LENGTH}",
                HELPER: f"other:{item.key}",
                **self._labels(option.label),
            }

    def _type(self, item: Item) -> str:
        if isinstance(item, (ScaleItem, SingleItem)):
            return f"select_one {self.lists.name_of(item)}"
        if isinstance(item, MultipleItem):
            return f"select_multiple {self.lists.name_of(item)}"
        if isinstance(item, RankingItem):
            return f"rank {self.lists.name_of(item)}"
        if isinstance(item, NumberItem):
            return "integer" if item.step % 1 == 0 and (item.min or 0) % 1 == 0 else "decimal"
        return "note" if isinstance(item, InformationItem) else item.type

    def _labels(self, text: Text, column: str = "label") -> dict[str, str]:
        labels = {f"{column}::vi": text.vi, f"{column}::en": text.en}
        for name, row in self.names.piped.items():
            labels = {heading: words.replace(f"{{{name}}}", named(row)) for heading, words in labels.items()}
        return labels

    def _exact(self, item: Item, relevant: str) -> str:
        """The condition as we write it, beside the expression it stands for: kept as long as that is not changed."""
        if item.show_if is None:
            return ""
        condition = item.show_if.model_dump(mode="json", by_alias=True, exclude_none=True)
        return json.dumps({"relevant": relevant, "show_if": condition}, ensure_ascii=False)

    def _own_columns(self, item: Item) -> dict[str, str]:
        if isinstance(item, InformationItem):
            return {}
        own = {
            CRITERION: item.criterion or "",
            WORDING: "" if item.wording == "own" else item.wording,
            SOURCE: item.source or "",
        }
        if isinstance(item, ScaleItem):
            own[DIRECTION] = item.direction or ""
        if isinstance(item, RankingItem):
            own[CHOOSE] = str(item.choose or "")
        if isinstance(item, TextItem):
            own[ROWS] = str(item.rows)
        if isinstance(item, NumberItem):
            own[STEP] = "" if item.step == 1 else plain_number(item.step)
            own |= {UNIT_VI: item.unit.vi, UNIT_EN: item.unit.en} if item.unit else {}
        return own
