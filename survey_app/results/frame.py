"""The extract seen as a sample: the declared design, the measures and the domains of a survey."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from flask_babel import gettext as _
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from analysis.design import SurveyDesign
from survey_app.errors import UserError
from survey_app.instruments.schema import Instrument
from survey_app.results.extract import asked_column
from survey_app.sampling.models import FrameUnit
from survey_app.sampling.queries import drawn_units
from survey_app.surveys.models import Survey

Column = NDArray[Any]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Measure:
    """One figure to estimate: an item, a section or an index, as answers satisfied over answers given.

    Attributes
    ----------
    satisfied, neutral, dissatisfied, answered, asked : ndarray, shape (n,)
        Answers of each respondent: 0 or 1 for an item, counts for a section or an index.
    """

    key: str
    kind: str
    title: dict[str, str]
    criterion: str
    satisfied: NDArray[np.float64]
    neutral: NDArray[np.float64]
    dissatisfied: NDArray[np.float64]
    answered: NDArray[np.float64]
    asked: NDArray[np.float64]


@dataclass(frozen=True)
class Domains:
    """The parts of the sample that a table compares."""

    by: str
    values: list[str]
    titles: list[dict[str, str]]
    flags: list[Flags]


@dataclass(frozen=True)
class SampleFrame:
    """A survey's responses with their design."""

    survey: Survey
    instrument: Instrument
    table: pa.Table
    units: dict[str, FrameUnit]
    design: SurveyDesign
    communes: Column

    @property
    def size(self) -> int:
        """How many responses there are."""
        return int(self.table.num_rows)

    def column(self, key: str) -> Column:
        """A column as a numpy array, with None or NaN for nothing."""
        found: Column = self.table.column(key).to_numpy(zero_copy_only=False)
        return found


def declare_sample(session: Session, survey: Survey, instrument: Instrument, table: pa.Table) -> SampleFrame:
    """Declare the design of the survey's draw over its responses.

    Communes are the primary units, drawn without replacement from N_h of their stratum; an answer weighs N_h over the
    communes of the stratum that have answers, which is the base weight once all drawn communes have some. Within a
    commune answers count as drawn with replacement, because the length of its list is not known here.
    """
    units = {entry.unit.code: entry for entry in drawn_units(session, survey)}
    communes = table.column("commune").to_numpy(zero_copy_only=False)
    entries = [units[code] for code in communes]
    answering = Counter(units[code].stratum for code in set(communes.tolist()))
    design = SurveyDesign.declare(
        psu=communes,
        strata=[entry.stratum for entry in entries],
        weights=[entry.stratum_size / answering[entry.stratum] for entry in entries],
        psu_population=[entry.stratum_size for entry in entries],
        lonely_psu="adjust",
    )
    return SampleFrame(survey, instrument, table, units, design, communes)


def build_measures(frame: SampleFrame) -> list[Measure]:
    """The indices first, then the factors, then the criteria, in the order of the questionnaire."""
    items = {item.key: _item_measure(frame, item) for item in frame.instrument.items() if item.type == "scale"}
    sections = {
        section.key: _pool(
            section.key, "section", section.title, [items[i.key] for i in section.items if i.key in items]
        )
        for section in frame.instrument.sections
        if section.factor and any(i.key in items for i in section.items)
    }
    indices = [
        _pool(
            index.key,
            "index",
            index.title or {"vi": "Chỉ số hài lòng chung", "en": "Overall satisfaction index"},
            [measure for key in index.of for measure in _members(frame, key, items)],
        )
        for index in frame.instrument.indices
    ]
    return indices + list(sections.values()) + list(items.values())


def _members(frame: SampleFrame, key: str, items: dict[str, Measure]) -> list[Measure]:
    if key in items:
        return [items[key]]
    return [items[item.key] for item in frame.instrument.section(key).items if item.key in items]


def _texts(title: Any) -> dict[str, str]:
    return dict(title) if isinstance(title, dict) else {"vi": title.vi, "en": title.en}


