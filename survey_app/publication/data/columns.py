"""The columns of the anonymised responses: what each is called, asks and may hold."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _

from survey_app.i18n import LANGUAGES
from survey_app.instruments.piping import GENERAL_NAMES, fill_in
from survey_app.instruments.schema import Instrument, Item
from survey_app.results.cube import NOT_ASKED
from survey_app.results.measures import CHANNEL_TITLES
from survey_app.results.pools import index_items

HIDDEN = -9
"""The code of a cell hidden to protect the respondent."""
FIRST_OUTSIDE = -3
"""Code of the first option outside the base in the columns of a question with several answers; others below."""
DESIGN = ("row", "stratum", "stratum_size", "psu", "list_size", "district", "commune", "weight", "channel")
CHOSEN = {"vi": "Có chọn", "en": "Chosen"}, {"vi": "Không chọn", "en": "Not chosen"}


@dataclass(frozen=True)
class Category:
    """One value of a column, with its words; ``missing`` says why it is outside every rate, or None."""

    code: int | str
    label: dict[str, str]
    missing: str | None = None


@dataclass(frozen=True)
class Column:
    """A column of the file.

    Attributes
    ----------
    name : str
        In lower case, letters, digits and underscores, at most 32: valid in SPSS, Stata and R.
    label : dict
        The question in both languages.
    kind : {"design", "scale", "single", "option", "ranking", "number"}
    categories : tuple of Category
        Empty for numbers and codes without words.
    item : str
        The question it is from; empty for a column of the design.
    option : str
        Of an answer to a question with several answers, which one.
    """

    name: str
    label: dict[str, str]
    kind: str
    categories: tuple[Category, ...] = ()
    item: str = ""
    option: str = ""
    criterion: str = ""

    @property
    def numeric(self) -> bool:
        """Whether every code is a whole number."""
        return bool(self.categories) and all(isinstance(one.code, int) for one in self.categories)

    @property
    def missing(self) -> tuple[Category, ...]:
        """The values outside every rate."""
        return tuple(one for one in self.categories if one.missing is not None)

    def with_hidden(self) -> Column:
        """The column once cells of it are hidden."""
        return replace(self, categories=(*self.categories, Category(HIDDEN, in_languages(_hidden_words), "hidden")))


def _hidden_words() -> str:
    return _("Đã ẩn để bảo vệ người trả lời")


def in_languages(words: Any) -> dict[str, str]:
    """What a function of words says in each language."""
    found = {}
    for language in LANGUAGES:
        with force_locale(language):
            found[language] = str(words())
    return found


def answer_columns(instrument: Instrument) -> list[Column]:
    """The columns of the questionnaire: scales, choices, rankings, and numbers that an index is made of."""
    in_indices = {key for index in instrument.indices for key in index_items(instrument, index)}
    found: list[Column] = []
    for item in instrument.items():
        if item.type in ("scale", "single"):
            found.append(_column(instrument, item, item.key, item.type))
        elif item.type == "multiple":
            found += _option_columns(instrument, item)
        elif item.type == "ranking":
            found += [
                _column(instrument, item, f"{item.key}_{place}", "ranking", option=str(place))
                for place in range(1, item.places + 1)
            ]
        elif item.type == "number" and item.key in in_indices:
            found.append(_column(instrument, item, item.key, "number"))
    return _unlike(found)


def _column(instrument: Instrument, item: Any, name: str, kind: str, *, option: str = "") -> Column:
    label = texts(item.text)
    if kind == "ranking":
        place = in_languages(lambda: _("chọn thứ %(place)s", place=option))
        label = {language: f"{words} ({place[language]})" for language, words in label.items()}
    criterion = item.criterion or ""
    return Column(name, label, kind, _categories(instrument, item), item.key, option, criterion)


def _categories(instrument: Instrument, item: Any) -> tuple[Category, ...]:
    found: list[Category] = []
    if item.type == "scale":
        scale = instrument.scale_of(item)
        found += [Category(point.value, texts(point.label)) for point in scale.points]
        if scale.no_opinion is not None:
            found.append(Category(scale.no_opinion.value, texts(scale.no_opinion.label), "no_opinion"))
        found += [Category(point.value, texts(point.label), point.kind) for point in scale.missing or ()]
    elif item.type in ("single", "ranking"):
        found += [
            Category(one.value, texts(one.label), getattr(one, "missing", None))
            for one in sorted(item.options, key=lambda one: getattr(one, "missing", None) is not None)
        ]
    return (*found, *_not_asked(item))


def _not_asked(item: Item) -> list[Category]:
    words = in_languages(lambda: _("Không hỏi vì không thuộc diện"))
    return [] if item.show_if is None else [Category(NOT_ASKED, words, "not_asked")]


def _option_columns(instrument: Instrument, item: Any) -> list[Column]:
    """One column an option that is in the base; options outside it are values of every one of them."""
    outside = [option for option in item.options if option.missing is not None]
    yes, no = CHOSEN
    answers = (
        Category(1, yes),
        Category(0, no),
        *(Category(FIRST_OUTSIDE - n, texts(one.label), one.missing) for n, one in enumerate(outside)),
        *_not_asked(item),
    )
    question = texts(item.text)
    return [
        Column(
            f"{item.key}_{_word(str(option.value))}",
            {language: f"{words} – {texts(option.label)[language]}" for language, words in question.items()},
            "option",
            answers,
            item.key,
            str(option.value),
            item.criterion or "",
        )
        for option in item.options
        if option.missing is None
    ]


def _word(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_") or "khac"


def _unlike(columns: Iterable[Column]) -> list[Column]:
    """Names that differ from one another and from those of the design, at most 32 characters."""
    taken, found = set(DESIGN), []
    for column in columns:
        name = stem = column.name[:32]
        number = 2
        while name in taken:
            name = f"{stem[:28]}_{number}"
            number += 1
        taken.add(name)
        found.append(replace(column, name=name))
    return found


def texts(text: Any) -> dict[str, str]:
    """Words in both languages, without the names of a place."""
    return {language: fill_in(getattr(text, language), GENERAL_NAMES[language]) for language in LANGUAGES}


def design_columns(districts: dict[str, str] | None, communes: dict[str, str] | None) -> list[Column]:
    """The columns of the design; places only where they may be named."""

    def named(names: dict[str, str]) -> tuple[Category, ...]:
        return tuple(Category(code, {"vi": name, "en": name}) for code, name in names.items())

    channels = tuple(Category(code, words) for code, words in CHANNEL_TITLES.items())
    labels = {
        "row": in_languages(lambda: _("Số dòng, theo thứ tự ngẫu nhiên")),
        "stratum": in_languages(lambda: _("Tầng của mẫu, đã đổi mã")),
        "stratum_size": in_languages(lambda: _("Số đơn vị cấp một trong tầng, Inf: coi như rút có hoàn lại")),
        "psu": in_languages(lambda: _("Đơn vị cấp một (xã hoặc cụm đã bốc), đã đổi mã")),
        "list_size": in_languages(lambda: _("Số người trong danh sách của đơn vị, Inf: không có danh sách")),
        "district": in_languages(lambda: _("Huyện, thành phố")),
        "commune": in_languages(lambda: _("Xã, phường hoặc cơ quan")),
        "weight": in_languages(lambda: _("Trọng số")),
        "channel": in_languages(lambda: _("Kênh trả lời")),
    }
    values = {"channel": channels, "district": named(districts or {}), "commune": named(communes or {})}
    left_out = {name for name, names in (("district", districts), ("commune", communes)) if names is None}
    return [Column(name, labels[name], "design", values.get(name, ())) for name in DESIGN if name not in left_out]
