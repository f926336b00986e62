"""Questionnaires in the office: the stored versions, each as it will be asked, and two of them side by side."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from survey_app.accounts.guards import requires
from survey_app.accounts.roles import EDIT_SURVEYS, SECTORS, VIEW_SURVEYS
from survey_app.database import db
from survey_app.instruments.access import may_edit, open_questionnaire, sectors_with
from survey_app.instruments.comparison import compare_instruments
from survey_app.instruments.comparison_blocks import blocks_of, changed_words
from survey_app.instruments.language_switch import same_page_links
from survey_app.instruments.models import Questionnaire
from survey_app.instruments.queries import all_questionnaires, instrument_of
from survey_app.instruments.reading_cost import ReadingCost, reading_cost
from survey_app.instruments.schema import Instrument
from survey_app.instruments.usage import Usage, usage_of_all
from survey_app.instruments.written import source_of

blueprint = Blueprint("instruments", __name__)


@dataclass(frozen=True)
class Version:
    """A stored version and the surveys that ask with it."""

    stored: Questionnaire
    usage: Usage

    @property
    def name(self) -> str:
        """The name in addresses."""
        return f"{self.stored.key}@{self.stored.version}"


@dataclass(frozen=True)
class Row:
    """A questionnaire in the list: its versions, the newest first, and what the newest asks of respondents."""

    versions: tuple[Version, ...]
    instrument: Instrument
    cost: ReadingCost

    @property
    def newest(self) -> Version:
        """The version that was stored last."""
        return self.versions[0]


@blueprint.get("/quan-ly/bo-phieu")
@requires(VIEW_SURVEYS)
def questionnaires() -> ResponseReturnValue:
    """The questionnaires that this person may see, by sector."""
    seen = sectors_with(VIEW_SURVEYS)
    chosen = request.args.get("linh-vuc", "")
    rows = [row for row in _rows() if row.newest.stored.sector in seen]
    shown = [row for row in rows if chosen not in SECTORS or row.newest.stored.sector == chosen]
    by_sector = {key: [row for row in shown if row.newest.stored.sector == key] for key in SECTORS}
    return render_template(
        "office/questionnaires.html",
        by_sector={key: found for key, found in by_sector.items() if found},
        count=len(shown),
        used=sum(any(version.usage.surveys for version in row.versions) for row in shown),
        sectors=SECTORS,
        tabs={key: title for key, title in SECTORS.items() if any(row.newest.stored.sector == key for row in rows)},
        chosen=chosen if chosen in SECTORS else "",
        may_write=bool(sectors_with(EDIT_SURVEYS)),
    )


def _rows() -> list[Row]:
    usage = usage_of_all(db.session)
    stored = groupby(all_questionnaires(db.session), key=lambda one: (one.key, one.sector))
    rows = []
    for _key, found in stored:
        versions = tuple(Version(one, usage.get(one.id, Usage())) for one in found)
        instrument = instrument_of(db.session, versions[0].stored.id)
        rows.append(Row(versions, instrument, reading_cost(instrument)))
    return rows


@blueprint.get("/quan-ly/bo-phieu/<name>")
@requires(VIEW_SURVEYS)
def questionnaire(name: str) -> ResponseReturnValue:
    """One version with every question, option and rule; ``name`` is key@version or key."""
    stored = open_questionnaire(name)
    instrument = instrument_of(db.session, stored.id)
    seen = sectors_with(VIEW_SURVEYS)
    versions = [one for one in all_questionnaires(db.session) if one.key == stored.key and one.sector in seen]
    return render_template(
        "office/questionnaire.html",
        stored=stored,
        name=f"{stored.key}@{stored.version}",
        instrument=instrument,
        sectors=SECTORS,
        usage=usage_of_all(db.session).get(stored.id, Usage()),
        cost=reading_cost(instrument),
        others=[one for one in versions if one.id != stored.id],
        newest=versions[0],
        official=[item for item in instrument.questions() if item.wording == "official"],
        may_write=may_edit(stored.sector),
        language_links=same_page_links(),
    )


@blueprint.get("/quan-ly/bo-phieu/<name>/tep.yaml")
@requires(VIEW_SURVEYS)
def questionnaire_file(name: str) -> ResponseReturnValue:
    """The version as a file."""
    stored = open_questionnaire(name)
    return Response(
        source_of(instrument_of(db.session, stored.id)),
        mimetype="application/yaml",
        headers={"Content-Disposition": f'attachment; filename="{stored.key}.yaml"'},
    )


@blueprint.get("/quan-ly/bo-phieu/<name>/xlsform.xlsx")
@requires(VIEW_SURVEYS)
def questionnaire_workbook(name: str) -> ResponseReturnValue:
    """The version as an XLSForm workbook, for ODK and Kobo."""
    from survey_app.instruments.xlsform.service import export_xlsform  # with openpyxl, which only this page needs

    stored = open_questionnaire(name)
    return Response(
        export_xlsform(instrument_of(db.session, stored.id)),
        mimetype="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        headers={"Content-Disposition": f'attachment; filename="{stored.key}.xlsx"'},
    )


@blueprint.get("/quan-ly/bo-phieu/so-sanh")
@requires(VIEW_SURVEYS)
def comparison() -> ResponseReturnValue:
    """Two versions side by side: what changed, and what can be compared over time."""
    before, after = (request.args.get(side, "") for side in ("truoc", "sau"))
    found = None
    if before and after:
        pair = [instrument_of(db.session, open_questionnaire(name).id) for name in (before, after)]
        found = compare_instruments(*pair)
    seen = sectors_with(VIEW_SURVEYS)
    stored = groupby((one for one in all_questionnaires(db.session) if one.sector in seen), key=lambda one: one.key)
    by_key = [(key, list(versions)) for key, versions in stored]
    return render_template(
        "office/questionnaire_comparison.html",
        by_key=by_key,
        titles={key: instrument_of(db.session, versions[0].id).title for key, versions in by_key},
        before=before,
        after=after,
        comparison=found,
        blocks=blocks_of(found) if found else (),
        changed_words=changed_words,
        language_links=same_page_links(),
    )