def _item_measure(frame: SampleFrame, item: Any) -> Measure:
    scale = frame.instrument.scales[item.scale]
    codes = frame.column(item.key).astype(np.float64)
    points = [point.value for point in scale.points]
    answered = np.isin(codes, points)
    satisfied = np.isin(codes, list(scale.satisfied))
    dissatisfied = np.isin(codes, list(scale.dissatisfied))
    asked = frame.column(asked_column(item.key)).astype(bool) if item.show_if is not None else np.ones(len(codes), bool)
    return Measure(
        key=item.key,
        kind="item",
        title=_texts(item.text),
        criterion=item.criterion or "",
        satisfied=satisfied.astype(float),
        neutral=(answered & ~satisfied & ~dissatisfied).astype(float),
        dissatisfied=dissatisfied.astype(float),
        answered=answered.astype(float),
        asked=asked.astype(float),
    )


def _pool(key: str, kind: str, title: Any, members: list[Measure]) -> Measure:
    """All answers of the members together: the pooled form of the index."""
    names = ("satisfied", "neutral", "dissatisfied", "answered", "asked")
    sums = {name: np.sum([getattr(member, name) for member in members], axis=0) for name in names}
    return Measure(key=key, kind=kind, title=_texts(title), criterion="", **sums)


def build_domains(frame: SampleFrame, by: str) -> Domains:
    """The parts of the sample by district, commune, channel or any single-choice question.

    Raises
    ------
    UserError
        There is no such breakdown.
    """
    if by == "district":
        return _domains_of_places(frame, by, level_up=True)
    if by == "commune":
        return _domains_of_places(frame, by, level_up=False)
    if by == "channel":
        values = sorted(set(frame.column("channel").tolist()))
        titles = [channel_title(value) for value in values]
        return _domains_of(by, frame.column("channel"), values, titles)
    item = next((i for i in frame.instrument.items() if i.key == by and i.type == "single"), None)
    if item is None:
        raise UserError(
            _(
                "Không phân tích theo „%(by)s” được. Xin dùng: %(names)s.",
                by=by[:40],
                names=", ".join(breakdowns(frame)),
            )
        )
    values = [str(option.value) for option in item.options]
    return _domains_of(by, frame.column(by), values, [_texts(option.label) for option in item.options])


def breakdowns(frame: SampleFrame) -> list[str]:
    """What results can be broken down by."""
    places = ["district"] if any(_district(entry) for entry in frame.units.values()) else []
    return [*places, "commune", "channel", *(i.key for i in frame.instrument.items() if i.type == "single")]


CHANNEL_TITLES = {
    "kiosk": {"vi": "Tại quầy", "en": "At the counter"},
    "link": {"vi": "Đường dẫn, mã QR", "en": "Link or QR code"},
    "field": {"vi": "Bưu điện đến nhà", "en": "Post office visit"},
    "paper": {"vi": "Phiếu giấy", "en": "Paper form"},
    "file": {"vi": "Nhập từ tệp", "en": "Imported file"},
}


def channel_title(channel: str) -> dict[str, str]:
    """The name of a channel in both languages."""
    return CHANNEL_TITLES.get(channel, {"vi": channel, "en": channel})


def _district(entry: FrameUnit) -> Any:
    parent = entry.unit.parent
    return parent if parent is not None and parent.level == "district" else None


def _domains_of_places(frame: SampleFrame, by: str, *, level_up: bool) -> Domains:
    place = {code: (_district(entry) if level_up else entry.unit) for code, entry in frame.units.items()}
    if level_up and not any(place.values()):
        raise UserError(_("Địa bàn này không có cấp huyện. Xin phân tích theo xã (commune)."))
    found = {unit.code: unit for unit in place.values() if unit is not None}
    column = np.array([place[code].code if place[code] else None for code in frame.communes], dtype=object)
    values = sorted(found)
    return _domains_of(by, column, values, [{"vi": found[v].name, "en": found[v].name} for v in values])


def _domains_of(by: str, column: Column, values: list[str], titles: list[dict[str, str]]) -> Domains:
    return Domains(by, values, titles, [np.asarray(column == value, dtype=bool) for value in values])
