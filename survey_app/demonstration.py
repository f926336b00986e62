"""The demonstration: surveys with simulated answers, entered through the same door as real ones, always labelled."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

import click
import numpy as np
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.accounts.models import User
from survey_app.accounts.service import add_user
from survey_app.audit.models import SYSTEM, Actor
from survey_app.collection.queries import count_responses
from survey_app.collection.service import Submission, accept_response
from survey_app.command_line import telling_database_errors
from survey_app.database import db
from survey_app.demonstration_answers import simulate_answers
from survey_app.demonstration_fieldwork import load_fieldwork
from survey_app.instruments.queries import instrument_of
from survey_app.publication.review import LINES, Answer, review_publication
from survey_app.publication.service import approve_publication, freeze_publication
from survey_app.results.counts.definition import read_counts_file
from survey_app.results.counts.service import enter_counts
from survey_app.sampling.queries import drawn_units
from survey_app.sampling.service import draw_sample
from survey_app.settings import ROOT
from survey_app.surveys.definition import read_definition
from survey_app.surveys.models import Survey
from survey_app.surveys.service import create_survey, set_state

OPEN, PUBLISHED = "kien-giang-2020-mo-phong", "kien-giang-2019-mo-phong"
COUNTS = ROOT / "data" / "counts" / "kien-giang-2019.yaml"
ACCOUNTS = "demonstration-accounts.txt"
BATCH = 400
COUNTER_PLACE = "unit:30760"  # Phường Vĩnh Thông; drawn by the seed below
PEOPLE = (
    ("quanly@demo.hailong.example", "survey_manager", ()),
    ("phantich@demo.hailong.example", "analyst", ()),
    ("lanhdao@demo.hailong.example", "approver", ()),
    ("soyte@demo.hailong.example", "sector_lead", ("sector:health",)),
    ("dieuphoi@demo.hailong.example", "post_coordinator", ()),
    ("dieutravien@demo.hailong.example", "collector", ("unit:899", "unit:900")),
    ("dieutravien2@demo.hailong.example", "collector", ()),
    ("nhapphieu@demo.hailong.example", "paper_keyer", ()),
    ("nhapphieu2@demo.hailong.example", "paper_keyer", ()),
    ("quay@demo.hailong.example", "counter_device", (COUNTER_PLACE,)),
    ("mattran@demo.hailong.example", "observer", ()),
    ("quantri@demo.hailong.example", "administrator", ()),
)


@click.command("demonstration")
@with_appcontext
def demonstration_command() -> None:
    """Load the demonstration; safe to repeat; refused in production."""
    if current_app.config["PRODUCTION"]:
        raise click.ClickException("HAILONG_ENV is production; a real service holds no simulated data.")
    with telling_database_errors():
        load_demonstration(click.echo)


def load_demonstration(tell: Callable[[str], None]) -> None:
    """Accounts, one survey that is published and two that collect; goes on where an earlier run was stopped.

    The table that Kiên Giang published of 2019 stands beside them. It is real, and says so.
    """
    session = db.session
    _make_accounts(session, tell)
    published = _make_survey(session, PUBLISHED, 2019, seed="2019-10-10", cases=40)
    if published.state == "collecting":
        _answer(session, published, 2019, share=1.0, ease=4.55, tell=tell)
        set_state(session, published, "closed", actor=SYSTEM)
        session.commit()
    if published.state == "closed":
        manager, analyst, approver = (_person(session, role) for role in ("survey_manager", "analyst", "approver"))
        freeze_publication(session, published, actor=manager)
        review_publication(session, published, {line: Answer(ok=True) for line in LINES}, actor=analyst)
        approve_publication(session, published, actor=approver)
        session.commit()
    collecting = _make_survey(session, OPEN, 2020, seed="2020-06-30", cases=60)
    if collecting.state == "collecting":
        _answer(session, collecting, 2020, share=0.9, ease=4.45, tell=tell)
    enter_counts(session, read_counts_file(COUNTS.read_bytes(), name=COUNTS.name), actor=SYSTEM)
    session.commit()
    load_fieldwork(session, [email for email, role, _scopes in PEOPLE if role == "collector"], tell)


def _make_accounts(session: Session, tell: Callable[[str], None]) -> None:
    path = Path(current_app.config["INSTANCE"]) / ACCOUNTS
    known = set(session.scalars(select(User.email).where(User.email.in_([email for email, _role, _scopes in PEOPLE]))))
    missing = [one for one in PEOPLE if one[0] not in known]
    if not missing:
        return
    lines = []
    for email, role, scopes in missing:
        _user, password = add_user(session, email, role=role, scopes=list(scopes), actor=SYSTEM)
        lines.append(f"{role:16} {email:36} {password}")
    if not known:
        path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a") as file:
        file.write("\n".join(lines) + "\n")
    session.commit()
    tell("Accounts of the demonstration, shown this once and kept in " + str(path) + ":")
    for line in lines:
        tell("  " + line)


def _person(session: Session, role: str) -> Actor:
    email = next(email for email, name, _scopes in PEOPLE if name == role)
    user = session.scalars(select(User).where(User.email == email)).one()
    return Actor(user.id, user.email)


def _make_survey(session: Session, slug: str, year: int, *, seed: str, cases: int) -> Survey:
    survey = session.scalar(select(Survey).where(Survey.slug == slug))
    if survey is not None:
        return survey
    survey = create_survey(
        session,
        read_definition(
            {
                "slug": slug,
                "title": {
                    "vi": f"Khảo sát hài lòng về phục vụ hành chính cấp xã năm {year} (mô phỏng)",
                    "en": f"Satisfaction with commune administrative services {year} (simulated)",
                },
                "questionnaire": "sipas-commune",
                "territory": {"code": "91", "code_system": "tctk-2020"},
                "period": {"from": date(year, 7, 1), "to": date(year, 9, 30)},
                "sample": {
                    "share": 0.3,
                    "rule": "total",
                    "stratify_by": "district",
                    "min_per_stratum": 2,
                    "method": "srswor",
                    "cases_per_commune": cases,
                },
                "target": {
                    "rate": 0.8,
                    "operator": "ge",
                    "basis": "Kế hoạch 138/KH-UBND ngày 13/9/2019, mục II.6",
                },
                "simulated": True,
            }
        ),
        actor=SYSTEM,
    )
    draw_sample(session, survey, seed=seed, actor=SYSTEM)
    set_state(session, survey, "collecting", actor=SYSTEM)
    session.commit()
    return survey


def _answer(
    session: Session, survey: Survey, year: int, *, share: float, ease: float, tell: Callable[[str], None]
) -> None:
    """Enter simulated answers; the same seed gives the same ids, so a repeated run adds nothing."""
    instrument = instrument_of(session, survey.questionnaire_id)
    chance = np.random.default_rng(year)
    units = list(drawn_units(session, survey))
    planned = [round(survey.cases_per_commune * share * chance.uniform(0.85, 1.1)) for _unit in units]
    if count_responses(session, survey) >= sum(planned):
        return
    tell(f"simulating {sum(planned)} answers for {survey.slug} …")
    first_day = date(year, 7, 1)
    done = 0
    for unit, count in zip(units, planned, strict=True):
        level = ease + chance.normal(0, 0.22)
        for number in range(count):
            submission = Submission(
                response_id=uuid5(NAMESPACE_URL, f"hai-long/{survey.slug}/{unit.unit.code}/{number}"),
                unit_code=unit.unit.code,
                channel=str(chance.choice(["kiosk", "field", "link", "paper"], p=[0.45, 0.35, 0.12, 0.08])),
                language="vi",
                answers=simulate_answers(chance, instrument, level),
                day=first_day + timedelta(days=int(chance.integers(0, 85))),
                minutes=round(float(chance.gamma(6, 0.8)), 1),
            )
            accept_response(session, survey, submission)
            done += 1
            if done % BATCH == 0:
                session.commit()
    session.commit()
