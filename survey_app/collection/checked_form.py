"""What a form says by itself: checked, hashed and looked at before its transaction begins.

SQLite has one place for writers, so whatever needs no database is done before that place is taken.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from survey_app.collection.quality.intake import digest_of, has_straight_line
from survey_app.collection.standing import Standing
from survey_app.collection.submission import Submission, canonical_text, content_hash, read_channel
from survey_app.instruments.answers import CheckedAnswers, check_answers
from survey_app.instruments.queries import instrument_of, parsed_instrument
from survey_app.instruments.schema import Instrument

MOST_KEPT = 1_000
#: The questionnaire that a survey was last seen with. A guess: the door compares it with how things stand.
_last_seen: dict[str, str] = {}


@dataclass(frozen=True)
class CheckedForm:
    """A form, checked with one questionnaire.

    Attributes
    ----------
    questionnaire : str
        The hash of the questionnaire's content.
    sha256 : str
        Of what the form says: where, how and which answers (`content_hash`).
    answers_digest : bytes
        Of the answers alone.
    """

    questionnaire: str
    instrument: Instrument
    checked: CheckedAnswers
    channel: str
    sha256: str
    answers_digest: bytes
    is_straight_line: bool

    @property
    def answers(self) -> dict[str, Any]:
        """The answers that can be stored."""
        return self.checked.answers


def check_ahead(slug: str, submission: Submission) -> CheckedForm | None:
    """The form checked with the questionnaire that its survey was last seen with; None where this process saw none."""
    questionnaire = _last_seen.get(slug)
    instrument = parsed_instrument(questionnaire) if questionnaire else None
    if questionnaire is None or instrument is None:
        return None
    return _check(slug, questionnaire, instrument, submission)


def check_with(session: Session, standing: Standing, submission: Submission, ahead: CheckedForm | None) -> CheckedForm:
    """The form checked with the questionnaire that its survey has; ``ahead`` where that one was guessed right."""
    if ahead is not None and ahead.questionnaire == standing.questionnaire:
        return ahead
    if len(_last_seen) >= MOST_KEPT:
        _last_seen.clear()
    _last_seen[standing.slug] = standing.questionnaire
    instrument = parsed_instrument(standing.questionnaire) or instrument_of(session, standing.questionnaire_id)
    return _check(standing.slug, standing.questionnaire, instrument, submission)


def _check(slug: str, questionnaire: str, instrument: Instrument, submission: Submission) -> CheckedForm:
    channel = read_channel(submission.channel)
    checked = check_answers(instrument, submission.answers)
    text = canonical_text(checked.answers)
    return CheckedForm(
        questionnaire,
        instrument,
        checked,
        channel,
        content_hash([slug, questionnaire, submission.unit_code, channel, submission.language], text),
        digest_of(text),
        has_straight_line(instrument, checked.answers),
    )
