"""Questionnaires in the office: the stored versions, each as it will be asked, and two of them side by side."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from survey_app.accounts.guards import requires
from survey_app.accounts.roles import EDIT_SURVEYS, SECTORS, VIEW_SURVEYS
from survey_app.database import db
from survey_app.instruments.access import may_edit, open_questionnaire, sectors_with
from survey_app.instruments.comparison import compare_instruments
from survey_app.instruments.items import InformationItem
from survey_app.instruments.models import Questionnaire
from survey_app.instruments.queries import all_questionnaires, instrument_of
from survey_app.instruments.schema import Instrument
from survey_app.instruments.usage import Usage, usage_of_all
from survey_app.instruments.written import source_of

blueprint = Blueprint("instruments", __name__)

#: A question longer than this is hard to hold in mind while it is read aloud.
LONG_QUESTION_WORDS = 25


@dataclass(frozen=True)
class ReadingCost:
    """What a version asks of a respondent."""

    words: int
    minutes: float
    long_items: tuple[str, ...]


def reading_cost(instrument: Instrument) -> ReadingCost:
    """Words of all questions in Vietnamese, minutes to read and answer, and the questions that are too long."""
    words = {item.key: len(item.text.vi.split()) for section in instrument.sections for item in section.items}
    asked = [item for section in instrument.sections for item in section.items if not isinstance(item, InformationItem)]
    seconds = sum(6 if item.type == "scale" else 10 for item in asked)
    return ReadingCost(
        words=sum(words.values()),
        minutes=seconds / 60,
        long_items=tuple(key for key, count in words.items() if count > LONG_QUESTION_WORDS),
    )


@dataclass(frozen=True)
class Row:
    """A stored version in the list."""

    stored: Questionnaire
    instrument: Instrument
    usage: Usage
    cost: ReadingCost
    is_newest: bool

    @property
    def name(self) -> str:
        """The name in addresses."""
        return f"{self.stored.key}@{self.stored.version}"


@blueprint.get("/quan-ly/bo-phieu")
@requires(VIEW_SURVEYS)
def questionnaires() -> ResponseReturnValue:
    """The stored versions that this person may see, by sector."""
    seen = sectors_with(VIEW_SURVEYS)
    chosen = request.args.get("linh-vuc", "")
    rows = [row for row in _rows() if row.stored.sector in seen]
    return render_template(
        "office/questionnaires.html",
        rows=[row for row in rows if not chosen or row.stored.sector == chosen],
        sectors={key: title for key, title in SECTORS.items() if any(row.stored.sector == key for row in rows)},
        chosen=chosen,
        may_write=bool(sectors_with(EDIT_SURVEYS)),
    )


def _rows() -> list[Row]:
    usage = usage_of_all(db.session)
    rows: list[Row] = []
    for one in all_questionnaires(db.session):
        instrument = instrument_of(db.session, one.id)
        newest = not rows or rows[-1].stored.key != one.key
        rows.append(Row(one, instrument, usage.get(one.id, Usage()), reading_cost(instrument), newest))
    return rows


@blueprint.get("/quan-ly/bo-phieu/<name>")
@requires(VIEW_SURVEYS)
def questionnaire(name: str) -> ResponseReturnValue:
    """One version with every question, option and rule; ``name`` is key@version or key."""
    stored = open_questionnaire(name)
    instrument = instrument_of(db.session, stored.id)
    return render_template(
        "office/questionnaire.html",
        stored=stored,
        name=f"{stored.key}@{stored.version}",
        instrument=instrument,
        sectors=SECTORS,
        usage=usage_of_all(db.session).get(stored.id, Usage()),
        cost=reading_cost(instrument),
        others=[one for one in all_questionnaires(db.session) if one.key == stored.key and one.id != stored.id],
        may_write=may_edit(stored.sector),
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
    return render_template(
        "office/questionnaire_comparison.html",
        stored=[one for one in all_questionnaires(db.session) if one.sector in seen],
        before=before,
        after=after,
        comparison=found,
        broken=sum(verdict.level == "not_comparable" for verdict in found.items) if found else 0,
    )
