"""The demonstration's fieldwork: a made-up list of dossiers, drawn cases, two collectors half done."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Callable, Sequence
from datetime import datetime, time, timedelta
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.accounts.models import User
from survey_app.audit.models import SYSTEM
from survey_app.collection.service import Submission, accept_response
from survey_app.demonstration_answers import simulate_answers
from survey_app.geography.queries import find_unit
from survey_app.i18n import PROVINCE_TIME, today
from survey_app.instruments.queries import instrument_of
from survey_app.sampling.listing.columns import guess_columns
from survey_app.sampling.listing.queries import frame_files
from survey_app.sampling.listing.service import import_case_list
from survey_app.sampling.listing.simulation import CASE_HEADINGS, simulate_cases
from survey_app.sampling.service import draw_sample
from survey_app.sampling.work.area import whole_area
from survey_app.sampling.work.assigning import assign_places
from survey_app.sampling.work.attempting import record_attempt
from survey_app.sampling.work.holders import find_holder, office_of
from survey_app.sampling.work.models import Case, PostOffice
from survey_app.sampling.work.offices import add_member, add_office
from survey_app.sampling.work.queries import CaseFilter, CaseLine, list_cases
from survey_app.surveys.definition import read_definition
from survey_app.surveys.models import Survey
from survey_app.surveys.service import create_survey, set_state

SLUG = "kien-giang-ho-so-mo-phong"
OFFICE = "BDKG"
CASES = 6_000
DAYS_SO_FAR = 14


def load_fieldwork(session: Session, collectors: Sequence[str], tell: Callable[[str], None]) -> None:
    """A survey by drawn cases that is half done; goes on where an earlier run was stopped.

    Parameters
    ----------
    collectors : sequence of str
        Addresses: who works in two districts, and who everywhere else.
    """
    survey = session.scalar(select(Survey).where(Survey.slug == SLUG)) or _make_survey(session)
    if survey.state == "draft":
        _draw(session, survey)
    if survey.state == "sampled":
        set_state(session, survey, "collecting", actor=SYSTEM)
        session.commit()
    if session.scalar(select(PostOffice.id).where(PostOffice.code == OFFICE)) is None:
        _give_out(session, survey, collectors)
    if session.scalar(select(Case.id).where(Case.survey_id == survey.id, Case.state == "answered").limit(1)) is None:
        tell(f"simulating fieldwork for {SLUG} …")
        _work(session, survey)


def _make_survey(session: Session) -> Survey:
    start = today() - timedelta(days=DAYS_SO_FAR)
    survey = create_survey(
        session,
        read_definition(
            {
                "slug": SLUG,
                "title": {
                    "vi": "Khảo sát theo hồ sơ đã giải quyết, đang thực địa (mô phỏng)",
                    "en": "Survey by finished dossiers, in the field (simulated)",
                },
                "questionnaire": "sipas-commune",
                "territory": {"code": "91", "code_system": "tctk-2020"},
                "period": {"from": start, "to": start + timedelta(days=45)},
                "sample": {"share": 0.3, "stratify_by": "district", "cases": {"number": 10, "reserve": 0.3}},
                "work": {"call_backs": 0.1},
                "target": {"rate": 0.8, "basis": "Kế hoạch 138/KH-UBND ngày 13/9/2019, mục II.6"},
                "simulated": True,
            }
        ),
        actor=SYSTEM,
    )
    session.commit()
    return survey


def _draw(session: Session, survey: Survey) -> None:
    if not frame_files(session, survey):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "ho-so-mo-phong.csv"
            with path.open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file)
                writer.writerow(CASE_HEADINGS)
                writer.writerows(simulate_cases(session, survey, CASES, "1"))
            import_case_list(session, survey, path, path.name, guess_columns("cases", CASE_HEADINGS), actor=SYSTEM)
        session.commit()
    draw_sample(session, survey, seed="2020-06-30", actor=SYSTEM)
    session.commit()


def _give_out(session: Session, survey: Survey, collectors: Sequence[str]) -> None:
    area = whole_area(survey)
    add_office(session, code=OFFICE, name="Bưu điện tỉnh (mô phỏng)", unit=survey.territory, actor=SYSTEM)
    office = session.scalars(select(PostOffice).where(PostOffice.code == OFFICE)).one()
    two_districts, elsewhere = (find_holder(session, email) for email in collectors)
    for holder in (two_districts, elsewhere):
        assert holder.collector is not None
        if office_of(session, holder.collector.id) is None:  # somebody who tries the product may have been quicker
            add_member(session, office, holder.collector, actor=SYSTEM)
    system = survey.territory.code_system
    codes = [find_unit(session, code, level="district", code_system=system).code for code in ("899", "900")]
    assign_places(session, area, codes, find_holder(session, collectors[0]), actor=SYSTEM)
    assign_places(session, area, [], find_holder(session, collectors[1]), actor=SYSTEM)
    session.commit()


def _work(session: Session, survey: Survey) -> None:
    """Half of the cases answered, some tried, all of it in the days so far; the same seed gives the same ids."""
    instrument = instrument_of(session, survey.questionnaire_id)
    chance = np.random.default_rng(2026)
    people = {user.id: user for user in session.scalars(select(User))}
    for line in list_cases(session, whole_area(survey), CaseFilter(state="todo"), limit=None):
        fate, back = chance.random(), int(chance.integers(1, DAYS_SO_FAR))
        if fate < 0.5:
            accept_response(
                session,
                survey,
                Submission(
                    response_id=uuid5(NAMESPACE_URL, f"hai-long/{SLUG}/{line.id}"),
                    unit_code=line.unit_code,
                    channel="field",
                    language="vi",
                    answers=simulate_answers(chance, instrument, 4.45),
                    day=today() - timedelta(days=back),
                    minutes=round(float(chance.gamma(6, 0.8)), 1),
                    collector_id=line.collector_id,
                    case_id=line.id,
                ),
            )
        elif fate < 0.62 and line.collector_id is not None:
            _try(session, survey, line, people[line.collector_id], back, refused=fate > 0.6)
    session.commit()


def _try(session: Session, survey: Survey, line: CaseLine, collector: User, back: int, *, refused: bool) -> None:
    moment = datetime.combine(today() - timedelta(days=back), time(9, 30), PROVINCE_TIME)
    record_attempt(
        session,
        whole_area(survey),
        line.id,
        attempt_id=uuid5(NAMESPACE_URL, f"hai-long/{SLUG}/{line.id}/1"),
        outcome="refused" if refused else "not_home",
        collector=collector,
        actor=SYSTEM,
        tried_at=moment,
    )
