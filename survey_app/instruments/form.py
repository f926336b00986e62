"""One section of a questionnaire as a form, built anew from the instrument for each request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms.utils import unset_value

from .answers import CheckedAnswers, check_answers, is_blank
from .conditions import visible_items
from .fields import FIELD_FOR_TYPE
from .items import OTHER_SUFFIX, InformationItem, Item, OtherText, ScaleItem, other_option
from .piping import GENERAL_NAMES, fill_in
from .schema import Instrument, Section

#: Name of the hidden inputs, one for each item the page displayed.
SHOWN = "shown"


class SectionForm(FlaskForm):
    """A section's fields, named by item key; each has ``item``, ``number``, ``visible`` and ``other``.

    ``other`` is the field of the line beside an „other” option, which is not among ``blocks``.

    Only items that the page says it displayed (hidden inputs named ``shown``), or that it answers, are read from the
    post; the others keep their stored answers, so that a page without scripts, an old tab or a replay cannot wipe them.

    Attributes
    ----------
    shown : list of str
        Keys of the items the posted page displayed; empty for a first view.
    checked : CheckedAnswers
        The whole response after this section: stored answers and posted ones, walked along the path.
    answer_errors : dict
        After ``validate``: item key → messages.
    blocks : list of list of field
        The questions as the page shows them: one by one, or several on one scale as a table.
    csrf_failed : bool
        After ``validate``: the page was too old or not ours; the answers may still be right.
    """

    instrument: Instrument
    section: Section
    _language: str
    _names: Mapping[str, str]

    def __init__(self, *, formdata: MultiDict[str, str] | None, answers: Mapping[str, object]) -> None:
        keys = {item.key for item in self._items()}
        posted = [] if formdata is None else formdata.getlist(SHOWN)
        if formdata is not None:  # what was answered was displayed, whatever a simple client says of it
            posted = [*posted, *(key for key in formdata if not all(map(is_blank, formdata.getlist(key))))]
            posted = [part for key in posted for part in (key, key + OTHER_SUFFIX)]
        self.shown = [key for key in dict.fromkeys(posted) if key in keys]
        kept = {key: value for key, value in answers.items() if key not in self.shown}
        super().__init__(formdata=formdata, data={key: kept[key] for key in keys & kept.keys()})
        if formdata is not None:
            for key in keys.difference(self.shown):
                self[key].raw_data = None
                self[key].process(None, kept.get(key, unset_value))
        given = {key: value for key, value in self.collected().items() if value is not None}
        self._tick_other(given)
        self.checked: CheckedAnswers = check_answers(self.instrument, {**kept, **given})
        self.answer_errors: dict[str, list[str]] = {}
        self.csrf_failed = False
        self._describe_fields()

    def collected(self) -> dict[str, object]:
        """The posted value of each shown item, read but not checked; ``None`` where nothing was answered."""
        values = {key: self[key].data for key in self.shown}
        return {key: None if is_blank(value) else value for key, value in values.items()}

    def earlier_answers(self) -> dict[str, object]:
        """The answers of earlier sections that decide what this page asks; its script needs them."""
        given = self.checked.answers
        return {key: given[key] for key in sorted(self.instrument.looked_at(self.section.key)) if key in given}

    def newly_visible(self, answers_after: Mapping[str, object] | None = None) -> list[str]:
        """Questions of this section that the answers put on the path and the page did not display, in order.

        ``answers_after`` defaults to ``checked.answers``.
        """
        visible = self._visible_keys(self.checked.answers if answers_after is None else answers_after)
        questions = (item.key for item in self._items() if not isinstance(item, InformationItem))
        return [key for key in questions if key in visible and key not in self.shown]

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether the page may be left: ours, every shown answer right, every required one given."""
        super().validate(extra_validators)
        token = self.meta.csrf_field_name
        self.csrf_failed = token in self and bool(self[token].errors)
        if self.csrf_failed:
            self[token].errors = [
                _("Trang này đã mở quá lâu nên chưa nhận được câu trả lời. Xin Ông/Bà bấm lại nút để gửi.")
            ]
        messages = {problem.item: problem.message for problem in self.checked.problems}
        for key in self.shown:
            field = self[key]
            field.errors = [self._message(field, messages.get(key))] if self._is_wrong(field, messages) else []
            if field.errors:
                self.answer_errors[key] = list(field.errors)
        return not self.csrf_failed and not self.answer_errors

    def _items(self) -> tuple[Item, ...]:
        return self.instrument.items_in(self.section.key)

    def _tick_other(self, given: dict[str, object]) -> None:
        """Choose „other” for whoever wrote beside it and chose nothing else, so that no word is lost."""
        for item in self.section.items:
            option = other_option(item)
            if option is None or item.key + OTHER_SUFFIX not in given:
                continue
            chosen = given.get(item.key)
            if item.type == "single":
                given.setdefault(item.key, option.value)
            elif chosen is None or (isinstance(chosen, list) and option.value not in chosen):
                given[item.key] = [*(chosen or ()), option.value]

    def _describe_fields(self) -> None:
        visible = self._visible_keys(self.checked.answers)
        numbers = self.instrument.numbers()
        self.blocks: list[list[Any]] = []
        for item in self._items():
            field: Any = self[item.key]
            field.item = item
            field.number = numbers.get(item.key)
            field.visible = item.key in visible
            field.other = None
            field.label.text = fill_in(field.label.text, self._names)
            field.description = fill_in(field.description, self._names)
            if isinstance(item, OtherText):
                self[item.parent].other = field
            elif self.blocks and self._in_one_table(self.blocks[-1][-1].item, item):
                self.blocks[-1].append(field)
            else:
                self.blocks.append([field])

    def _in_one_table(self, before: Item, item: Item) -> bool:
        """Whether both are rows of one table; a conditional question never is, as a table has no hidden rows."""
        if not isinstance(before, ScaleItem) or not isinstance(item, ScaleItem) or before.scale != item.scale:
            return False
        asked_always = before.show_if is None and item.show_if is None
        return asked_always and self.instrument.scale_of(item).display == "grid"

    def _visible_keys(self, answers: Mapping[str, object]) -> set[str]:
        return {item.key for item in visible_items(self.instrument, answers)}

    def _is_wrong(self, field: Any, messages: dict[str, str]) -> bool:
        if not field.visible:
            return False
        missing = field.item.required and field.item.key not in self.checked.answers
        return bool(field.process_errors) or field.item.key in messages or missing

    def _message(self, field: Any, checked: str | None) -> str:
        if field.process_errors:
            message = field.process_errors[0]
            return str(_("Câu %(number)s: %(message)s", number=field.number, message=message))
        return checked or self._unanswered(field.item, field.number)

    def _unanswered(self, item: Item, number: str) -> str:
        scale = self.instrument.scale_of(item) if item.type == "scale" else None
        if scale is not None and scale.no_opinion is not None:
            return str(
                _(
                    "Ông/Bà chưa trả lời câu %(number)s. Xin chọn một mức, hoặc chọn %(no_opinion)s.",
                    number=number,
                    no_opinion=scale.no_opinion.label.get(self._language),
                )
            )
        advice = {
            "scale": _("Xin chọn một mức."),
            "single": _("Xin chọn một ý."),
            "multiple": _("Xin chọn ít nhất một ý."),
            "ranking": _("Xin chọn ý quan trọng nhất."),
            "number": _("Xin ghi một con số."),
            "text": _("Xin ghi câu trả lời."),
            "date": _("Xin chọn một ngày."),
        }[item.type]
        return str(_("Ông/Bà chưa trả lời câu %(number)s. %(advice)s", number=number, advice=advice))


def section_form(
    instrument: Instrument,
    section_key: str,
    *,
    language: str,
    answers: Mapping[str, object],
    formdata: MultiDict[str, str] | None = None,
    names: Mapping[str, str] | None = None,
) -> SectionForm:
    """The form of one section, filled with the stored answers and, after a post, with what was posted.

    ``names`` go where the texts say ``{agency}``, ``{commune}`` and ``{province}``.

    Raises
    ------
    KeyError
        When the instrument has no such section.
    """
    section = instrument.section(section_key)
    attributes: dict[str, Any] = {
        "instrument": instrument,
        "section": section,
        "_language": language,
        "_names": GENERAL_NAMES["en" if language == "en" else "vi"] if names is None else names,
    }
    for item in instrument.items_in(section_key):
        attributes[item.key] = FIELD_FOR_TYPE[item.type](item, language, instrument)
    form_class: Any = type("BoundSectionForm", (SectionForm,), attributes)
    form: SectionForm = form_class(formdata=formdata, answers=answers)
    return form
