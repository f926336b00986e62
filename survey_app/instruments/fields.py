"""From an item to its form field: one entry in ``FIELD_FOR_TYPE`` for each type of answer.

Fields only read what was posted, and never lose it; what is right or wrong is said by ``check_answers``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from flask_babel import gettext as _
from wtforms import Field, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # missing from the stubs of 3.2
from wtforms.widgets import CheckboxInput, DateInput, ListWidget, TextInput

from .items import (
    DateItem,
    InformationItem,
    Item,
    MultipleItem,
    NumberItem,
    RankingItem,
    ScaleItem,
    SingleItem,
    TextItem,
)
from .scales import MissingWord, Option, Point
from .schema import Instrument
from .typed_values import TypedValueError, parse_date, parse_number, written_number


class _ReadField(Field):
    """An input whose text is read into a value; what cannot be read stays as typed, with the reason.

    Beside it stand the words to choose instead, as checkboxes of the same name: ``words`` with ``ticked``.
    """

    def __init__(self, *args: Any, words: Sequence[MissingWord] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.words = words

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read what was posted; ``data`` is the text itself when it cannot be read."""
        posted = [str(value) for value in valuelist]
        chosen = [word.value for word in self.words if word.value in posted]
        text = self._typed(posted)
        self.data = text or None
        if chosen:
            self.data = chosen[0]
            if text.strip() or len(chosen) > 1:
                raise ValueError(_("Xin Ông/Bà chỉ ghi vào ô, hoặc chỉ chọn một ý bên dưới."))
        elif text.strip():
            try:
                self.data = self.read(text)
            except TypedValueError as error:
                raise ValueError(str(error)) from None

    def ticked(self, word: MissingWord) -> bool:
        """Whether the word was chosen."""
        return word.value in (self.raw_data or [self.data])

    def _typed(self, posted: Sequence[str]) -> str:
        known = {word.value for word in self.words}
        return next((text for text in posted if text not in known), "")

    def _value(self) -> str:
        if self.raw_data:
            return self._typed([str(value) for value in self.raw_data])
        chosen = any(self.ticked(word) for word in self.words)
        return "" if self.data is None or chosen else self.written(self.data)

    def read(self, text: str) -> object:
        """The value in the text; raises :class:`TypedValueError`."""
        raise NotImplementedError

    def written(self, value: Any) -> str:
        """A stored value as text of the input."""
        return str(value)


class NumberField(_ReadField):
    """A number typed with a Vietnamese or an English decimal mark."""

    widget = TextInput()

    def __init__(self, *args: Any, language: str = "vi", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.language = language

    def read(self, text: str) -> object:
        """The number in the text."""
        return parse_number(text)

    def written(self, value: Any) -> str:
        """The number with the decimal mark of the language."""
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return written_number(value, self.language) if number else str(value)


class DayField(_ReadField):
    """A day from the browser's date input, or typed as 20/11/2026 where there is none; data is ISO text."""

    widget = DateInput()

    def read(self, text: str) -> object:
        """The day in the text, in ISO form."""
        return parse_date(text).isoformat()


class RankingField(Field):
    """As many selects of one name as there are places; data is what was chosen in each, the most important first."""

    def __init__(self, *args: Any, options: Sequence[Option], places: int, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = range(1, places + 1)
        self.options = [(option.value, option.label.get(language)) for option in options]

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the places; empty ones at the end are left away."""
        known = {str(value): value for value, _label in self.options}
        chosen = [known.get(str(value), str(value)) for value in valuelist]
        while chosen and chosen[-1] == "":
            chosen.pop()
        self.data = chosen or None

    def place_name(self, place: int) -> str:
        """„Thứ nhất”, „Thứ nhì”, … up to the twelfth."""
        names = [
            _("Thứ nhất"), _("Thứ nhì"), _("Thứ ba"), _("Thứ tư"), _("Thứ năm"), _("Thứ sáu"),
            _("Thứ bảy"), _("Thứ tám"), _("Thứ chín"), _("Thứ mười"), _("Thứ mười một"), _("Thứ mười hai"),
        ]  # fmt: skip
        return str(names[place - 1])

    def chosen(self, place: int) -> Any:
        """What stands in a place, from 1; an empty text where nothing does."""
        return self.data[place - 1] if isinstance(self.data, list) and place <= len(self.data) else ""


class Paragraph(Field):
    """Words without an answer; whatever is posted for them is not read."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read nothing."""
        self.data = None


def _choices(options: Iterable[Option | Point], language: str) -> dict[str, Any]:
    """Choices and a coercion that knows their values and leaves everything else as it was posted."""
    options = list(options)
    by_text = {str(option.value): option.value for option in options}
    return {
        "choices": [SelectChoice(value=option.value, label=option.label.get(language)) for option in options],
        "coerce": lambda value: by_text.get(str(value), value),
        "validate_choice": False,
    }


def _words(item: Item, language: str) -> Any:
    return {"label": item.text.get(language), "description": item.hint.get(language) if item.hint else ""}


def scale_field(item: ScaleItem, language: str, instrument: Instrument) -> Any:
    """Radio buttons for the points and, last, the no-opinion answer."""
    return RadioField(**_words(item, language), **_choices(instrument.scale_of(item).answers, language))


def single_field(item: SingleItem, language: str, instrument: Instrument) -> Any:
    """Radio buttons for the options."""
    return RadioField(**_words(item, language), **_choices(item.options, language))


def multiple_field(item: MultipleItem, language: str, instrument: Instrument) -> Any:
    """Checkboxes for the options."""
    return SelectMultipleField(
        **_words(item, language),
        **_choices(item.options, language),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )


def ranking_field(item: RankingItem, language: str, instrument: Instrument) -> Any:
    """Selects: the first, the second, …"""
    return RankingField(**_words(item, language), options=item.options, places=item.places, language=language)


def information_field(item: InformationItem, language: str, instrument: Instrument) -> Any:
    """A paragraph."""
    return Paragraph(**_words(item, language))


def number_field(item: NumberItem, language: str, instrument: Instrument) -> Any:
    """A text input with a number keyboard, and the words to choose instead."""
    keyboard = "numeric" if float(item.step).is_integer() and (item.min or 0) >= 0 else "decimal"
    attributes = {"inputmode": keyboard, "autocomplete": "off", "maxlength": 30}
    return NumberField(**_words(item, language), language=language, words=item.missing or (), render_kw=attributes)


def text_field(item: TextItem, language: str, instrument: Instrument) -> Any:
    """A line or an area for words."""
    attributes: dict[str, Any] = {"maxlength": item.max_length, "autocomplete": "off"}
    if item.rows == 1:
        return StringField(**_words(item, language), render_kw=attributes)
    return TextAreaField(**_words(item, language), render_kw=attributes | {"rows": item.rows})


def date_field(item: DateItem, language: str, instrument: Instrument) -> Any:
    """The browser's own date input, and the words to choose instead."""
    limits = {"min": item.min, "max": item.max}
    attributes = {name: limit.isoformat() for name, limit in limits.items() if limit is not None}
    return DayField(**_words(item, language), words=item.missing or (), render_kw=attributes)


FIELD_FOR_TYPE: dict[str, Callable[[Any, str, Instrument], Any]] = {
    "scale": scale_field,
    "single": single_field,
    "multiple": multiple_field,
    "ranking": ranking_field,
    "number": number_field,
    "text": text_field,
    "date": date_field,
    "information": information_field,
}
