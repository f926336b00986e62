"""From an item to its form field: one entry in ``FIELD_FOR_TYPE`` for each type of answer.

Fields only read what was posted, and never lose it; what is right or wrong is said by ``check_answers``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from wtforms import Field, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # missing from the stubs of 3.2
from wtforms.widgets import CheckboxInput, DateInput, ListWidget, TextInput

from .items import DateItem, MultipleItem, NumberItem, ScaleItem, SingleItem, TextItem
from .scales import Option, Point
from .schema import Instrument
from .typed_values import TypedValueError, parse_date, parse_number, written_number


class _ReadField(Field):
    """An input whose text is read into a value; what cannot be read stays as typed, with the reason."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the posted text; ``data`` is the text itself when it cannot be read."""
        text = str(valuelist[0]) if valuelist else ""
        self.data = text or None
        if text.strip():
            try:
                self.data = self.read(text)
            except TypedValueError as error:
                raise ValueError(str(error)) from None

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else self.written(self.data)

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


def _choices(options: Iterable[Option | Point], language: str) -> dict[str, Any]:
    """Choices and a coercion that knows their values and leaves everything else as it was posted."""
    options = list(options)
    by_text = {str(option.value): option.value for option in options}
    return {
        "choices": [SelectChoice(value=option.value, label=option.label.get(language)) for option in options],
        "coerce": lambda value: by_text.get(str(value), value),
        "validate_choice": False,
    }


def _words(item: ScaleItem | SingleItem | MultipleItem | NumberItem | TextItem | DateItem, language: str) -> Any:
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


def number_field(item: NumberItem, language: str, instrument: Instrument) -> Any:
    """A text input with a number keyboard."""
    keyboard = "numeric" if float(item.step).is_integer() and (item.min or 0) >= 0 else "decimal"
    attributes = {"inputmode": keyboard, "autocomplete": "off", "maxlength": 30}
    return NumberField(**_words(item, language), language=language, render_kw=attributes)


def text_field(item: TextItem, language: str, instrument: Instrument) -> Any:
    """A line or an area for words."""
    attributes: dict[str, Any] = {"maxlength": item.max_length, "autocomplete": "off"}
    if item.rows == 1:
        return StringField(**_words(item, language), render_kw=attributes)
    return TextAreaField(**_words(item, language), render_kw=attributes | {"rows": item.rows})


def date_field(item: DateItem, language: str, instrument: Instrument) -> Any:
    """The browser's own date input."""
    limits = {"min": item.min, "max": item.max}
    attributes = {name: limit.isoformat() for name, limit in limits.items() if limit is not None}
    return DayField(**_words(item, language), render_kw=attributes)


FIELD_FOR_TYPE: dict[str, Callable[[Any, str, Instrument], Any]] = {
    "scale": scale_field,
    "single": single_field,
    "multiple": multiple_field,
    "number": number_field,
    "text": text_field,
    "date": date_field,
}
