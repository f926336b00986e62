"""From the states and outcomes of cases to the dispositions of AAPOR's Standard Definitions (10th edition, 2023).

The frame is a list of named persons who have finished a dossier, so that everybody on it is eligible unless the list
is wrong about them. The codes are those of the standard for in-person surveys and specifically named persons:

====================================  =========================================  =====================
here                                  disposition                                counted as
====================================  =========================================  =====================
answered, complete                    1.1 complete interview                     I
answered, partial                     1.2 partial interview                      P
answered, broken off                  2.12 break-off                             R
answered, the form does not count     2.3 other (taken back, set aside)          O
refused                               2.11 refusal                               R
not_home, later, unreachable          2.2 non-contact, person away               NC
unable                                2.32 physically or mentally unable         O
died                                  2.31 death                                 O
moved, wrong_data                     3.2, 3.3 whereabouts unknown               UO
never tried, whatever the state       3.11 not attempted                         UH
====================================  =========================================  =====================

Death and inability stay among the eligible, because the dossier was finished; the standard leaves no other place for
persons drawn by name. Moved and wrong data are of unknown eligibility: nobody has found out whether such a person is
there. Both choices keep the cases in the denominator, so that neither makes a rate better.

A case that was replaced keeps its own disposition, and the reserve called up for it counts as a case of its own:
replacement hides no non-response. A reserve that nobody called up is no case.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from analysis.response_rates import Dispositions
from survey_app.collection.queries import COUNTED
from survey_app.collection.watch.counts import CaseCount, ReceivedCount

OF_OUTCOME = {
    None: "unknown_untried",
    "refused": "refusal",
    "not_home": "non_contact",
    "later": "non_contact",
    "unreachable": "non_contact",
    "unable": "other",
    "died": "other",
    "moved": "unknown_other",
    "wrong_data": "unknown_other",
    "answered": "other",  # the case was opened again after its answer was taken back
}
OF_COMPLETENESS = {"complete": "complete", "partial": "partial", "broken_off": "refusal"}


def dispositions_of(cases: Iterable[CaseCount], received: Iterable[ReceivedCount]) -> Dispositions:
    """Count the cases by disposition.

    How complete an answer is stands with the response, which keeps it when the survey closes and the tie to the case
    is cut; so the answered cases are parted by the counts of the responses.
    """
    found: Counter[str] = Counter()
    for one in cases:
        if one.standing:
            found["answered" if one.state == "answered" else OF_OUTCOME[one.outcome]] += one.count
    left = found.pop("answered", 0)
    forms: Counter[str] = Counter()
    for form in received:
        if form.completeness is not None and form.status in COUNTED:
            forms[OF_COMPLETENESS[form.completeness]] += form.count
    for name in ("complete", "partial", "refusal"):
        part = min(forms[name], left)
        found[name] += part
        left -= part
    found["other"] += left
    return Dispositions(**found)
