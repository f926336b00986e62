"""People and communes for the tests of work."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from survey_app.database import db
from survey_app.sampling.work.assigning import assign_places
from tests.rooms.work_village import SignIn, holder, make_work, user_of, village
from tests.village import communes
from tests.world import TESTER


@pytest.fixture
def codes(app: Flask) -> list[str]:
    """The drawn communes of a village with cases."""
    with app.app_context():
        return communes(db.session, make_work(db.session))


@pytest.fixture
def lan(app: Flask, sign_in: SignIn, codes: list[str]) -> FlaskClient:
    """A collector with the first commune."""
    person = sign_in("collector")
    with app.app_context():
        to = holder(db.session, user_of(app, person))
        assign_places(db.session, village(db.session)[1], codes[:1], to, actor=TESTER)
        db.session.commit()
    return person
