"""How many of those who wrote speak of each theme, with intervals."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from sqlalchemy.orm import Session

from analysis.policy import published_interval
from survey_app.instruments.queries import instrument_of
from survey_app.instruments.schema import Instrument
from survey_app.results.composites import Responses
from survey_app.results.cube import count_responses
from survey_app.results.extract import read_extract
from survey_app.results.opinions.answers import OpenAnswer, open_answers, text_questions
from survey_app.results.opinions.matching import Terms
from survey_app.results.opinions.themes import Theme, themes_of
from survey_app.surveys.models import Survey

FEW = 10


@dataclass(frozen=True)
class ThemeFigure:
    """A theme among the answers to a question.

    Attributes
    ----------
    number : int
        Place of the theme in the list, from 0.
    n : int or None
        Answers that hold one of its terms; None where withheld.
    share, low, high : float or None
        Weighted, of those who wrote.
    terms : list of (str, int)
        Each term with the answers that hold it, the most frequent first.
    """

    number: int
    theme: Theme
    n: int | None
    share: float | None
    low: float | None
    high: float | None
    terms: list[tuple[str, int]]


@dataclass(frozen=True)
class AskedQuestion:
    """A question in own words as it was asked."""

    key: str
    title: dict[str, str]


@dataclass(frozen=True)
class OpenQuestion:
    """A question in own words with its themes.

    Attributes
    ----------
    n : int
        How many wrote something.
    asked : int
        Responses that count.
    ungrouped : int
        Answers without any theme.
    """

    key: str
    title: dict[str, str]
    n: int
    asked: int
    themes: list[ThemeFigure]
    ungrouped: int
    answers: list[OpenAnswer]
    themes_of_answer: dict[str, list[int]]

    @property
    def withheld(self) -> bool:
        """Too few to say anything of them."""
        return self.n < FEW


def describe_opinions(session: Session, survey: Survey) -> list[OpenQuestion]:
    """Every question in own words that anybody answered."""
    instrument = instrument_of(session, survey.questionnaire_id)
    extract = read_extract(session, survey)
    ids = extract.table.column("response_id").to_pylist()
    if not ids:
        return []
    themes = themes_of(session, survey)
    responses: Responses | None = None
    found = []
    for key in text_questions(instrument):
        answers = open_answers(session, survey, key, ids, extract.fingerprint)
        if not answers:
            continue
        if responses is None:
            responses = Responses.of(count_responses(session, survey, instrument, extract), extract.table)
        found.append(_describe(responses, ids, key, _title(instrument, key), answers, themes, survey))
    return found


def find_answer(session: Session, survey: Survey, mark: str) -> tuple[AskedQuestion, OpenAnswer] | None:
    """The answer of a mark with its question, without any figure; None where no response that counts has it."""
    instrument = instrument_of(session, survey.questionnaire_id)
    extract = read_extract(session, survey)
    ids = extract.table.column("response_id").to_pylist()
    for key in text_questions(instrument) if ids else ():
        for answer in open_answers(session, survey, key, ids, extract.fingerprint):
            if answer.mark == mark:
                return AskedQuestion(key, _title(instrument, key)), answer
    return None


def _title(instrument: Instrument, key: str) -> dict[str, str]:
    text = instrument.item(key).text
    return {"vi": text.vi, "en": text.en}


def _describe(
    responses: Responses,
    ids: list[str],
    key: str,
    title: dict[str, str],
    answers: list[OpenAnswer],
    themes: list[Theme],
    survey: Survey,
) -> OpenQuestion:
    place = {number: row for row, number in enumerate(ids)}
    wrote = np.array([place[answer.response] for answer in answers], dtype=np.intp)
    held = {answer.mark: list[int]() for answer in answers}
    figures = []
    for number, theme in enumerate(themes):
        terms = Terms(theme.terms)
        values = np.full(len(ids), np.nan)
        values[wrote] = 0.0
        times = dict.fromkeys(theme.terms, 0)
        for answer, row in zip(answers, wrote.tolist(), strict=True):
            for term in (hits := terms.found_in(answer.prepared)):
                times[term] += 1
            if hits:
                values[row] = 1.0
                held[answer.mark].append(number)
        figures.append(_figure(responses, number, theme, values, times, survey))
    return OpenQuestion(
        key, title, len(answers), len(ids), figures, sum(not numbers for numbers in held.values()), answers, held
    )


def _figure(
    responses: Responses, number: int, theme: Theme, values: np.ndarray, times: dict[str, int], survey: Survey
) -> ThemeFigure:
    estimate = responses.design.proportion(values)
    limits = published_interval(estimate, None, level=survey.confidence_level)
    if limits.withheld:
        return ThemeFigure(number, theme, None, None, None, None, [])
    counted = sorted(((term, count) for term, count in times.items() if count), key=lambda one: (-one[1], one[0]))
    low, high = (None if math.isnan(one) else one for one in (limits.low, limits.high))
    return ThemeFigure(number, theme, int(np.nansum(values)), estimate.estimate, low, high, counted)
