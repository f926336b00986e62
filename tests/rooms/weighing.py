"""Surveys drawn from lists, with answers, for the tests of weights."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from survey_app.sampling.queries import drawn_units
from survey_app.sampling.service import draw_sample
from survey_app.surveys.models import Survey
from survey_app.surveys.service import set_state
from tests.rooms.lists import list_cases, list_units
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
