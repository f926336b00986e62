"""Quotas by page and by command: who may see them, who may set them, and that nothing typed is lost."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.collection.drafts import begin_draft
from survey_app.collection.models import Draft, Quota, Response
from survey_app.collection.quotas.service import add_quota
from survey_app.sampling.queries import drawn_units
from tests.conftest import token_in
from tests.village import VILLAGE, communes, make_village, respond
from tests.world import TESTER, fill

PAGE = f"/quan-ly/dot/{VILLAGE}/han-muc"


def post(client: FlaskClient, address: str = PAGE, **data: str):
    return client.post(address, data={"csrf_token": token_in(client.get(PAGE).text)} | data)


def test_a_manager_adds_changes_and_removes_a_quota_by_page(
    session: Session, sign_in: Callable[..., FlaskClient]
) -> None:
    survey = make_village(session)
    respond(session, survey)
    session.commit()
    manager, commune = sign_in("survey_manager"), communes(session, survey)[0]
    done = post(manager, place=commune, channel="kiosk", answer="q1=3", goal="2", rule="refuse")
    assert done.status_code == 302, done.text
    page = manager.get(PAGE).text
    assert "Đã đặt hạn mức" in page
    quota = session.scalars(select(Quota)).one()
    assert (quota.item, quota.value, quota.channel, quota.goal, quota.received) == ("q1", "3", "kiosk", 2, 1)
    assert quota.unit is not None
    assert f"{quota.unit.name} · Tại quầy · câu 1: Tốt" in page
    post(manager, f"{PAGE}/{quota.id}", goal="1", rule="flag", change="save")
    session.expire_all()
    assert (quota.goal, quota.rule) == (1, "flag")
    post(manager, f"{PAGE}/{quota.id}", goal="1", rule="flag", change="remove")
    session.expire_all()
    assert session.scalars(select(Quota)).all() == []


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"goal": "nhiều", "channel": "kiosk"}, "số nguyên"),
        ({"goal": "1", "channel": "kiosk"}, "Đã nhận 2 phiếu"),
        ({"goal": "7"}, "ít nhất một"),
    ],
)
def test_a_refused_quota_says_why_and_what_was_typed_stays(
    session: Session, sign_in: Callable[..., FlaskClient], typed: dict[str, str], words: str
) -> None:
    survey = make_village(session)
    respond(session, survey)
    respond(session, survey)
    session.commit()
    answer = post(sign_in("survey_manager"), **({"rule": "refuse", "answer": "", "place": ""} | typed))
    assert (answer.status_code, words in answer.text) == (400, True), answer.text
    assert f'value="{typed["goal"]}"' in answer.text
    if "channel" in typed:
        assert '<option selected value="kiosk">' in answer.text


def test_a_change_below_what_has_come_is_refused_beside_its_own_form(
    session: Session, sign_in: Callable[..., FlaskClient]
) -> None:
    survey = make_village(session)
    for _time in range(3):
        respond(session, survey)
    quota = add_quota(session, survey, goal=5, rule="refuse", channel="kiosk", actor=TESTER)
    session.commit()
    manager = sign_in("survey_manager")
    answer = post(manager, f"{PAGE}/{quota.id}", goal="2", rule="refuse", change="save")
    assert (answer.status_code, "<details open>" in answer.text, 'value="2"' in answer.text) == (400, True, True)
    missing = post(manager, f"{PAGE}/99", goal="2", rule="refuse", change="save")
    assert missing.status_code == 404


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        ("observer", True),
        ("analyst", True),
        ("post_coordinator", True),
        ("collector", False),
        ("counter_device", False),
        ("administrator", False),
    ],
)
def test_others_see_quotas_or_nothing_and_change_none(
    session: Session, sign_in: Callable[..., FlaskClient], role: str, sees: bool
) -> None:
    survey = make_village(session)
    quota = add_quota(session, survey, goal=5, rule="refuse", channel="kiosk", actor=TESTER)
    session.commit()
    person = sign_in(role)
    page = person.get(PAGE)
    assert (page.status_code == 200) is sees
    assert "Thêm hạn mức" not in page.text
    token = token_in(page.text) if sees and 'name="csrf_token"' in page.text else "x"
    for address in (PAGE, f"{PAGE}/{quota.id}"):
        answer = person.post(address, data={"csrf_token": token, "goal": "9", "rule": "flag", "channel": "link"})
        assert answer.status_code in (400, 403, 404), role
    session.expire_all()
    assert [one.goal for one in session.scalars(select(Quota))] == [5]


def test_a_respondent_beyond_the_quota_is_thanked_and_keeps_every_answer(
    app: Flask, session: Session, client: FlaskClient
) -> None:
    survey = make_village(session)
    add_quota(session, survey, goal=1, rule="refuse", channel="link", actor=TESTER)
    respond(session, survey, channel="link")
    draft = begin_draft(session, survey, drawn_units(session, survey)[0], channel="link")
    session.commit()
    address = f"/s/{VILLAGE}/{draft.id}"
    client.get(f"{address}/1")
    fill(client, f"{address}/1", {"q1": "3", "q2": "1", "late": "2"})
    answer = fill(client, f"{address}/2", {"visits": "4"})
    assert answer.status_code == 409
    assert "Xin cảm ơn Ông/Bà. Đợt khảo sát đã nhận đủ số phiếu" in answer.text
    session.expire_all()
    assert session.get_one(Draft, draft.id).answers == {"q1": 3, "q2": 1, "late": 2, "visits": 4}
    assert len(session.scalars(select(Response.id)).all()) == 1


def test_the_commands_do_what_the_page_does_with_the_same_checks(app: Flask, session: Session) -> None:
    survey = make_village(session)
    respond(session, survey)
    session.commit()
    run = app.test_cli_runner().invoke
    group = app.cli.get_command(None, "quota")
    assert group is not None
    made = run(args=["quota", "add", VILLAGE, "--goal", "3", "--channel", "kiosk"])
    assert (made.exit_code, "1/3" in made.output) == (0, True), made.output
    number = made.output.split("\t")[0]
    listed = json.loads(run(args=["quota", "list", VILLAGE, "--format", "json"]).output)
    assert [(one["received"], one["goal"], one["rule"]) for one in listed] == [(1, 3, "refuse")]
    wrong = run(args=["quota", "add", VILLAGE, "--goal", "3", "--item", "q1", "--value", "8"])
    assert (wrong.exit_code, "đáp án" in wrong.output) == (1, True)
    assert run(args=["quota", "change", VILLAGE, number, "--goal", "1", "--rule", "flag"]).exit_code == 0
    assert "flag" in run(args=["quota", "list", VILLAGE]).output
    assert run(args=["quota", "remove", VILLAGE, number]).exit_code == 0
    assert run(args=["quota", "list", VILLAGE]).output == ""
