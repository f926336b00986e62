"""Outcome rates of a survey of named persons by the AAPOR Standard Definitions, from counts of final dispositions.

Everything follows from one table of seven counts. Cases whose eligibility is unknown stay in the denominator whole
(no share e of them is assumed away), so these are the lowest rates the standard knows.

The American Association for Public Opinion Research (2023) *Standard Definitions: Final Dispositions of Case Codes
and Outcome Rates for Surveys*, 10th edition: response rates RR1 and RR2, refusal rate REF1, cooperation rates COOP1
and COOP2, contact rate CON1.
"""

import math
from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Dispositions:
    """Counts of cases by their disposition; each case counts once.

    Attributes
    ----------
    complete : int
        I, complete interviews.
    partial : int
        P, partial interviews that are kept.
    refusal : int
        R, refusals and interviews broken off.
    non_contact : int
        NC, eligible persons who were never met.
    other : int
        O, eligible persons met or heard of who could not answer: ill, unable, dead since.
    unknown_untried : int
        UH, cases not tried yet.
    unknown_other : int
        UO, cases of whom nobody can tell whether they are eligible: moved away, wrong address.

    Examples
    --------
    >>> Dispositions(complete=80, partial=5, refusal=10, non_contact=3, other=1, unknown_other=1).cases
    100
    """

    complete: int = 0
    partial: int = 0
    refusal: int = 0
    non_contact: int = 0
    other: int = 0
    unknown_untried: int = 0
    unknown_other: int = 0

    def __post_init__(self) -> None:
        for field in fields(self):
            if getattr(self, field.name) < 0:
                raise ValueError(f"the count of {field.name} is below 0")

    @property
    def cases(self) -> int:
        """All cases, I + P + R + NC + O + UH + UO.

        Returns
        -------
        int
        """
        return self.met + self.non_contact + self.unknown_untried + self.unknown_other

    @property
    def interviews(self) -> int:
        """Complete and partial interviews, I + P.

        Returns
        -------
        int
        """
        return self.complete + self.partial

    @property
    def met(self) -> int:
        """Cases in which a person was met or heard of, I + P + R + O.

        Returns
        -------
        int
        """
        return self.interviews + self.refusal + self.other


@dataclass(frozen=True, slots=True)
class OutcomeRates:
    """The rates of a table of dispositions, as shares; NaN where the denominator is 0.

    Attributes
    ----------
    rr1 : float
        Response rate 1, I / (I + P + R + NC + O + UH + UO): the minimum response rate.
    rr2 : float
        Response rate 2, (I + P) / (I + P + R + NC + O + UH + UO): partial interviews count.
    ref1 : float
        Refusal rate 1, R / (I + P + R + NC + O + UH + UO).
    coop1 : float
        Cooperation rate 1, I / (I + P + R + O): among those met.
    coop2 : float
        Cooperation rate 2, (I + P) / (I + P + R + O).
    con1 : float
        Contact rate 1, (I + P + R + O) / (I + P + R + NC + O + UH + UO).

    Examples
    --------
    >>> outcome_rates(Dispositions(complete=1, refusal=1)).rr1
    0.5
    """

    rr1: float
    rr2: float
    ref1: float
    coop1: float
    coop2: float
    con1: float


def outcome_rates(counts: Dispositions) -> OutcomeRates:
    """Compute the response, refusal, cooperation and contact rates of a table of dispositions.

    Parameters
    ----------
    counts : Dispositions

    Returns
    -------
    OutcomeRates

    Notes
    -----
    ``RR1 = I / ((I + P) + (R + NC + O) + (UH + UO))``, ``RR2`` with ``I + P`` above; ``REF1`` and ``CON1`` over the
    same denominator with ``R`` and ``I + P + R + O`` above; ``COOP1 = I / ((I + P) + R + O)``, ``COOP2`` with
    ``I + P`` above (AAPOR 2023, "Calculating outcome rates").

    Examples
    --------
    >>> rates = outcome_rates(Dispositions(complete=80, partial=5, refusal=10, non_contact=3, other=1, unknown_other=1))
    >>> rates.rr1, rates.rr2, rates.ref1, rates.con1
    (0.8, 0.85, 0.1, 0.96)
    >>> round(rates.coop1, 4), round(rates.coop2, 4)
    (0.8333, 0.8854)
    """
    return OutcomeRates(
        rr1=_share(counts.complete, counts.cases),
        rr2=_share(counts.interviews, counts.cases),
        ref1=_share(counts.refusal, counts.cases),
        coop1=_share(counts.complete, counts.met),
        coop2=_share(counts.interviews, counts.met),
        con1=_share(counts.met, counts.cases),
    )


def _share(part: int, whole: int) -> float:
    return part / whole if whole else math.nan
