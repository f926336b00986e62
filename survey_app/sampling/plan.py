"""What a draw will take, before it is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from sqlalchemy.orm import Session

from analysis.sampling import allocate
from survey_app.sampling.frame import FrameEntry, build_frame
from survey_app.surveys.models import Survey


@dataclass(frozen=True)
class StratumPlan:
    """A stratum, its communes and how many of them will be drawn."""

    stratum: str
    name: str
    entries: list[FrameEntry]
    drawn: int

    @property
    def size(self) -> int:
        """N_h."""
        return len(self.entries)


@dataclass(frozen=True)
class DrawPlan:
    """The plan of all strata."""

    strata: list[StratumPlan]

    @property
    def size(self) -> int:
        """Communes in the frame."""
        return sum(stratum.size for stratum in self.strata)

    @property
    def drawn(self) -> int:
        """Communes that will be drawn."""
        return sum(stratum.drawn for stratum in self.strata)


def plan_draw(session: Session, survey: Survey) -> DrawPlan:
    """Allocate the sample to the strata of the present frame by the survey's rule."""
    groups = [
        (stratum, list(entries))
        for stratum, entries in groupby(build_frame(session, survey), key=lambda entry: entry.stratum)
    ]
    counts = allocate(
        [len(entries) for _stratum, entries in groups],
        survey.sample_share,
        minimum=survey.min_per_stratum,
        rule="total" if survey.sample_rule == "total" else "each_stratum",
    )
    return DrawPlan(
        [
            StratumPlan(stratum, entries[0].stratum_name or stratum, entries, count)
            for (stratum, entries), count in zip(groups, counts.tolist(), strict=True)
        ]
    )
