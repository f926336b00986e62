"""The form of a quota."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from survey_app.collection.quotas.words import RULE_WORDS, answer_words
from survey_app.collection.words import CHANNEL_WORDS
from survey_app.errors import UserError
from survey_app.geography.models import Unit
from survey_app.i18n import language
from survey_app.instruments.queries import instrument_of
from survey_app.instruments.schema import Instrument
from survey_app.sampling.queries import drawn_units
from survey_app.surveys.models import Survey


class GoalForm(FlaskForm):
    """The goal and the rule."""

    goal = StringField(_l("Hạn mức (số phiếu)"))
    rule = SelectField(
        _l("Khi đã đủ"),
        validate_choice=False,
        choices=[SelectChoice(value=value, label=label) for value, label in RULE_WORDS.items()],
    )

    def read_goal(self) -> int:
        """The goal as a number.

        Raises
        ------
        UserError
            It is none.
        """
        text = (self.goal.data or "").strip().replace(".", "")
        if not (text.isascii() and text.isdigit() and len(text) < 9):
            raise UserError(_("Hạn mức phải là một số nguyên từ 1 trở lên, ví dụ 200."))
        return int(text)


class QuotaForm(GoalForm):
    """A part of the responses and its goal."""

    place = SelectField(_l("Nơi"), validate_choice=False)
    channel = SelectField(_l("Kênh"), validate_choice=False)
    answer = SelectField(_l("Câu trả lời"), validate_choice=False)

    def offer(self, session: Session, survey: Survey) -> None:
        """Fill the lists with what the survey has."""
        everywhere, every = _("mọi nơi"), _("mọi kênh")
        self.place.choices = _choices({"": everywhere} | _places(session, survey))
        self.channel.choices = _choices({"": every} | {name: str(words) for name, words in CHANNEL_WORDS.items()})
        groups = {"": _choices({"": _("mọi câu trả lời")})}
        self.answer.choices = groups | _answers(instrument_of(session, survey.questionnaire_id))

    def read_answer(self) -> tuple[str, str]:
        """The item and the answer chosen."""
        item, _equals, value = (self.answer.data or "").partition("=")
        return item, value


def _places(session: Session, survey: Survey) -> dict[str, str]:
    places: dict[str, str] = {}
    for entry in drawn_units(session, survey):
        line: list[Unit] = []
        unit: Unit | None = entry.unit
        while unit is not None and unit.id != survey.territory_id:
            line.insert(0, unit)
            unit = unit.parent
        for depth, unit in enumerate(line):
            places.setdefault(unit.code, "\u00a0\u00a0" * depth + unit.name)
    return places


def _answers(instrument: Instrument) -> dict[str, list[SelectChoice]]:
    groups: dict[str, list[SelectChoice]] = {}
    for item in instrument.questions():
        answers = answer_words(instrument, item.key)
        if answers:
            title = f"{instrument.number_of(item.key)}. {item.text.get(language())}"
            groups[title if len(title) < 80 else title[:78] + "…"] = _choices(
                {f"{item.key}={value}": label for value, label in answers.items()}
            )
    return groups


def _choices(names: Mapping[str, str]) -> list[SelectChoice]:
    return [SelectChoice(value=value, label=label) for value, label in names.items()]
