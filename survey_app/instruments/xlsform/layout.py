"""How our XLSForms are laid out: sheets, columns, languages, and the names of rows that only ODK needs.

XLSForm has no place for a criterion, a direction, satisfied points, indices or targets. They stand in columns and
sheets whose names begin with ``hailong_``: pyxform passes over such columns of ``survey`` and ``settings`` and over
such sheets. It would write further columns of ``choices`` into the form, so those of options have their own sheet.
"""

from __future__ import annotations

from collections.abc import Collection

OWN = "hailong_"

SURVEY, CHOICES, SETTINGS = "survey", "choices", "settings"
SCALES, OPTIONS, BASIS = "hailong_scales", "hailong_options", "hailong_basis"
INDICES, INDICATORS, TARGETS = "hailong_indices", "hailong_indicators", "hailong_targets"

#: How a language is called in a heading, by its code.
LANGUAGES = {"vi": "Tiếng Việt (vi)", "en": "English (en)"}

#: Our columns of the sheet ``survey``.
HELPER, FACTOR, CRITERION, WORDING = "hailong_helper", "hailong_factor", "hailong_criterion", "hailong_wording"
SOURCE, DIRECTION, STEP, ROWS = "hailong_source", "hailong_direction", "hailong_step", "hailong_rows"
CHOOSE, UNIT_VI, UNIT_EN, SHOW_IF = "hailong_choose", "hailong_unit_vi", "hailong_unit_en", "hailong_show_if"

#: Columns of each sheet in their order; ``label`` and ``hint`` stand for one column a language.
COLUMNS: dict[str, tuple[str, ...]] = {
    SURVEY: (
        "type", "name", "label::vi", "label::en", "hint::vi", "hint::en", "required", "relevant", "constraint",
        "calculation", "appearance", "parameters", HELPER, FACTOR, CRITERION, WORDING, SOURCE, DIRECTION, STEP, ROWS,
        CHOOSE, UNIT_VI, UNIT_EN, SHOW_IF,
    ),
    CHOICES: ("list_name", "name", "label::vi", "label::en"),
    SETTINGS: (
        "form_title", "form_id", "version", "default_language", "hailong_title_en", "hailong_sector",
        "hailong_audience", "hailong_minutes",
    ),
    SCALES: ("list_name", "satisfied", "dissatisfied", "no_opinion", "display"),
    OPTIONS: ("list_name", "name", "missing", "other", "exclusive"),
    BASIS: ("document", "date", "issuer"),
    INDICES: ("key", "kind", "of", "pool", "rescale", "title_vi", "title_en"),
    INDICATORS: (
        "index", "sub_dimension", "title_vi", "title_en", "item", "codes", "min", "max", "negative",
    ),
    TARGETS: ("index", "rate", "operator", "basis"),
}  # fmt: skip

#: Columns of ``survey`` that XLSForm knows and the readers of rows look at.
STANDARD = frozenset({
    "type", "name", "label", "hint", "required", "relevant", "constraint", "calculation", "appearance", "parameters",
    "default", "read_only", "choice_filter", "trigger", "disabled", "constraint_message", "required_message",
    "guidance_hint", "image", "audio", "video", "big_image", "autoplay", "repeat_count", "jr:count",
})  # fmt: skip

#: The question whether the respondent agrees, its list, and the answer that opens the form.
CONSENT_LIST, CONSENT_YES, CONSENT_NO = "hailong_consent", "yes", "no"
CONSENT_LABELS = {
    CONSENT_YES: {"vi": "Tôi đồng ý trả lời", "en": "I agree to answer"},
    CONSENT_NO: {"vi": "Tôi không trả lời", "en": "I do not wish to answer"},
}
UNIT_WORDS = {"vi": "Đơn vị: %s.", "en": "Unit: %s."}


def free_name(wanted: str, taken: Collection[str]) -> str:
    """The wanted name, with a number after it when something else bears it."""
    if wanted not in taken:
        return wanted
    return next(name for name in (f"{wanted}_{number}" for number in range(2, len(taken) + 3)) if name not in taken)


def named(name: str) -> str:
    """A reference to the row with this name: ``${name}``."""
    return "${" + name + "}"
