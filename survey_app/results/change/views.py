"""The page of change: a survey beside an earlier one, or beside a published table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import current_user

from survey_app.accounts.guards import may, requires
from survey_app.accounts.roles import VIEW_RESULTS
from survey_app.database import db
from survey_app.errors import NotFound
from survey_app.i18n import language
from survey_app.results.change.compare import (
    Comparison,
    breakdowns_of,
    compare_surveys,
    compare_with_table,
)
from survey_app.results.change.figures import Change
from survey_app.results.change.waves import (
    COUNTS,
    WaveChoice,
    earlier_tables,
    earlier_waves,
    survey_choice,
    table_choice,
)
from survey_app.results.change.words import answer_words, change_words, chart_words, how_words
from survey_app.results.change_chart import WaveNames, draw_changes
from survey_app.results.counts.models import CountedSurvey
from survey_app.results.counts.words import assumption_words
from survey_app.results.views import breakdown_title
from survey_app.surveys.access import frame, may_on, open_survey
from survey_app.surveys.models import Survey

blueprint = Blueprint("change", __name__)
KINDS = ("index", "section", "item")


@dataclass(frozen=True)
class Waves:
    """What this person may compare a survey with."""

    surveys: dict[str, Survey]
    tables: dict[str, CountedSurvey]

    @property
    def choices(self) -> list[WaveChoice]:
        """All of them, surveys first."""
        return [survey_choice(one) for one in self.surveys.values()] + [
            table_choice(one) for one in self.tables.values()
        ]


@blueprint.get("/quan-ly/dot/<slug>/ket-qua/so-sanh")
@requires(VIEW_RESULTS)
def change(slug: str) -> ResponseReturnValue:
    """The waves side by side; ``?truoc=`` names the earlier one, ``?theo=`` and ``?cua=`` the parts of one measure."""
    survey = open_survey(slug, VIEW_RESULTS)
    waves = _waves(survey)
    asked = request.args.get("truoc", "") or next((one.value for one in waves.choices), "")
    known = {one.value for one in waves.choices}
    page: dict[str, Any] = {"choices": waves.choices, "asked": asked, "words_of": change_words}
    if not known:
        return render_template("office/change.html", comparison=None, **page, **frame(survey, "results"))
    if asked not in known:
        raise NotFound(_("Không có đợt trước „%(wave)s” để so sánh.", wave=asked[:80]))
    if asked.startswith(COUNTS):
        page |= _beside_table(survey, waves.tables[asked])
    else:
        page |= _beside_survey(survey, waves.surveys[asked])
    return render_template("office/change.html", **page, **frame(survey, "results"))


def _waves(survey: Survey) -> Waves:
    tables = [
        one
        for one in earlier_tables(db.session, survey)
        if may(current_user, VIEW_RESULTS, sector=one.sector, territory=one.territory)
    ]
    return Waves(
        {one.slug: one for one in earlier_waves(db.session, survey) if may_on(VIEW_RESULTS, one)},
        {f"{COUNTS}{one.slug}": one for one in tables},
    )


def _beside_survey(survey: Survey, earlier: Survey) -> dict[str, Any]:
    breakdowns = breakdowns_of(db.session, earlier, survey)
    by, of = request.args.get("theo", ""), request.args.get("cua", "")
    with_care = request.args.get("than-trong") == "1"
    by = by if by in breakdowns else ""
    comparison = compare_surveys(db.session, earlier, survey, by=by, of=of, with_care=with_care)
    measured = [one.later for one in comparison.changes]
    if of not in {row.of for row in measured} and measured:
        of = measured[0].of
        if by or comparison.bridge is not None:
            comparison = compare_surveys(db.session, earlier, survey, by=by, of=of, with_care=with_care)
    names = WaveNames(*_years(survey_choice(earlier).year, survey.starts_on.year, earlier.title, survey.title))
    return _page(comparison, names, simulated=survey.simulated or earlier.simulated) | {
        "earlier": earlier,
        "table": None,
        "answer": answer_words(comparison, earlier.title),
        "how": how_words(comparison, earlier, survey),
        "by": by,
        "of": of,
        "measured": measured,
        "breakdowns": [(name, breakdown_title(survey, name)) for name in breakdowns],
        "than_trong": with_care,
    }


def _beside_table(survey: Survey, table: CountedSurvey) -> dict[str, Any]:
    comparison = compare_with_table(db.session, table, survey)
    names = WaveNames(*_years(table.starts_on.year, survey.starts_on.year, table.title, survey.title))
    return _page(comparison, names, simulated=survey.simulated) | {
        "earlier": None,
        "table": table,
        "answer": answer_words(comparison, table.title),
        "how": [*how_words(comparison, None, survey), *assumption_words(table)],
        "by": "",
        "of": "",
        "measured": [],
        "breakdowns": [],
        "than_trong": False,
        "other_place": table.territory_id != survey.territory_id,
    }


def _years(before: int, now: int, earlier: str, later: str) -> tuple[str, str]:
    """The waves by their years; by their titles where both are of one year."""
    return (str(before), str(now)) if before != now else (earlier, later)


def _page(comparison: Comparison, names: WaveNames, *, simulated: bool) -> dict[str, Any]:
    lead = [one for one in comparison.changes if one.later.kind in ("index", "section") or one.later.domain]
    items = [one for one in comparison.changes if one.later.kind == "item" and not one.later.domain]
    blocks = []
    for key, subject, changes in (
        ("lead", _("Chỉ số và yếu tố"), lead),
        ("items", _("Các tiêu chí"), _most_changed(items)),
        ("parts", _("Các phần"), comparison.parts),
    ):
        if changes:
            picture = None
            if len(changes) <= 60:
                picture = draw_changes(
                    changes,
                    [_label(one) for one in changes],
                    names,
                    words=chart_words(changes, subject),
                    simulated=simulated,
                )
            blocks.append((key, subject, changes, picture))
    return {"comparison": comparison, "blocks": blocks, "names": names, "either_simulated": simulated}


def _most_changed(changes: list[Change]) -> list[Change]:
    """What fell most first, what rose most last; what cannot be compared at the end."""
    return sorted(changes, key=lambda one: (one.difference is None, one.difference or 0.0))


def _label(change: Change) -> str:
    row = change.later
    if row.domain:
        return row.domain_title.get(language(), "")
    title = row.title.get(language(), "")
    return f"{row.criterion}. {title}" if row.criterion else title
