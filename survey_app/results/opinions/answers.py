"""The open answers of a survey, without anything of who gave them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.collection.models import Response
from survey_app.instruments.schema import Instrument
from survey_app.results.opinions.matching import Prepared, prepare
from survey_app.surveys.models import Survey

KEPT = 12


@dataclass(frozen=True)
class OpenAnswer:
    """What somebody wrote to a question.

    Attributes
    ----------
    mark : str
        By which a page speaks of it; nothing of the response can be told from it.
    response : str
        The number of the response, for counting; never shown.
    """

    mark: str
    response: str
    text: str

    @cached_property
    def prepared(self) -> Prepared:
        """The text ready to be searched for terms, for as long as the answer is kept."""
        return prepare(self.text)


_kept: dict[tuple[str, str, str], list[OpenAnswer]] = {}


def text_questions(instrument: Instrument) -> dict[str, str]:
    """Every question with an answer in own words: its key and its type of question, in order."""
    return {item.key: item.type for item in instrument.items() if item.type == "text"}


def open_answers(session: Session, survey: Survey, key: str, ids: list[str], fingerprint: str) -> list[OpenAnswer]:
    """What was written to a question in the responses that count, in an order that tells nothing.

    Parameters
    ----------
    ids : list of str
        The numbers of the responses that count.
    fingerprint : str
        Of these responses; read once for each.
    """
    place = (survey.slug, key, fingerprint)
    if place not in _kept:
        while len(_kept) >= KEPT:
            _kept.pop(next(iter(_kept)))
        counted = set(ids)
        column = Response.answers[key].as_string()
        query = select(Response.id, column).where(Response.survey_id == survey.id, column.is_not(None))
        found = [
            OpenAnswer(mark_of(number, key), str(number), text.strip())
            for number, text in session.execute(query)
            if str(number) in counted and text.strip()
        ]
        _kept[place] = sorted(found, key=lambda one: one.mark)
    return _kept[place]


def mark_of(response: UUID, key: str) -> str:
    """A mark of an answer; a response's number is random, so that nobody can count back from it."""
    return hashlib.sha256(f"open answer {response} {key}".encode()).hexdigest()[:20]
