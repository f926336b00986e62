"""What a draw will take, before it is drawn."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from analysis.planning import sample_size_for_margin
from survey_app.errors import UserError
from survey_app.sampling.frame import Frame, build_frame
from survey_app.sampling.stage_one import Rules, StratumPlan, plan_strata
from survey_app.sampling.stage_two import CaseRules
from survey_app.surveys.design import CaseSettings, SampleSettings, SurveyDesign, design_of
from survey_app.surveys.models import Survey


@dataclass(frozen=True)
class DrawPlan:
    """The plan of all strata.

    Attributes
    ----------
    cases : CaseRules or None
        How cases are drawn from the lists; None where there are none.
    """

    strata: list[StratumPlan]
    rules: Rules
    cases: CaseRules | None
    frame: Frame

    @property
    def size(self) -> int:
        """Communes or agencies in the frame; districts where these are drawn whole."""
        return sum(stratum.size for stratum in self.strata)

    @property
    def drawn(self) -> int:
        """How many of them will be drawn."""
        return sum(stratum.drawn for stratum in self.strata)

    @property
    def listed(self) -> int:
        """Cases on all lists."""
        return sum(self.frame.list_sizes.values())


def plan_draw(session: Session, survey: Survey) -> DrawPlan:
    """Share the sample out among the strata of the present frame by the survey's design.

    Raises
    ------
    UserError
        The design cannot be met by the frame.
    """
    design = design_of(survey)
    frame = build_frame(session, survey)
    rules = rules_of(design)
    strata = plan_strata(frame.entries, rules) if frame.entries else []
    return DrawPlan(strata, rules, case_rules(design.sample, sum(frame.list_sizes.values())), frame)


def rules_of(design: SurveyDesign) -> Rules:
    """The rules of the first stage. Without a frame every place is open, and nothing is drawn."""
    sample = design.sample
    if sample.frame == "none":
        return Rules("srswor", 1.0, None, "total", 1)
    return Rules(
        sample.method,
        sample.share,
        sample.number,
        sample.rule,
        sample.min_per_stratum,
        frozenset(sample.take_all),
        sample.shift,
    )


def case_rules(sample: SampleSettings, listed: int) -> CaseRules | None:
    """The rules of the second stage, with the number that a wanted margin comes to.

    Parameters
    ----------
    listed : int
        Cases on all lists, for the finite population correction.
    """
    settings = sample.cases
    if settings is None:
        return None
    if settings.allocation == "fixed":
        number = settings.number or sample.cases_per_commune
    elif settings.allocation == "proportional":
        number = settings.number or 0
    else:
        number = _number_for_margin(settings, listed)
    return CaseRules(settings.method, settings.allocation, number, settings.reserve)


def _number_for_margin(settings: CaseSettings, listed: int) -> int:
    if not listed:
        raise UserError(_("Chưa có danh sách hồ sơ nào để bốc. Xin nhập ở trang Dàn mẫu."))
    needed = sample_size_for_margin(
        settings.margin or 0.03,
        p=settings.expected_rate,
        population=listed,
        deff=settings.deff,
        response_rate=settings.response_rate,
    )
    return needed.invited
