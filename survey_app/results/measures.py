"""What is measured in a survey, and the parts it is compared in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from analysis.cube import CubeMeasure
from survey_app.errors import UserError
from survey_app.instruments.indices import SHARES, ExpectationMet, Index, SatisfiedShare
from survey_app.instruments.piping import GENERAL_NAMES, fill_in
from survey_app.instruments.schema import Instrument
from survey_app.results.cube import SurveyCube
from survey_app.results.pools import index_items, is_pooled, pool_name, pooled_items
from survey_app.sampling.frame import district_of


@dataclass(frozen=True)
class Measure:
    """One figure to estimate: an item, a section or an index.

    Attributes
    ----------
    items : list of str
        The questions whose answers it counts.
    counted : CubeMeasure or None
        None: an index that counts alone do not give.
    unit : {"share", "points", "percent"}
        A share lies between 0 and 1; only shares are judged. A percentage may exceed 100.
    index : Index or None
    """

    key: str
    kind: str
    title: dict[str, str]
    criterion: str
    items: list[str]
    counted: CubeMeasure | None
    unit: str = "share"
    index: Index | None = None

    @property
    def counts_answers(self) -> bool:
        """Whether it is the share of satisfied answers among answers, so that the three sides can stand beside it."""
        return self.index is None or (isinstance(self.index, SatisfiedShare) and is_pooled(self.index))


@dataclass(frozen=True)
class Breakdown:
    """The parts of the sample that a table compares, by their values."""

    by: str
    titles: dict[str, dict[str, str]]


def list_measures(instrument: Instrument) -> list[Measure]:
    """The indices first, then the factors, then the criteria, in the order of the questionnaire."""
    pools = pooled_items(instrument)
    indices = [_measure_index(instrument, index) for index in instrument.indices]
    sections = [
        Measure(
            section.key,
            "section",
            _texts(section.title),
            "",
            pools[pool_name(section.key)],
            CubeMeasure(pool_name(section.key)),
        )
        for section in instrument.sections
        if section.factor and pools[pool_name(section.key)]
    ]
    items = [_measure_item(instrument, item) for item in instrument.items() if item.type == "scale"]
    return indices + sections + items


def _measure_index(instrument: Instrument, index: Index) -> Measure:
    title = index.title or {"vi": "Chỉ số hài lòng chung", "en": "Overall satisfaction index"}
    unit = "share" if index.kind in SHARES else "percent" if isinstance(index, ExpectationMet) else "points"
    counted = CubeMeasure(pool_name(index.key, index=True)) if is_pooled(index) else None
    return Measure(index.key, "index", _texts(title), "", index_items(instrument, index), counted, unit, index)


def _measure_item(instrument: Instrument, item: Any) -> Measure:
    satisfied, _dissatisfied = instrument.sides_of(item)
    counted = CubeMeasure.rate(item.key, satisfied, instrument.scale_of(item).values)
    return Measure(item.key, "item", _texts(item.text), item.criterion or "", [item.key], counted)


def _texts(title: Any) -> dict[str, str]:
    """Words in both languages, without the names of a place."""
    words = title if isinstance(title, dict) else {"vi": title.vi, "en": title.en}
    return {language: fill_in(text, GENERAL_NAMES[language]) for language, text in words.items()}


def breakdowns(counts: SurveyCube) -> list[str]:
    """What results can be broken down by."""
    places = ["district"] if any(district_of(place.unit) for place in counts.design.places.values()) else []
    return [*places, "commune", "channel", *(i.key for i in counts.instrument.items() if i.type == "single")]


def find_breakdown(counts: SurveyCube, by: str) -> Breakdown:
    """The parts by district, commune, channel or any single-choice question.

    Raises
    ------
    UserError
        There is no such breakdown.
    """
    if by == "district":
        districts = [found for place in counts.design.places.values() if (found := district_of(place.unit))]
        if not districts:
            raise UserError(_("Địa bàn này không có cấp huyện. Xin phân tích theo xã (commune)."))
        return Breakdown(by, {one.code: {"vi": one.name, "en": one.name} for one in districts})
    if by == "commune":
        names = {code: place.unit.name for code, place in counts.design.places.items()}
        return Breakdown(by, {code: {"vi": name, "en": name} for code, name in names.items()})
    if by == "channel":
        return Breakdown(by, CHANNEL_TITLES)
    item = next((i for i in counts.instrument.items() if i.key == by and i.type == "single"), None)
    if item is None:
        raise UserError(
            _(
                "Không phân tích theo „%(by)s” được. Xin dùng: %(names)s.",
                by=by[:40],
                names=", ".join(breakdowns(counts)),
            )
        )
    return Breakdown(by, {str(option.value): _texts(option.label) for option in item.options})


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
