"""A part of a breakdown that has too few people does not follow from the others either."""

from __future__ import annotations

from sqlalchemy.orm import Session

from analysis.published import PROTECTED
from survey_app.results.estimates import Row, estimate_survey
from survey_app.surveys.models import Survey
from tests.village import communes, make_village, respond


def by_channel(session: Session, survey: Survey) -> dict[str, Row]:
    rows = estimate_survey(session, survey, "channel").rows
    return {row.domain["channel"]: row for row in rows if row.domain and row.of == "q1"}


def test_the_smallest_other_part_is_withheld_with_the_one_that_has_too_few(session: Session) -> None:
    survey = make_village(session)
    for place, commune in enumerate(communes(session, survey)):
        for number in range(6):
            channel = "paper" if (place, number) == (0, 0) else "kiosk"
            respond(session, survey, commune, channel=channel, answers={"q1": 3, "q2": 2})
        for _number in range(3):
            respond(session, survey, commune, channel="field", answers={"q1": 1, "q2": 2})
    session.commit()
    rows = by_channel(session, survey)
    assert {name: row.withheld for name, row in rows.items()} == {
        "kiosk": None, "field": PROTECTED, "paper": "too_few",
    }  # fmt: skip
    protected = rows["field"]
    assert (protected.estimate, protected.ci, protected.shares, protected.verdict) == (None, None, None, None)
    whole = next(row for row in estimate_survey(session, survey).rows if row.of == "q1")
    assert whole.estimate is not None


def test_nothing_more_is_withheld_where_every_part_has_enough(session: Session) -> None:
    survey = make_village(session)
    for commune in communes(session, survey):
        for number in range(4):
            respond(session, survey, commune, channel=("kiosk", "field")[number % 2], answers={"q1": 3, "q2": 2})
    session.commit()
    assert {row.withheld for row in by_channel(session, survey).values()} == {None}
