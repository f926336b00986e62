"""Surveys drawn from lists, with answers, for the tests of weights."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from survey_app.errors import NotFound
from survey_app.instruments.queries import instrument_of
from survey_app.results.cube import count_responses
from survey_app.results.extract import read_extract
from survey_app.results.weighting.service import undo_step
from survey_app.sampling.models import FrameUnit
from survey_app.sampling.queries import drawn_units, find_draw
from survey_app.sampling.service import draw_sample
from survey_app.surveys.models import Survey
from survey_app.surveys.service import set_state
from tests.lists import list_cases, list_units
from tests.village import make_village, respond
from tests.world import TESTER

CODES = [str(2000 + number) for number in range(12)]
#: Cases of each commune of the village: 8 xã, 3 phường, 1 đặc khu.
SIZES = {code: 40 + 25 * number for number, code in enumerate(CODES)}


def drawn_from_lists(session: Session, *, sizes: dict[str, int] | None = None, **sample: Any) -> Survey:
    """The village survey, its communes and their cases drawn, open."""
    survey = make_village(session, state="draft", sample={"share": 0.5, "cases": {"number": 10}} | sample)
    if sample.get("frame") == "list":
        list_units(session, survey, {code: (float(size), {}) for code, size in SIZES.items()})
    list_cases(session, survey, SIZES if sizes is None else sizes)
    return opened(session, survey)


def opened(session: Session, survey: Survey, seed: str = "7") -> Survey:
    """The survey drawn and open."""
    draw_sample(session, survey, seed=seed, actor=TESTER)
    set_state(session, survey, "collecting", actor=TESTER)
    session.commit()
    return survey


def answer_all(session: Session, survey: Survey, *, fewer: int = 0) -> dict[str, int]:
    """Various answers in every drawn commune, as many as it was asked for less some; how many in each."""
    counts: dict[str, int] = {}
    for place, entry in enumerate(drawn_units(session, survey)):
        counts[entry.unit.code] = max((entry.invited or 12) - fewer - place % 3, 1)
        for number in range(counts[entry.unit.code]):
            answers: dict[str, Any] = {
                "q1": 1 + (number * 7 + place) % 3,
                "q2": (3, 3, 9, 2)[(number + place) % 4],
                "late": 2,
                "sex": 1 + (number + place) % 2,
            }
            respond(session, survey, entry.unit.code, answers=answers)
    session.commit()
    return counts


def weights_by_commune(session: Session, survey: Survey) -> list[tuple[str, float]]:
    """Commune and weight of every response, as the figures use them."""
    extract = read_extract(session, survey)
    counts = count_responses(session, survey, instrument_of(session, survey.questionnaire_id), extract)
    return list(zip(extract.table.column("commune").to_pylist(), counts.weighting.of_row.tolist(), strict=True))


def sums_by(session: Session, survey: Survey, label: Callable[[FrameUnit], str]) -> dict[str, float]:
    labels = {entry.unit.code: label(entry) for entry in drawn_units(session, survey)}
    sums: Counter[str] = Counter()
    for commune, weight in weights_by_commune(session, survey):
        sums[labels[commune]] += weight
    return dict(sums)


def frame_by(session: Session, survey: Survey, label: Callable[[FrameUnit], str]) -> dict[str, float]:
    sums: Counter[str] = Counter()
    for entry in find_draw(session, survey).units:
        sums[label(entry)] += SIZES[entry.unit.code]
    return dict(sums)


def weighted_sex(session: Session, survey: Survey) -> dict[str, float]:
    extract = read_extract(session, survey)
    counts = count_responses(session, survey, instrument_of(session, survey.questionnaire_id), extract)
    sums: Counter[str] = Counter()
    for sex, weight in zip(extract.table.column("sex").to_pylist(), counts.weighting.of_row.tolist(), strict=True):
        sums[sex or ""] += weight
    return dict(sums)


def stratum(entry: FrameUnit) -> str:
    return entry.stratum


def opened_with_one_list_less(session: Session, survey: Survey) -> list[str]:
    """All lists but that of a commune which the seed 7 does not draw; the drawn communes."""
    list_cases(session, survey, SIZES)
    opened(session, survey)
    missing = next(entry for entry in find_draw(session, survey).units if not entry.drawn)
    missing.list_size = None
    session.commit()
    return [entry.unit.code for entry in drawn_units(session, survey)]


def undo_all(session: Session, survey: Survey) -> None:
    while True:
        try:
            undo_step(session, survey, actor=TESTER)
        except NotFound:
            break
    session.commit()
