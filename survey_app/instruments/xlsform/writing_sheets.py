"""The sheets beside ``survey``: choices, settings, and our own for what XLSForm has no place for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from survey_app.instruments.indices import (
    AllSatisfied,
    ExpectationMet,
    Index,
    MeanScore,
    PapiDimension,
    PapiTotal,
    SatisfiedShare,
)
from survey_app.instruments.schema import Instrument

from .layout import (
    BASIS,
    CONSENT_LABELS,
    CONSENT_LIST,
    INDICATORS,
    INDICES,
    LANGUAGES,
    OPTIONS,
    SCALES,
    TARGETS,
)
from .option_lists import OptionLists
from .workbook_writing import Table


def write_choices(instrument: Instrument, lists: OptionLists) -> Table:
    """The sheet ``choices``."""
    rows = [
        {"list_name": name, "name": choice.value, "label::vi": choice.label.vi, "label::en": choice.label.en}
        for name, choices in lists.lists.items()
        for choice in choices
    ]
    if instrument.consent:
        rows += [
            {"list_name": CONSENT_LIST, "name": value, "label::vi": label["vi"], "label::en": label["en"]}
            for value, label in CONSENT_LABELS.items()
        ]
    return rows


def write_settings(instrument: Instrument) -> Table:
    """The sheet ``settings``, one row."""
    return [
        {
            "form_title": instrument.title.vi,
            "form_id": instrument.key,
            "version": instrument.version,
            "default_language": LANGUAGES["vi"],
            "hailong_title_en": instrument.title.en,
            "hailong_sector": instrument.sector,
            "hailong_audience": " ".join(instrument.audience),
            "hailong_minutes": str(instrument.minutes),
        }
    ]


def write_own_sheets(instrument: Instrument, lists: OptionLists) -> dict[str, Table]:
    """Our own sheets; an empty one is left out, but for the scales: the sheet says that no other list is one."""
    tables: dict[str, Table] = {
        SCALES: list(_scales(instrument)),
        OPTIONS: list(_options(lists)),
        BASIS: [
            {
                "document": basis.document,
                "date": basis.date.isoformat() if basis.date else "",
                "issuer": basis.issuer or "",
            }
            for basis in instrument.basis
        ],
        INDICES: [_index(index) for index in instrument.indices],
        INDICATORS: [row for index in instrument.indices if isinstance(index, PapiDimension) for row in _of(index)],
        TARGETS: [
            {
                "index": target.index,
                "rate": repr(target.rate),
                "operator": target.operator or "",
                "basis": target.basis or "",
            }
            for target in instrument.targets
        ],
    }
    return {name: rows for name, rows in tables.items() if rows or name == SCALES}


def _scales(instrument: Instrument) -> Iterator[dict[str, str]]:
    for key, scale in instrument.scales.items():
        yield {
            "list_name": key,
            "satisfied": _spaced(scale.satisfied),
            "dissatisfied": _spaced(scale.dissatisfied) or "-",
            "no_opinion": str(scale.no_opinion.value) if scale.no_opinion else "",
            "display": scale.display or "",
        }


def _options(lists: OptionLists) -> Iterator[dict[str, str]]:
    for name, choices in lists.lists.items():
        for choice in choices:
            if choice.missing or choice.other or choice.exclusive:
                yield {
                    "list_name": name,
                    "name": choice.value,
                    "missing": choice.missing,
                    "other": "yes" if choice.other else "",
                    "exclusive": "yes" if choice.exclusive else "",
                }


def _index(index: Index) -> dict[str, str]:
    row = {"key": index.key, "kind": index.kind}
    if index.title:
        row |= {"title_vi": index.title.vi, "title_en": index.title.en}
    if isinstance(index, (SatisfiedShare, MeanScore, AllSatisfied, ExpectationMet, PapiTotal)):
        row["of"] = _spaced(index.of)
    if isinstance(index, SatisfiedShare):
        row["pool"] = index.pool or ""
    if isinstance(index, MeanScore):
        row["rescale"] = "yes" if index.rescale else ""
    return row


def _of(dimension: PapiDimension) -> Iterator[dict[str, str]]:
    for part in dimension.sub_dimensions:
        for indicator in part.indicators:
            yield {
                "index": dimension.key,
                "sub_dimension": part.key,
                "title_vi": part.title.vi,
                "title_en": part.title.en,
                "item": indicator.item,
                "codes": _spaced(indicator.codes or ()),
                "min": repr(indicator.min),
                "max": repr(indicator.max),
                "negative": "yes" if indicator.negative else "",
            }


def _spaced(values: Iterable[object]) -> str:
    return " ".join(map(str, values))
