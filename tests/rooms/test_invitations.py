"""Personal links: one answer each, for a time, for one survey and one commune."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from survey_app.collection.drafts import issue_invitations, token_hash
from survey_app.collection.models import Draft, Invitation, Response
from survey_app.database import db, now
from survey_app.errors import Conflict, UserError
from survey_app.sampling.queries import drawn_units
from survey_app.surveys.service import create_survey
from tests.conftest import token_in
from tests.village import VILLAGE, make_village, refusal, village_definition
from tests.world import TESTER, fill

GOOD = {"q1": "3", "q2": "2", "late": "2"}


@pytest.fixture
def token(app: Flask) -> str:
    """A personal link of the village survey."""
    with app.app_context():
        survey = make_village(db.session)
        ((_unit, made),) = issue_invitations(
            db.session, survey, list(drawn_units(db.session, survey))[:1], 1, actor=TESTER
        )
        db.session.commit()
        return made


def begin(client: FlaskClient, token: str) -> str:
    address = f"/s/{VILLAGE}/t/{token}"
    page = client.get(address)
    assert page.status_code == 200, page.text
    done = client.post(address, data={"csrf_token": token_in(page.text), "consent": "1", "commune": "2011"})
    return str(done.headers["Location"])


def answer(client: FlaskClient, address: str) -> object:
    return fill(client, fill(client, address, GOOD).headers["Location"], {"visits": "1"})


def test_a_link_takes_one_answer_for_its_own_commune(app: Flask, client: FlaskClient, token: str) -> None:
    assert answer(client, begin(client, token)).headers["Location"].endswith("cam-on")
    again = client.get(f"/s/{VILLAGE}/t/{token}")
    assert again.status_code == 409
    with app.app_context():
        (row,) = db.session.scalars(select(Response))
        assert row.unit_id == db.session.scalars(select(Invitation)).one().unit_id
        assert row.channel == "link"


def test_of_two_people_with_one_link_the_second_is_told_and_loses_nothing(
    app: Flask, client: FlaskClient, token: str
) -> None:
    other = app.test_client()
    first, second = begin(client, token), begin(other, token)
    assert first != second
    assert answer(client, first).status_code == 302
    late = answer(other, second)
    assert late.status_code == 409
    assert "<form" in late.text
    with app.app_context():
        assert len(db.session.scalars(select(Response)).all()) == 1
        assert db.session.scalars(select(Draft)).one().answers == {"q1": 3, "q2": 2, "late": 2, "visits": 1}


def test_a_link_is_good_for_a_time_and_for_its_survey(app: Flask, client: FlaskClient, token: str) -> None:
    with app.app_context():
        create_survey(db.session, village_definition(slug="lang-khac"), actor=TESTER)
        db.session.commit()
    assert client.get(f"/s/lang-khac/t/{token}").status_code == 404
    assert client.get(f"/s/{VILLAGE}/t/{token[:-1]}").status_code == 404
    with app.app_context():
        db.session.execute(update(Invitation).values(expires_at=now() - timedelta(seconds=1)))
        db.session.commit()
    assert client.get(f"/s/{VILLAGE}/t/{token}").status_code == 404


def test_only_the_hash_of_a_link_is_stored_and_nothing_ties_it_to_the_answer(
    app: Flask, client: FlaskClient, token: str
) -> None:
    answer(client, begin(client, token))
    with app.app_context():
        invitation = db.session.scalars(select(Invitation)).one()
        assert (invitation.token_sha256, invitation.used) == (token_hash(token), True)
        assert not any("invitation" in column.name for column in Response.__table__.columns)
        assert db.session.scalars(select(Response.case_id)).all() == [None]
        assert db.session.scalars(select(Draft)).all() == []


def test_links_are_made_between_the_draw_and_the_closing_and_not_without_bounds(session: Session) -> None:
    survey = make_village(session, state="sampled")
    units = list(drawn_units(session, survey))
    for count in (0, -1, 5_001):
        assert isinstance(
            refusal(lambda count=count: issue_invitations(session, survey, units, count, actor=TESTER)), UserError
        ), count
    assert len(issue_invitations(session, survey, units, 2, actor=TESTER)) == 2 * len(units)
    survey.state = "closed"
    with pytest.raises(Conflict):
        issue_invitations(session, survey, units, 1, actor=TESTER)


def test_the_office_gets_the_links_once_as_a_file(app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    with app.app_context():
        units = drawn_units(db.session, make_village(db.session))
        communes = [entry.unit.code for entry in units]
    manager = sign_in("survey_manager")
    page = f"/quan-ly/dot/{VILLAGE}/duong-dan"
    data = {"csrf_token": token_in(manager.get(page).text), "per_commune": "2"}
    file = manager.post(f"/quan-ly/dot/{VILLAGE}/phieu-moi", data=data)
    assert file.mimetype == "text/csv"
    rows = file.text.strip().splitlines()[1:]
    assert sorted(row.split(",")[0] for row in rows) == sorted(communes * 2)
    assert manager.get(rows[0].split(",")[2]).status_code == 200
    for wrong in ("", "0", "-1", "nhiều", "9999", "1e3", "²"):
        refused = manager.post(f"/quan-ly/dot/{VILLAGE}/phieu-moi", data=data | {"per_commune": wrong})
        assert refused.status_code == 400, wrong
    with app.app_context():
        assert len(db.session.scalars(select(Invitation)).all()) == len(rows)


def test_a_coordinator_of_a_place_gets_links_for_that_place_alone(
    app: Flask, sign_in: Callable[..., FlaskClient]
) -> None:
    with app.app_context():
        commune = drawn_units(db.session, make_village(db.session))[1].unit.code
    person = sign_in("post_coordinator", f"unit:{commune}")
    page = person.get(f"/quan-ly/dot/{VILLAGE}/duong-dan")
    data = {"csrf_token": token_in(page.text), "per_commune": "1"}
    rows = person.post(f"/quan-ly/dot/{VILLAGE}/phieu-moi", data=data).text.strip().splitlines()[1:]
    assert [row.split(",")[0] for row in rows] == [commune]
