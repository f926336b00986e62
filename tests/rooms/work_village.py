"""The village with drawn cases, a post office and people: what the tests of fieldwork share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from survey_app.accounts.models import User
from survey_app.accounts.service import add_user
from survey_app.audit.models import AuditEntry
from survey_app.personal_data import contact_key
from survey_app.sampling.listing.models import CaseContact, ListedCase
from survey_app.sampling.listing.service import owner_of
from survey_app.sampling.models import FrameUnit
from survey_app.sampling.queries import drawn_units
from survey_app.sampling.work.area import Area, whole_area
from survey_app.sampling.work.holders import Holder, find_holder
from survey_app.sampling.work.models import Assignment, Case
from survey_app.surveys.models import Survey
from survey_app.surveys.queries import find_survey
from survey_app.surveys.service import set_state
from tests.conftest import token_in
from tests.lists import add_list
from tests.village import VILLAGE, make_village
from tests.world import TESTER

MINE = "/thu-phieu/ho-so"

MAIN, RESERVES = 6, 2
SignIn = Callable[..., FlaskClient]
BOARD = f"/quan-ly/dot/{VILLAGE}/phan-cong"


def name_of(number: int) -> str:
    """The name sealed for a case."""
    return f"Trần Thị Số {number}"


def make_cases(session: Session, survey: Survey, *, main: int = MAIN, reserves: int = RESERVES) -> list[Case]:
    """Cases with contact data in every drawn commune, stored as a draw stores them."""
    file = add_list(session, survey)
    key, number = contact_key(), 0
    for entry in drawn_units(session, survey):
        for role, count in (("main", main), ("reserve", reserves)):
            for rank in range(1, count + 1):
                number += 1
                reference = number.to_bytes(16, "big")
                listed = ListedCase(
                    id=number, survey_id=survey.id, file_id=file.id, unit_id=entry.unit_id, line=number,
                    reference=reference, attributes={},
                )  # fmt: skip
                session.add(listed)
                session.flush()
                words = {"name": name_of(number), "phone": f"0912 {number:06d}", "address": f"Ấp {number}"}
                session.execute(
                    insert(CaseContact),
                    [{"listed_case_id": number, "sealed": key.seal(words, owner_of(survey.slug, reference))}],
                )
                session.add(
                    Case(
                        survey_id=survey.id, frame_unit_id=entry.id, listed_case_id=number, role=role, rank=rank,
                        probability=0.5,
                    )
                )  # fmt: skip
                session.flush()
    return list(session.scalars(select(Case).order_by(Case.id)))


def make_work(session: Session, *, state: str = "collecting", **changes: Any) -> Survey:
    """The village survey with its cases."""
    survey = make_village(session, state="sampled", **changes)
    make_cases(session, survey)
    if state == "collecting":
        set_state(session, survey, "collecting", actor=TESTER)
    session.commit()
    return survey


def village(session: Session) -> tuple[Survey, Area]:
    """The survey and all of it."""
    survey = find_survey(session, VILLAGE)
    return survey, whole_area(survey)


def make_person(session: Session, name: str, *scopes: str, role: str = "collector") -> User:
    """An account."""
    user, _made = add_user(
        session, f"{name}@hailong.example", role=role, scopes=list(scopes), actor=TESTER, name=name.capitalize(),
        password="mật khẩu thử nghiệm",
    )  # fmt: skip
    session.commit()
    return user


def holder(session: Session, user: User) -> Holder:
    """The person as somebody who can have cases."""
    return find_holder(session, user.email)


def cases_of(session: Session, code: str | None = None, role: str = "main") -> list[int]:
    """The numbers of the cases of a commune (all communes), in the order of the draw."""
    query = select(Case.id).join(FrameUnit, Case.frame_unit_id == FrameUnit.id).where(Case.role == role)
    if code is not None:
        query = query.where(FrameUnit.unit.has(code=code))
    return list(session.scalars(query.order_by(Case.id)))


def held(session: Session) -> dict[int, tuple[int | None, int | None]]:
    """Who has each case now."""
    rows = session.scalars(select(Assignment).where(Assignment.ended_at.is_(None)))
    return {one.case_id: (one.office_id, one.collector_id) for one in rows}


def trail(session: Session, verb: str) -> list[dict[str, Any]]:
    """The details of the trail's lines of a verb."""
    return [entry.detail for entry in session.scalars(select(AuditEntry).where(AuditEntry.verb == verb))]


def user_of(app: Flask, client: FlaskClient) -> User:
    """Who is signed in with a client; inside an application context."""
    from survey_app.database import db

    return db.session.scalars(select(User).where(User.email == client.email)).one()


def post(client: FlaskClient, page: str, data: dict[str, Any], *, to: str | None = None) -> Any:
    """Send a form of a page, with its token."""
    shown = client.get(page)
    assert shown.status_code == 200, shown.text
    return client.post(to or page, data={"csrf_token": token_in(shown.text), **data})


def email(person: FlaskClient) -> str:
    """The address somebody signed in with."""
    return str(person.email)
