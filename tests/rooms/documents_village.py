"""A village whose survey is answered, for documents of its results; its title holds every letter of the language."""

from __future__ import annotations

import unicodedata
from itertools import cycle

from sqlalchemy.orm import Session

from survey_app.surveys.models import Survey
from tests.village import communes, make_village, respond

VOWELS = "aăâeêioôơuưy"
TONES = ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")
#: Every letter of the language that carries a mark, in both cases, composed.
LETTERS = [
    letter
    for vowel in VOWELS
    for tone in TONES
    for letter in (unicodedata.normalize("NFC", vowel + tone), unicodedata.normalize("NFC", vowel + tone).upper())
] + ["đ", "Đ"]
TITLE = "Khảo sát " + " ".join("".join(LETTERS[place : place + 12]) for place in range(0, len(LETTERS), 12))


def answered_village(session: Session, count: int = 60, **changes: object) -> Survey:
    """The survey with answers of every kind, some left empty, in all its drawn communes."""
    survey = make_village(session, title={"vi": TITLE, "en": "Village survey"}, **changes)
    places = cycle(communes(session, survey))
    for number in range(count):
        answers: dict[str, object] = {"q1": 1 + number % 3 if number % 5 else 9, "q2": 3 if number % 4 else 1}
        answers |= {"late": 1 + (number % 6 > 0), "sex": 1 + number % 2, "words": "=1+1"}
        if number % 3:
            answers["ways"] = [1] if number % 2 else [1, 2]
        if answers["late"] == 1:
            answers["q3"] = 2
        respond(session, survey, next(places), answers=answers)
    session.commit()
    return survey
