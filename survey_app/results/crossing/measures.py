"""What a cross table can show: the indices, factors and criteria of every page, mean scores, shares of an option."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import gettext as _

from analysis.cube import CubeMeasure
from survey_app.errors import UserError
from survey_app.i18n import LANGUAGES
from survey_app.instruments.piping import GENERAL_NAMES, fill_in
from survey_app.instruments.schema import Instrument, MultipleItem, ScaleItem, SingleItem
from survey_app.results.cube import option_item, option_values
from survey_app.results.measures import Measure, list_measures

MEAN, OPTION = "mean", "option"
KEPT = 16


@dataclass(frozen=True, eq=False)
class Shown:
    """A measure with what is counted for it.

    Attributes
    ----------
    measure : Measure
        Kind ``mean`` or ``option`` beside those of `list_measures`; of these ``items`` are the one question.
    option : str
        Of a multiple-choice question the option it counts.
    """

    measure: Measure
    option: str = ""


def _list(instrument: Instrument) -> Mapping[str, Shown]:
    found = {measure.key: Shown(measure) for measure in list_measures(instrument)}
    for item in instrument.items():
        if isinstance(item, ScaleItem):
            values = instrument.scale_of(item).values
            counted = CubeMeasure.mean(item.key, {value: float(value) for value in values})
            title = {code: fill_in(item.text.get(code), GENERAL_NAMES[code]) for code in LANGUAGES}
            key = f"{MEAN}:{item.key}"
            found[key] = Shown(Measure(key, MEAN, title, item.criterion or "", [item.key], counted, "points"))
        elif isinstance(item, SingleItem | MultipleItem):
            for value in option_values(item):
                shown = _option(item, str(value))
                found[shown.measure.key] = shown
    return found


def _option(item: SingleItem | MultipleItem, value: str) -> Shown:
    option = next(one for one in item.options if str(one.value) == value)
    title = {
        code: fill_in(f"{item.text.get(code)} {option.label.get(code)}", GENERAL_NAMES[code]) for code in LANGUAGES
    }
    key = f"{OPTION}:{item.key}:{value}"
    if isinstance(item, MultipleItem):
        counted = CubeMeasure.rate(option_item(item.key, option.value), [1], [0, 1])
        return Shown(Measure(key, OPTION, title, "", [item.key], counted), value)
    values = [str(one) for one in option_values(item)]
    return Shown(Measure(key, OPTION, title, "", [item.key], CubeMeasure.rate(item.key, [value], values)))


_known: dict[str, Mapping[str, Shown]] = {}


def measures_to_cross(instrument: Instrument) -> Mapping[str, Shown]:
    """Everything that a cross table of a questionnaire can show, by name, in the order offered."""
    if instrument.content_hash not in _known:
        while len(_known) >= KEPT:
            _known.pop(next(iter(_known)))
        _known[instrument.content_hash] = _list(instrument)
    return _known[instrument.content_hash]


def usual_measure(instrument: Instrument) -> str:
    """The name of the measure that nobody needs to ask for: the first.

    Raises
    ------
    UserError
        The questionnaire has nothing that a table could show.
    """
    first = next(iter(measures_to_cross(instrument)), None)
    if first is None:
        raise UserError(
            _(
                "Bộ phiếu này không có câu hỏi nào có thang điểm hoặc phương án chọn nên không lập được bảng. "
                "Xin xem các câu trả lời bằng lời ở trang „Ý kiến”."
            )
        )
    return first


def find_measure(instrument: Instrument, name: str) -> Shown:
    """The measure of a name.

    Raises
    ------
    UserError
        There is none.
    """
    known = measures_to_cross(instrument)
    if name not in known:
        raise UserError(
            _("Bộ phiếu này không có chỉ tiêu „%(name)s”. Xin chọn một chỉ tiêu trong danh sách.", name=name[:60])
        )
    return known[name]
