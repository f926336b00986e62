"""The waves that a survey can be compared with, and how the draws of two hang together."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from analysis.cube import CubeMeasure
from analysis.waves import WaveSums, covariance_of_waves, sum_wave
from survey_app.instruments.queries import instrument_of
from survey_app.results.counts.models import CountedSurvey
from survey_app.results.counts.queries import all_counted
from survey_app.results.counts.words import period_words
from survey_app.results.cube import SurveyCube, count_responses
from survey_app.results.extract import read_extract
from survey_app.results.measures import list_measures
from survey_app.surveys.models import Survey
from survey_app.surveys.queries import all_surveys

COUNTS = "bang:"
"""What stands before the short name of a published table where a wave is chosen."""


@dataclass(frozen=True)
class WaveChoice:
    """A wave to compare with: how it is asked for and what it is called."""

    value: str
    title: str
    year: int


def earlier_waves(session: Session, survey: Survey) -> list[Survey]:
    """Surveys of the same sector that began before, the nearest first; those of the same questionnaire lead."""
    found = [
        one
        for one in all_surveys(session, "collecting", "closed", "published")
        if one.id != survey.id
        and one.questionnaire.sector == survey.questionnaire.sector
        and (one.starts_on, one.id) < (survey.starts_on, survey.id)
    ]
    return sorted(found, key=lambda one: one.questionnaire.key != survey.questionnaire.key)


def earlier_tables(session: Session, survey: Survey) -> list[CountedSurvey]:
    """Published tables of the same sector that tell of a time before."""
    sector, start = survey.questionnaire.sector, survey.starts_on
    return [one for one in all_counted(session) if one.sector == sector and one.starts_on < start]


def survey_choice(survey: Survey) -> WaveChoice:
    """A survey as a choice."""
    return WaveChoice(survey.slug, survey.title, survey.starts_on.year)


def table_choice(table: CountedSurvey) -> WaveChoice:
    """A published table as a choice."""
    return WaveChoice(f"{COUNTS}{table.slug}", f"{table.title} ({period_words(table)})", table.starts_on.year)


def counts_of(session: Session, survey: Survey) -> SurveyCube:
    """The counts of a survey's responses."""
    instrument = instrument_of(session, survey.questionnaire_id)
    return count_responses(session, survey, instrument, read_extract(session, survey))


@dataclass(frozen=True)
class Overlap:
    """How many primary units two draws share, and the covariances that follow.

    Attributes
    ----------
    covariances : dict of (key, value) to float
        By the key of the measure and the value of the domain ("" for the whole).
    """

    shared: int
    before: int
    after: int
    covariances: dict[tuple[str, str], float]


def find_overlap(earlier: SurveyCube, later: SurveyCube, by: str = "") -> Overlap:
    """The primary units that answered in both waves, and the covariance of every measure that both count."""
    names = [{cube.cube.frame.names[i] for i in (cube.cube.rows > 0).nonzero()[0]} for cube in (earlier, later)]
    same_codes = earlier.survey.territory.code_system == later.survey.territory.code_system
    shared = len(names[0] & names[1]) if same_codes else 0
    covariances: dict[tuple[str, str], float] = {}
    if shared > 1:
        old = {one.key: one.counted for one in list_measures(earlier.instrument) if one.counted}
        new = {one.key: one.counted for one in list_measures(later.instrument) if one.counted}
        keys = [key for key in new if key in old]
        sums = [_sums(cube, [which[key] for key in keys], by) for cube, which in ((earlier, old), (later, new))]
        found = covariance_of_waves(*sums)
        for number, domain in enumerate(sums[1].domains):
            for place, key in enumerate(keys):
                covariances[key, domain[0] if domain else ""] = float(found[number, place])
    return Overlap(shared, len(names[0]), len(names[1]), covariances)


def _sums(counts: SurveyCube, measures: list[CubeMeasure], by: str) -> WaveSums:
    strata = [counts.design.first(psu).stratum for psu in counts.cube.frame.names]
    return sum_wave(counts.cube, strata, measures, (by,) if by else ())
