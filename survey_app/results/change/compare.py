"""Two waves side by side: a survey with an earlier one, or with a published table."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from survey_app.errors import UserError
from survey_app.i18n import language
from survey_app.results.change.bridge import Bridge, bridge_between, predecessor_rows, rows_inside
from survey_app.results.change.comparable import Comparability, compare_measures
from survey_app.results.change.figures import Change, compare_rows, judge_changes
from survey_app.results.change.waves import Overlap, counts_of, find_overlap
from survey_app.results.counts.figures import figures_of
from survey_app.results.counts.models import CountedSurvey
from survey_app.results.cube import SurveyCube
from survey_app.results.estimates import Row, estimate_survey
from survey_app.surveys.models import Survey


@dataclass(frozen=True)
class LeftOut:
    """A figure that is not compared, and why."""

    row: Row
    reason: str


@dataclass(frozen=True)
class CommuneChange:
    """A new commune with what its predecessors said."""

    name: str
    change: Change
    surveyed: int
    predecessors: int
    split: bool


@dataclass(frozen=True)
class Comparison:
    """What a page of change shows.

    Attributes
    ----------
    changes : list of Change
        Of the whole: indices, factors, criteria, in this order.
    parts : list of Change
        Of one measure in the parts of a breakdown.
    with_care : int
        Figures whose questions changed only in how they read; compared only where that is asked for.
    """

    changes: list[Change]
    left_out: list[LeftOut] = field(default_factory=list)
    with_care: int = 0
    overlap: Overlap | None = None
    bridge: Bridge | None = None
    parts: list[Change] = field(default_factory=list)
    communes: list[CommuneChange] = field(default_factory=list)


def compare_surveys(
    session: Session, earlier: Survey, later: Survey, *, by: str = "", of: str = "", with_care: bool = False
) -> Comparison:
    """A survey beside an earlier one.

    Parameters
    ----------
    by, of : str
        A breakdown that both waves have, and the measure to follow in its parts.
    with_care : bool
        Whether questions that only read differently are compared too.
    """
    cubes = counts_of(session, earlier), counts_of(session, later)
    bridge = bridge_between(session, earlier, later)
    verdicts = compare_measures(cubes[0].instrument, cubes[1].instrument)
    before = {row.of: row for row in estimate_survey(session, earlier).rows}
    after = estimate_survey(session, later).rows
    if bridge is not None:
        inside = {row.of: row for row in rows_inside(cubes[1], bridge)}
        after = [inside[row.of] for row in after if row.of in inside]
    overlap = find_overlap(*cubes)
    level = later.confidence_level
    changes, left_out, care = [], [], 0
    for row in after:
        verdict = _verdict(verdicts, row)
        care += verdict.level == "with_care"
        if row.of not in before or verdict.level == "not_comparable":
            left_out.append(LeftOut(row, verdict.words or _("đợt trước không có")))
        elif verdict.level == "with_care" and not with_care:
            left_out.append(LeftOut(row, verdict.words))
        else:
            covariance = overlap.covariances.get((row.of, ""), 0.0)
            changes.append(compare_rows(before[row.of], row, level=level, covariance=covariance, comparability=verdict))
    measured = {change.later.of for change in changes}
    return Comparison(
        judge_changes(changes, level=level),
        left_out,
        care,
        overlap,
        bridge,
        _parts(session, earlier, later, cubes, by, of, bridge) if by and of in measured else [],
        _communes(session, cubes, bridge, of) if bridge is not None and of in measured else [],
    )


def _verdict(verdicts: dict[str, Comparability], row: Row) -> Comparability:
    return verdicts.get(row.of, Comparability("not_comparable"))


def breakdowns_of(session: Session, earlier: Survey, later: Survey) -> list[str]:
    """What both waves can be broken down by, so that its parts are the same: same map, same options."""
    cubes = counts_of(session, earlier), counts_of(session, later)
    verdicts = compare_measures(cubes[0].instrument, cubes[1].instrument)
    names = set(estimate_survey(session, earlier).breakdowns)
    same_map = earlier.territory.code_system == later.territory.code_system
    return [
        name
        for name in estimate_survey(session, later).breakdowns
        if name in names
        and (
            same_map
            if name in ("district", "commune")
            else name == "channel" or verdicts.get(name, Comparability("not_comparable")).level != "not_comparable"
        )
    ]


def _parts(
    session: Session,
    earlier: Survey,
    later: Survey,
    cubes: tuple[SurveyCube, SurveyCube],
    by: str,
    of: str,
    bridge: Bridge | None,
) -> list[Change]:
    """One measure in every part that both waves know."""
    if by not in breakdowns_of(session, earlier, later):
        raise UserError(_("Hai đợt không cùng chia được theo „%(by)s”. Xin chọn cách chia khác.", by=by[:40]))
    if bridge is not None:
        return []
    covariances = find_overlap(*cubes, by).covariances
    rows = [
        {row.domain[by]: row for row in estimate_survey(session, wave, by).rows if row.domain and row.of == of}
        for wave in (earlier, later)
    ]
    changes = [
        compare_rows(rows[0][value], row, level=later.confidence_level, covariance=covariances.get((of, value), 0.0))
        for value, row in rows[1].items()
        if value in rows[0]
    ]
    return judge_changes(changes, level=later.confidence_level)


def _communes(session: Session, cubes: tuple[SurveyCube, SurveyCube], bridge: Bridge, of: str) -> list[CommuneChange]:
    """One measure in every new commune that was asked, beside its predecessors; for reference only."""
    survey = cubes[1].survey
    now = {
        row.domain["commune"]: row
        for row in estimate_survey(session, survey, "commune").rows
        if row.domain and row.of == of
    }
    found = []
    for code, (row, surveyed, all_of_them, split) in predecessor_rows(cubes[0], bridge, of).items():
        if code in now:
            change = compare_rows(row, now[code], level=survey.confidence_level)
            name = now[code].domain_title.get(language(), code)
            found.append(CommuneChange(name, replace(change, reference=True), surveyed, all_of_them, split))
    return found


def compare_with_table(session: Session, table: CountedSurvey, later: Survey) -> Comparison:
    """A survey beside a published table: the lines that name a figure of this questionnaire; as independent samples."""
    changes, left_out = [], []
    for figure in figures_of(table):
        line = figure.line
        row = _row_of(session, later, line.of, line.by, line.value)
        if row is None:
            left_out.append(LeftOut(figure.row, _("dòng này không gắn với chỉ số nào của bộ phiếu")))
        elif row.unit != figure.row.unit:
            left_out.append(LeftOut(figure.row, _("bảng cũ là tỷ lệ, bộ phiếu này tính điểm")))
        else:
            care = Comparability("with_care", _("không biết câu hỏi của bảng cũ"))
            changes.append(compare_rows(figure.row, row, level=later.confidence_level, comparability=care))
    return Comparison(judge_changes(changes, level=later.confidence_level), left_out)


def _row_of(session: Session, survey: Survey, of: str, by: str, value: str) -> Row | None:
    whole = estimate_survey(session, survey)
    if not of or (by and by not in whole.breakdowns):
        return None
    rows = estimate_survey(session, survey, by).rows if by else whole.rows
    return next((row for row in rows if row.of == of and row.domain == ({by: value} if by else {})), None)
