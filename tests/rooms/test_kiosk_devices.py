"""Tablets at counters: paired once, moved, paused, revoked; whose they are; how many forms in an hour."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from survey_app.audit.models import AuditEntry
from survey_app.collection.kiosk.models import Device
from survey_app.collection.kiosk.pairing import COOKIE, pair_device
from survey_app.collection.kiosk.service import (
    DeviceSettings,
    add_device,
    change_device,
    move_device,
    pause_device,
    renew_code,
    renew_pin,
    resume_device,
    revoke_device,
)
from survey_app.collection.models import Draft, Response
from survey_app.database import db, now
from survey_app.errors import Conflict, NotFound, UserError
from survey_app.sampling.work.area import Area, whole_area
from survey_app.surveys.queries import find_survey
from survey_app.surveys.service import set_state
from tests.conftest import token_in
from tests.rooms.kiosk_village import answer, begin, device, new_device, pair, paired
from tests.village import VILLAGE, at_once, communes, make_village, refusal
from tests.world import TESTER

SignIn = Callable[..., FlaskClient]


@pytest.fixture
def codes(app: Flask) -> list[str]:
    """The drawn communes of a village that takes answers."""
    with app.app_context():
        return communes(db.session, make_village(db.session))


def everywhere() -> Area:
    return whole_area(find_survey(db.session, VILLAGE))


def test_a_code_pairs_one_tablet_and_no_second(app: Flask, codes: list[str]) -> None:
    with app.app_context():
        made = new_device(db.session, codes[0])
    assert re.fullmatch(r"[2-9A-HJKMNP-TV-Z]{4}-[2-9A-HJKMNP-TV-Z]{4}", made.code)
    tablet = pair(app, made.code.lower().replace("-", " "))
    cookie = tablet.get_cookie(COOKIE)
    assert cookie is not None
    assert (cookie.http_only, cookie.same_site, cookie.path) == (True, "Strict", "/")
    assert cookie.expires is not None
    other = app.test_client()
    refused = other.post("/quay/ghep", data={"csrf_token": token_in(other.get("/quay").text), "code": made.code})
    assert refused.status_code == 400
    assert "đã dùng" in refused.text
    assert made.code in refused.text
    assert other.get_cookie(COOKIE) is None
    with app.app_context():
        row = device(db.session, made.device.id)
        assert row.code_mark is None
        assert row.token_sha256 is not None
        assert cookie.value not in str(vars(row))


def test_of_many_tablets_with_one_code_exactly_one_is_paired(app: Flask, codes: list[str]) -> None:
    with app.app_context():
        code = new_device(db.session, codes[0]).code

    def race(_number: int) -> str:
        _device, token = pair_device(db.session, code)
        db.session.commit()
        return token

    results = at_once(app, race, 8)
    assert sum(isinstance(result, str) for result in results) == 1
    assert sum(isinstance(result, NotFound) for result in results) == 7


def test_a_code_is_good_for_a_day(app: Flask, codes: list[str]) -> None:
    with app.app_context():
        made = new_device(db.session, codes[0])
        db.session.execute(update(Device).values(code_expires_at=now() - timedelta(seconds=1)))
        db.session.commit()
        assert isinstance(refusal(lambda: pair_device(db.session, made.code)), NotFound)
        db.session.rollback()
        fresh = renew_code(db.session, everywhere(), made.device.id, actor=TESTER)
        db.session.commit()
    assert pair(app, fresh.code).get("/quay").status_code == 200


def test_another_code_shuts_the_former_tablet_out_once_it_is_typed(app: Flask, codes: list[str]) -> None:
    old, number, _pin = paired(app, codes[0])
    with app.app_context():
        code = renew_code(db.session, everywhere(), number, actor=TESTER).code
        db.session.commit()
    assert "huge" in old.get("/quay").text
    new = pair(app, code)
    assert "huge" in new.get("/quay").text
    assert 'id="code"' in old.get("/quay").text


def test_the_start_screen_shows_the_place_large_and_its_survey_only(app: Flask, codes: list[str]) -> None:
    tablet, number, _pin = paired(app, codes[0])
    page = tablet.get("/quay").text
    with app.app_context():
        name = device(db.session, number).unit.name
    assert f"<h1>{name}</h1>" in page
    assert page.count("<h1>") == 1
    assert "Đồng ý và bắt đầu" in page
    assert "<select" not in page
    thanks = answer(tablet, begin(tablet).headers["Location"])
    shown = tablet.get(thanks)
    assert shown.headers["Refresh"] == "10; url=/quay"
    with app.app_context():
        (row,) = db.session.scalars(select(Response))
        assert (row.channel, row.device_id) == ("kiosk", number)


def test_two_tablets_take_forms_of_their_own_places_side_by_side(app: Flask, codes: list[str]) -> None:
    one, first, _pin = paired(app, codes[0], "Quầy 1")
    two, second, _pin = paired(app, codes[1], "Quầy 2")
    here, there = begin(one).headers["Location"], begin(two).headers["Location"]
    assert two.get(here).headers["Location"] == "/quay"
    assert one.get(there).headers["Location"] == "/quay"
    here = begin(one).headers["Location"]
    there = begin(two).headers["Location"]
    answer(one, here)
    answer(two, there)
    with app.app_context():
        rows = db.session.execute(select(Response.device_id, Response.unit_id)).all()
        places = {number: device(db.session, number).unit_id for number in (first, second)}
        assert dict(tuple(row) for row in rows) == places


def test_a_form_of_a_tablet_opens_on_no_other_browser(app: Flask, client: FlaskClient, codes: list[str]) -> None:
    tablet, _number, _pin = paired(app, codes[0])
    address = begin(tablet).headers["Location"]
    assert client.get(address).status_code == 404
    page = client.get(f"/s/{VILLAGE}").text
    assert client.post(address, data={"csrf_token": token_in(page), "go": "next", "q1": "1"}).status_code == 404
    assert tablet.get(address).status_code == 200


def test_a_paused_tablet_says_so_and_lets_whoever_is_at_it_finish(app: Flask, codes: list[str]) -> None:
    tablet, number, _pin = paired(app, codes[0])
    address = begin(tablet).headers["Location"]
    with app.app_context():
        pause_device(db.session, everywhere(), number, actor=TESTER)
        db.session.commit()
    assert tablet.get(answer(tablet, address)).status_code == 200
    page = tablet.get("/quay")
    assert (page.status_code, page.headers["Refresh"]) == (200, "60; url=/quay")
    assert "đang tạm dừng" in page.text
    data = {"csrf_token": token_in(tablet.get("/quay/can-bo").text), "consent": "1"}
    assert tablet.post("/quay", data=data).headers["Location"] == "/quay"
    with app.app_context():
        assert db.session.scalars(select(Draft)).all() == []
        resume_device(db.session, everywhere(), number, actor=TESTER)
        db.session.commit()
    assert "huge" in tablet.get("/quay").text


def test_a_revoked_tablet_says_so_and_the_form_on_it_is_gone(app: Flask, codes: list[str]) -> None:
    tablet, number, _pin = paired(app, codes[0])
    address = begin(tablet).headers["Location"]
    with app.app_context():
        revoke_device(db.session, everywhere(), number, actor=TESTER)
        db.session.commit()
        assert db.session.scalars(select(Draft)).all() == []
        for verb in (pause_device, resume_device, revoke_device, renew_code, renew_pin):
            assert isinstance(refusal(lambda verb=verb: verb(db.session, everywhere(), number, actor=TESTER)), Conflict)
    assert tablet.get(address).headers["Location"] == "/quay"
    assert "đã bị thu hồi" in tablet.get("/quay").text
    paired(app, codes[0], "Quầy 1")  # its name is free again


def test_a_moved_tablet_serves_the_new_place_and_says_so_until_somebody_begins(app: Flask, codes: list[str]) -> None:
    tablet, number, _pin = paired(app, codes[0])
    before = tablet.post("/quay/song").json
    with app.app_context():
        assert isinstance(
            refusal(lambda: move_device(db.session, everywhere(), number, unit_code=codes[0], actor=TESTER)), Conflict
        )
        assert isinstance(
            refusal(lambda: move_device(db.session, everywhere(), number, unit_code="99999", actor=TESTER)), NotFound
        )
        name = move_device(db.session, everywhere(), number, unit_code=codes[1], actor=TESTER).unit.name
        db.session.commit()
    assert tablet.post("/quay/song").json != before
    page = tablet.get("/quay").text
    assert f"<h1>{name}</h1>" in page
    assert "Máy vừa được chuyển" in page
    begin(tablet)
    assert "Máy vừa được chuyển" not in tablet.get("/quay").text
    with app.app_context():
        assert db.session.scalars(select(Draft)).one().unit.code == codes[1]


def test_a_tablet_of_a_closed_survey_says_so(app: Flask, codes: list[str]) -> None:
    tablet, _number, _pin = paired(app, codes[0])
    with app.app_context():
        set_state(db.session, find_survey(db.session, VILLAGE), "closed", actor=TESTER)
        db.session.commit()
    page = tablet.get("/quay")
    assert (page.status_code, page.headers["Refresh"]) == (200, "60; url=/quay")
    assert "đã kết thúc" in page.text


def test_the_limit_is_the_tablets_own_and_of_an_hour(app: Flask, codes: list[str]) -> None:
    one, number, _pin = paired(app, codes[0], "Quầy 1", hourly_limit=2)
    two, _second, _pin = paired(app, codes[0], "Quầy 2", hourly_limit=2)
    assert [begin(one).status_code for _time in range(3)] == [302, 302, 409]
    assert begin(two).status_code == 302
    with app.app_context():
        db.session.execute(
            update(Device).where(Device.id == number).values(hour_started_at=now() - timedelta(minutes=61))
        )
        db.session.commit()
    assert begin(one).status_code == 302


def test_the_staff_corner_opens_with_the_pin_and_shuts_after_five_wrong_ones(app: Flask, codes: list[str]) -> None:
    tablet, number, pin = paired(app, codes[0])

    def knock(typed: str) -> int:
        token = token_in(tablet.get("/quay/can-bo").text)
        return int(tablet.post("/quay/can-bo", data={"csrf_token": token, "pin": typed}).status_code)

    wrong = f"{(int(pin) + 1) % 1_000_000:06d}"
    assert knock(pin) == 200
    assert [knock(wrong) for _time in range(5)] == [403] * 5
    assert knock(pin) == 409
    with app.app_context():
        fresh = renew_pin(db.session, everywhere(), number, actor=TESTER)
        db.session.commit()
    assert knock(pin) == (200 if pin == fresh else 403)
    assert knock(fresh) == 200


def test_names_and_settings_that_cannot_be_are_refused_in_words(app: Flask, codes: list[str]) -> None:
    with app.app_context():
        new_device(db.session, codes[0], "Quầy 1")

        def add(name: str = "Quầy 2", code: str = codes[0], **settings: object) -> UserError | None:
            found = refusal(
                lambda: add_device(
                    db.session,
                    everywhere(),
                    name=name,
                    unit_code=code,
                    settings=DeviceSettings(**settings),
                    actor=TESTER,
                )
            )
            db.session.rollback()
            return found

        assert isinstance(add("Quầy  1"), Conflict)
        assert isinstance(add(code="99999"), NotFound)
        for settings in (
            {"idle_seconds": 19}, {"idle_seconds": 601}, {"countdown_seconds": 4}, {"hourly_limit": 0},
            {"languages": ()}, {"languages": ("fr",)}, {"on_wipe": "keep"},
        ):  # fmt: skip
            assert isinstance(add(**settings), UserError), settings
        for name in ("", "  ", "x" * 101, "Quầy\u202e"):
            assert isinstance(add(name), UserError), name
        assert db.session.scalar(select(func.count(Device.id))) == 1
        changed = change_device(
            db.session, everywhere(), 1, settings=DeviceSettings(languages=("en",), night=True), actor=TESTER
        )
        assert (changed.languages, changed.look, changed.name) == (["en"], ["night"], "Quầy 1")


def test_the_office_adds_and_pauses_a_tablet_and_sees_the_code_once(
    app: Flask, sign_in: SignIn, codes: list[str]
) -> None:
    person = sign_in("post_coordinator", f"unit:{codes[0]}")
    page = f"/quan-ly/dot/{VILLAGE}/may-tai-quay"
    form = {
        "csrf_token": token_in(person.get(page).text), "name": "Quầy 1", "place": codes[0], "languages": "vi en",
        "idle_seconds": "60", "countdown_seconds": "10", "on_wipe": "discard", "hourly_limit": "60",
    }  # fmt: skip
    refused = person.post(page, data=form | {"idle_seconds": "nhiều"})
    assert refused.status_code == 400
    assert 'value="nhiều"' in refused.text
    assert person.post(page, data=form | {"place": codes[1]}).status_code == 404
    made = person.post(page, data=form).text
    code = re.search(r'id="code">([^<]+)<', made)
    assert code
    assert code[1] not in person.get(page).text
    tablet = pair(app, code[1])
    with app.app_context():
        number = db.session.scalars(select(Device.id)).one()
    assert person.post(f"{page}/{number}", data=form | {"do": "pause"}).status_code == 302
    assert "đang tạm dừng" in tablet.get("/quay").text
    stranger = sign_in("post_coordinator", f"unit:{codes[1]}")
    assert "Quầy 1" not in stranger.get(page).text
    token = token_in(stranger.get(page).text)
    assert stranger.post(f"{page}/{number}", data=form | {"csrf_token": token, "do": "resume"}).status_code == 404
    with app.app_context():
        verbs = db.session.scalars(select(AuditEntry.verb).where(AuditEntry.verb.startswith("device."))).all()
        assert sorted(verbs) == ["device.add", "device.pair", "device.pause"]
        assert code[1] not in str(db.session.scalars(select(AuditEntry.detail)).all())


def test_the_commands_do_the_same_as_the_page(app: Flask, sign_in: SignIn, codes: list[str]) -> None:
    runner = app.test_cli_runner()

    def run(*words: str) -> str:
        done = runner.invoke(args=["device", *words])
        assert done.exit_code == 0, done.output
        return str(done.output)

    made = run("add", VILLAGE, "Quầy 1", "--place", codes[0], "--languages", "en,vi", "--night")
    tablet = pair(app, made.split("pairing code: ")[1][:9])
    assert "I agree, start" in tablet.get("/quay").text
    assert "PIN: " in run("pin", VILLAGE, "1")
    assert "paused" in run("pause", VILLAGE, "1")
    assert "serving" in run("resume", VILLAGE, "1")
    assert codes[1] in run("move", VILLAGE, "1", "--place", codes[1])
    run("change", VILLAGE, "1", "--idle-seconds", "90", "--name", "Quầy lớn")
    assert "pairing code" in run("code", VILLAGE, "1")
    assert "Quầy lớn" in run("list", VILLAGE)
    assert '"idle_seconds": 90' in run("list", VILLAGE, "--format", "json")
    outsider = sign_in("post_coordinator", f"unit:{codes[0]}").email
    assert runner.invoke(args=["device", "pause", VILLAGE, "1", "--by", outsider]).exit_code == 1
    assert "revoked" in run("revoke", VILLAGE, "1")
