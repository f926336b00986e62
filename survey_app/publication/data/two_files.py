"""Two plain files as customer-experience returns in the United States have them (OMB Circular A-11, section 280).

A header, one row: the survey, its period, how many people were served, invited and answered. A detail, one row a
question and level: how many chose it. Counts are of answers, unweighted; they travel into any spreadsheet.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

from analysis.cube import tally
from survey_app.plain_text import harmless_cell
from survey_app.publication.data.columns import texts
from survey_app.publication.data.figures import BOM
from survey_app.results.cube import SurveyCube, scale_values

FEW = 10
HEADER_COLUMNS = (
    "survey", "title_vi", "title_en", "territory_code", "territory", "questionnaire", "questionnaire_version",
    "starts_on", "ends_on", "people_served", "invited", "answered", "response_rate", "channels", "simulated",
)  # fmt: skip
DETAIL_COLUMNS = (
    "survey", "question", "criterion", "question_vi", "question_en", "level", "level_vi", "level_en", "in_base",
    "count", "answers", "withheld",
)  # fmt: skip


def write_header(content: Mapping[str, Any]) -> bytes:
    """The header; what nobody knows, such as people served where there were no lists, is empty."""
    survey, draw = content["survey"], content["draw"]
    drawn = [unit for unit in draw["units"] if unit["drawn"]]
    served = [unit.get("list_size") for unit in draw["units"]]
    invited = [unit.get("invited") for unit in drawn]
    rates = content.get("review", {}).get("response_rate", {})
    row = {
        "survey": survey["slug"],
        "title_vi": harmless_cell(survey["title"]["vi"]),
        "title_en": harmless_cell(survey["title"]["en"]),
        "territory_code": survey["territory_code"],
        "territory": harmless_cell(survey["territory"]),
        "questionnaire": content["questionnaire"]["key"],
        "questionnaire_version": content["questionnaire"]["version"],
        "starts_on": survey["starts_on"],
        "ends_on": survey["ends_on"],
        "people_served": sum(served) if served and None not in served else "",
        "invited": sum(invited) if invited and None not in invited else "",
        "answered": content["responses"],
        "response_rate": "" if rates.get("rr1") is None else rates["rr1"],
        "channels": " ".join(f"{name}:{count}" for name, count in _channels(content).items()),
        "simulated": "dữ liệu mô phỏng" if survey["simulated"] else "",
    }
    return _csv(HEADER_COLUMNS, [row])


def _channels(content: Mapping[str, Any]) -> dict[str, int]:
    """Forms of each channel."""
    channels = content["channels"]
    pairs = channels.items() if isinstance(channels, Mapping) else [(str(one[0]), one[1]) for one in channels]
    return {name: count for name, count in pairs if isinstance(count, int) and count}


def write_detail(counts: SurveyCube) -> bytes:
    """The detail: of each rated question every level with its count; with fewer than ten answers no count."""
    rows: list[dict[str, Any]] = []
    instrument = counts.instrument
    for item in instrument.items():
        if item.type != "scale":
            continue
        levels = counts.cube.plan.items[item.key]
        answers = tally(counts.cube, [item.key])[0, 0, :, 0]
        scale = instrument.scale_of(item)
        points = {point.value: point for point in scale.answers}
        count_of = {value: int(answers[1 + levels.index(value)]) for value in scale_values(instrument, item)}
        valid = sum(count_of[value] for value in scale.values)
        words = texts(item.text)
        rows += [
            {
                "survey": counts.survey.slug,
                "question": item.key,
                "criterion": item.criterion or "",
                "question_vi": harmless_cell(words["vi"]),
                "question_en": harmless_cell(words["en"]),
                "level": value,
                "level_vi": harmless_cell(points[value].label.vi),
                "level_en": harmless_cell(points[value].label.en),
                "in_base": int(value in scale.values),
                "count": "" if valid < FEW else count,
                "answers": valid,
                "withheld": "too_few" if valid < FEW else "",
            }
            for value, count in count_of.items()
        ]
    return _csv(DETAIL_COLUMNS, rows)


def _csv(columns: tuple[str, ...], rows: list[dict[str, Any]]) -> bytes:
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, columns, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return BOM + buffer.getvalue().encode()
