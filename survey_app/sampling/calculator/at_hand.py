"""The survey at hand, as the calculator needs it: its plan, what is expected, the populations of its strata."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from survey_app.errors import UserError
from survey_app.sampling.calculator.forms import SizeForm, starting_values
from survey_app.sampling.calculator.outlook import Outlook, look_ahead, stratum_names
from survey_app.sampling.calculator.size import Answer, Question, answer_question
from survey_app.sampling.plan import DrawPlan, plan_draw
from survey_app.surveys.design import CaseSettings, design_of
from survey_app.surveys.models import Survey


@dataclass(frozen=True)
class Reckoning:
    """What the calculator says; the outlook is None where there is no survey, or its draw cannot be planned."""

    question: Question
    answer: Answer
    outlook: Outlook | None


@dataclass(frozen=True)
class AtHand:
    """A survey and the plan of its draw, or the reason why there is none."""

    survey: Survey
    plan: DrawPlan | None
    obstacle: str

    @property
    def populations(self) -> dict[str, int | None]:
        """The strata by name with the cases on their lists; None where no list tells."""
        if self.plan is None:
            return {}
        sizes = self.plan.frame.list_sizes
        return {
            name: sum(sizes.get(entry.code, 0) for entry in stratum.entries) or None
            for name, stratum in zip(stratum_names(self.plan), self.plan.strata, strict=True)
        }


def take_up(session: Session, survey: Survey) -> AtHand:
    """The survey with the plan of its draw."""
    try:
        plan = plan_draw(session, survey)
    except UserError as error:
        return AtHand(survey, None, error.message)
    return AtHand(survey, plan if plan.strata else None, "")


def form_for(at_hand: AtHand | None, typed: MultiDict[str, str]) -> SizeForm:
    """The fields as typed; what was not typed is what the survey expects."""
    if at_hand is None:
        return SizeForm(typed)
    survey = at_hand.survey
    settings = design_of(survey).sample.cases or CaseSettings(expected_rate=survey.target_rate)
    form = SizeForm(
        typed,
        data=starting_values(
            target=survey.target_rate,
            rate=settings.expected_rate,
            confidence=survey.confidence_level,
            deff=settings.deff,
            response=settings.response_rate,
        )
        | ({"population": str(at_hand.plan.listed)} if at_hand.plan is not None and at_hand.plan.listed else {}),
    )
    if len(at_hand.populations) < 2:
        del form.domains
    return form


def reckon(question: Question, at_hand: AtHand | None) -> Reckoning:
    """Answer a question, and look ahead where there is a plan."""
    answer = answer_question(question, at_hand.populations if at_hand is not None else {})
    if at_hand is None or at_hand.plan is None:
        return Reckoning(question, answer, None)
    sample = design_of(at_hand.survey).sample
    outlook = look_ahead(
        at_hand.plan,
        question,
        each=sample.cases_per_commune,
        target=at_hand.survey.target_rate,
        probability=sample.frame != "none",
    )
    return Reckoning(question, answer, outlook)
