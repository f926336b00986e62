"""Names of steps, variables and levels, in both languages."""

from __future__ import annotations

from flask_babel import gettext as _

from survey_app.i18n import decimal
from survey_app.instruments.piping import GENERAL_NAMES, fill_in
from survey_app.instruments.schema import Instrument
from survey_app.results.weighting.frame_table import COLUMN, FrameTable
from survey_app.results.weighting.groups import ITEM, NO_ANSWER
from survey_app.results.weighting.plans import Cell, StepPlan

Texts = dict[str, str]
VARIABLES: dict[str, Texts] = {
    "stratum": {"vi": "tầng", "en": "stratum"},
    "district": {"vi": "huyện", "en": "district"},
    "kind": {"vi": "loại đơn vị", "en": "kind of unit"},
    "size": {"vi": "nhóm quy mô", "en": "size class"},
}
SIZES: dict[str, Texts] = {
    "small": {"vi": "nhỏ", "en": "small"},
    "medium": {"vi": "vừa", "en": "medium"},
    "large": {"vi": "lớn", "en": "large"},
}
SILENT: Texts = {"vi": "không trả lời câu này", "en": "gave no answer"}


def kind_title(kind: str) -> str:
    """The name of a kind of step, in the language of the page."""
    return {
        "base": _("Trọng số gốc"),
        "nonresponse": _("Chỉnh không trả lời"),
        "poststratify": _("Cân theo tổng của từng nhóm"),
        "rake": _("Cân theo tổng của từng biến"),
        "trim": _("Cắt trọng số lớn"),
    }[kind]


def variable_title(instrument: Instrument, name: str) -> Texts:
    """The name of a variable."""
    if name.startswith(ITEM):
        text = instrument.item(name.removeprefix(ITEM)).text
        return {language: fill_in(text.get(language), GENERAL_NAMES[language]) for language in ("vi", "en")}
    column = name.removeprefix(COLUMN)
    return VARIABLES.get(name, {"vi": column, "en": column})


def level_title(instrument: Instrument, frame: FrameTable, name: str, level: str) -> Texts:
    """The name of a level of a variable."""
    if level == NO_ANSWER:
        return SILENT
    if name.startswith(ITEM):
        options = instrument.item(name.removeprefix(ITEM)).options  # type: ignore[union-attr]  # a single choice
        label = next((option.label for option in options if str(option.value) == level), None)
        return {"vi": label.vi, "en": label.en} if label is not None else {"vi": level, "en": level}
    if name == "size":
        return SIZES.get(level, {"vi": level, "en": level})
    if name == "stratum":
        names = {place.stratum: place.stratum_name for place in frame.places}
        return {"vi": names.get(level, level), "en": names.get(level, level)}
    named = frame.district_names.get(level, level) if name == "district" else level
    return {"vi": named, "en": named}


def cell_title(instrument: Instrument, frame: FrameTable, variables: tuple[str, ...], cell: Cell, language: str) -> str:
    """The name of a cell: its levels, joined."""
    if NO_ANSWER in cell:
        return SILENT[language]
    return " × ".join(
        level_title(instrument, frame, name, level)[language] for name, level in zip(variables, cell, strict=True)
    )


def step_words(kind: str, variables: list[Texts], times_mean: float, language: str) -> str:
    """A step in a few words, for a sentence on how the figures were made."""
    names = ", ".join(one[language] for one in variables)
    return {
        "nonresponse": lambda: _("chỉnh cho người được mời mà không trả lời, theo %(names)s", names=names),
        "poststratify": lambda: _("cân cho khớp tổng số người theo %(names)s", names=names),
        "rake": lambda: _("cân cho khớp tổng số người theo từng biến: %(names)s", names=names),
        "trim": lambda: _("cắt các trọng số lớn hơn %(times)s lần trung bình", times=decimal(times_mean, 1)),
    }[kind]()


def plan_variables(instrument: Instrument, plan: StepPlan) -> list[Texts]:
    """The names of what a step looks at."""
    return [variable_title(instrument, name) for name in plan.variables]
