"""Who belongs to which post office: people of one's own place and sector, by page and by command."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from survey_app.database import db
from survey_app.geography.queries import find_unit
from survey_app.sampling.work.models import OfficeMember, PostOffice
from survey_app.sampling.work.offices import add_office
from tests.rooms.work_village import SignIn, email, post, trail
from tests.world import TESTER

PAGE = "/quan-ly/buu-dien"


@pytest.fixture
def office(app: Flask, codes: list[str]) -> int:
    """The number of an office in the first commune."""
    with app.app_context():
        unit = find_unit(db.session, codes[0])
        made = add_office(db.session, code="BD1", name="Bưu điện Một", unit=unit, actor=TESTER)
        db.session.commit()
        return made.id


def take(person: FlaskClient, office: int, collector: FlaskClient, do: str = "add") -> tuple[int, str]:
    answer = post(person, PAGE, {"email": email(collector), "do": do}, to=f"{PAGE}/{office}")
    return answer.status_code, answer.text


def members(app: Flask) -> int:
    with app.app_context():
        return len(db.session.scalars(select(OfficeMember)).all())


def test_a_coordinator_takes_in_only_who_collects_where_the_office_works(
    app: Flask, sign_in: SignIn, codes: list[str], office: int
) -> None:
    boss = sign_in("post_coordinator", f"unit:{codes[0]}")
    stranger = sign_in("collector", f"unit:{codes[1]}")
    status, page = take(boss, office, stranger)
    assert (status, members(app)) == (403, 0)
    assert "địa bàn khác" in page
    assert take(boss, office, sign_in("collector", f"unit:{codes[0]}"))[0] == 302
    assert take(boss, office, sign_in("collector"))[0] == 302
    assert members(app) == 2


@pytest.mark.parametrize(("role", "scopes"), [("survey_manager", ()), ("post_coordinator", ("unit:92",))])
def test_who_acts_for_the_whole_province_takes_in_anybody(
    app: Flask, sign_in: SignIn, codes: list[str], office: int, role: str, scopes: tuple[str, ...]
) -> None:
    assert take(sign_in(role, *scopes), office, sign_in("collector", f"unit:{codes[1]}"))[0] == 302
    assert members(app) == 1


def test_the_member_of_another_office_stays_there(app: Flask, sign_in: SignIn, codes: list[str], office: int) -> None:
    with app.app_context():
        unit = find_unit(db.session, codes[1])
        other = add_office(db.session, code="BD2", name="Bưu điện Hai", unit=unit, actor=TESTER).id
        db.session.commit()
    lan = sign_in("collector")
    assert take(sign_in("post_coordinator", f"unit:{codes[1]}"), other, lan)[0] == 302
    assert take(sign_in("post_coordinator", f"unit:{codes[0]}"), office, lan)[0] == 409
    with app.app_context():
        assert db.session.scalars(select(OfficeMember.office_id)).all() == [other]


def test_a_lead_of_one_sector_sees_and_changes_only_people_of_that_sector(
    app: Flask, sign_in: SignIn, office: int
) -> None:
    lead, manager = sign_in("sector_lead", "sector:health"), sign_in("survey_manager")
    school, hospital, both = (
        sign_in("collector", "sector:education"), sign_in("collector", "sector:health"), sign_in("collector"),
    )  # fmt: skip
    status, page = take(lead, office, school)
    assert (status, "lĩnh vực" in page) == (403, True)
    for person in (school, hospital, both):
        assert take(manager, office, person)[0] == 302
    shown = lead.get(PAGE).text
    assert [email(one) in shown for one in (school, hospital, both)] == [False, True, True]
    assert take(lead, office, school, "remove")[0] == 404
    assert take(lead, office, hospital, "remove")[0] == 302
    assert email(school) in manager.get(PAGE).text
    assert members(app) == 2


def test_the_command_follows_the_same_rules(app: Flask, sign_in: SignIn, codes: list[str], office: int) -> None:
    boss, lead = sign_in("post_coordinator", f"unit:{codes[0]}"), sign_in("sector_lead", "sector:health")
    stranger, school = sign_in("collector", f"unit:{codes[1]}"), sign_in("collector", "sector:education")

    def work(*words: str, ends: int = 0) -> str:
        done = app.test_cli_runner().invoke(args=["work", *words])
        assert done.exit_code == ends, done.output
        return done.output

    work("office", "member", "BD1", email(stranger), "--by", email(boss), ends=1)
    work("office", "member", "BD1", email(school), "--by", email(lead), ends=1)
    work("office", "member", "BD1", email(school), "--by", email(boss))
    assert email(school) in work("offices")
    assert email(school) in work("offices", "--by", email(boss))
    assert email(school) not in work("offices", "--by", email(lead))
    with app.app_context():
        assert len(trail(db.session, "office.member.add")) == 1
        assert db.session.scalars(select(PostOffice)).one().code == "BD1"
