"""What a collector's device takes along: own cases with contacts, communes, questionnaires, the key to seal with."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from flask_babel import force_locale
from sqlalchemy.orm import Session

from survey_app.accounts.guards import may, places
from survey_app.accounts.models import User
from survey_app.accounts.roles import COLLECT
from survey_app.audit.models import Actor
from survey_app.collection.names import names_at
from survey_app.collection.offline.instruments import instrument_as_data
from survey_app.collection.queries import progress_by_commune
from survey_app.collection.sealing import public_key
from survey_app.geography.models import Unit
from survey_app.i18n import LANGUAGES
from survey_app.instruments.queries import instrument_of
from survey_app.sampling.queries import drawn_units
from survey_app.sampling.work.area import own_work
from survey_app.sampling.work.attempting import may_replace
from survey_app.sampling.work.contacts import contacts_mark, show_contacts
from survey_app.sampling.work.queries import CaseFilter, CaseLine, has_cases, list_by_road
from survey_app.surveys.design import design_of
from survey_app.surveys.models import Survey
from survey_app.surveys.queries import all_surveys

Data = dict[str, Any]


@dataclass(frozen=True)
class Bundle:
    """What a device gets, before contacts are opened.

    Attributes
    ----------
    mark : str
        Changes when anything in it does, contacts included; so a device that has it all opens no contact again.
    """

    content: Data
    mark: str
    cases: list[tuple[Survey, list[CaseLine]]]


def pack_bundle(session: Session, collector: User) -> Bundle:
    """Everything of a collector's work in the surveys that collect now; contacts are added by `with_contacts`."""
    content: Data = {"person": {"id": collector.id, "name": collector.name or collector.email}, "surveys": []}
    content |= {"key": asdict(public_key()), "instruments": {}, "names": {}}
    cases: list[tuple[Survey, list[CaseLine]]] = []
    contact_marks: list[str] = []
    for survey in all_surveys(session, "collecting"):
        if not may(collector, COLLECT, sector=survey.questionnaire.sector, territory=survey.territory):
            continue
        units = {entry.id: entry.unit for entry in drawn_units(session, survey)}
        packed = _survey(survey)
        if has_cases(session, survey.id):
            lines = list_by_road(session, own_work(collector, survey, COLLECT), CaseFilter(state="open"), limit=None)
            packed["cases"] = [_case(survey, line) for line in lines]
            contact_marks.append(contacts_mark(session, lines))
            cases.append((survey, lines))
            used = [units[number] for number in dict.fromkeys(line.frame_unit_id for line in lines)]
        else:
            used = _communes(survey, collector, units.values())
            packed["communes"] = _progress(session, survey, {unit.code for unit in used})
        if not used:
            continue
        content["surveys"].append(packed)
        content["names"][survey.slug] = {unit.code: _names(unit) for unit in used}
        instrument = instrument_of(session, survey.questionnaire_id)
        known = survey.questionnaire.content_hash
        content["instruments"].setdefault(known, instrument_as_data(instrument, known))
    text = json.dumps([content, contact_marks], sort_keys=True, ensure_ascii=False)
    return Bundle(content, hashlib.sha256(text.encode()).hexdigest()[:32], cases)


def with_contacts(session: Session, bundle: Bundle, *, actor: Actor) -> Data:
    """The bundle with the names, telephones and addresses of its cases; that they were taken along is on the trail."""
    contacts: dict[str, Any] = {}
    for survey, lines in bundle.cases:
        opened = show_contacts(session, survey, lines, actor=actor, purpose="offline")
        contacts[survey.slug] = {str(number): content for number, content in opened.items()}
    return bundle.content | {"contacts": contacts}


def _survey(survey: Survey) -> Data:
    rule = design_of(survey).work
    return {
        "slug": survey.slug,
        "title": {"vi": survey.title_vi, "en": survey.title_en},
        "simulated": survey.simulated,
        "starts_on": survey.starts_on.isoformat(),
        "ends_on": survey.ends_on.isoformat(),
        "questionnaire": survey.questionnaire.content_hash,
        "rule": {"attempts": rule.attempts, "on_different_days": rule.on_different_days},
    }


def _case(survey: Survey, line: CaseLine) -> Data:
    return {
        "id": line.id,
        "unit": line.unit_code,
        "place": line.unit_name,
        "stratum": line.stratum_name,
        "state": line.state,
        "outcome": line.outcome,
        "attempts": line.attempts,
        "reserve": line.rank if line.role == "reserve" else None,
        "due": line.due_on and line.due_on.isoformat(),
        "may_replace": may_replace(survey, line),
    }


def _communes(survey: Survey, collector: User, units: Iterable[Unit]) -> list[Unit]:
    found = places(collector, COLLECT, sector=survey.questionnaire.sector, territory=survey.territory)
    return [unit for unit in units if any(unit.lies_in(place) for place in found)]


def _progress(session: Session, survey: Survey, codes: set[str]) -> list[Data]:
    return [
        {
            "unit": commune.code,
            "place": commune.name,
            "stratum": commune.stratum_name,
            "received": commune.received,
            "planned": commune.planned,
        }
        for commune in progress_by_commune(session, survey)
        if commune.code in codes
    ]


def _names(unit: Unit) -> dict[str, dict[str, str]]:
    found = {}
    for code in LANGUAGES:
        with force_locale(code):
            found[code] = names_at(unit)
    return found
