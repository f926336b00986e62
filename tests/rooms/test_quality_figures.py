"""Quality flags at the door, figures of collectors, the quality page and its commands."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from survey_app.accounts.models import User
from survey_app.accounts.service import add_user
from survey_app.audit.models import SYSTEM
from survey_app.collection.drafts import begin_draft, submit_draft
from survey_app.collection.models import Draft, Response, SetAside
from survey_app.collection.quality import comparisons, speed
from survey_app.collection.quality.distance import distance_from, great_circle_km
from survey_app.collection.quality.flags import FLAGS
from survey_app.collection.quality.report import read_quality
from survey_app.database import db
from survey_app.geography.models import Unit
from survey_app.instruments.queries import instrument_of
from survey_app.jobs.worker import run_waiting_jobs
from survey_app.sampling.queries import drawn_units
from survey_app.surveys.models import Survey
from survey_app.surveys.queries import find_survey
from tests.cases import make_person
from tests.conftest import token_in
from tests.village import VILLAGE, communes, make_village, respond
from tests.world import SURVEY, answer, full_answers, make_survey

PAGE = f"/quan-ly/dot/{VILLAGE}/chat-luong"
IN_TIME = date(2020, 8, 1)


@pytest.fixture(autouse=True)
def _fresh_medians() -> None:
    speed.forget_medians()


def flags(session: Session, receipt: Any) -> list[str]:
    session.commit()
    return session.get_one(Response, receipt.response_id).quality_flags


def test_an_ordinary_form_carries_no_flag(session: Session) -> None:
    survey = make_village(session)
    person = make_person(session)
    noon = datetime(2026, 3, 1, 5, tzinfo=UTC)
    receipt = respond(session, survey, channel="field", minutes=1.0, collector_id=person.id, filled_at=noon)
    assert flags(session, receipt) == []


def test_a_form_faster_than_a_quarter_of_the_planned_minutes_is_too_fast(session: Session) -> None:
    survey = make_village(session)  # planned: one minute
    assert flags(session, respond(session, survey, minutes=0.2)) == ["too_fast"]
    assert flags(session, respond(session, survey, minutes=0.3)) == []
    assert flags(session, respond(session, survey, minutes=None)) == []


def test_a_form_faster_than_half_the_median_of_its_channel_is_too_fast_once_thirty_came(session: Session) -> None:
    survey = make_village(session)
    for number in range(30):
        respond(session, survey, minutes=4 + number / 10)
    session.commit()
    assert speed.median_minutes(session, survey, "kiosk") == pytest.approx(5.45)
    assert speed.median_minutes(session, survey, "link") is None
    speed.forget_medians()
    assert flags(session, respond(session, survey, minutes=2.7)) == ["too_fast"]
    assert flags(session, respond(session, survey, minutes=2.8)) == []
    assert flags(session, respond(session, survey, minutes=2.7, channel="link")) == ["open_link"]


@pytest.mark.parametrize(
    ("hour", "channel", "expected"),
    [(21, "field", True), (23, "field", True), (5, "field", True), (6, "field", False), (20, "field", False),
     (23, "kiosk", False)],
)  # fmt: skip
def test_a_form_at_home_at_night_is_flagged_and_no_hour_is_stored(
    session: Session, hour: int, channel: str, expected: bool
) -> None:
    survey = make_village(session)
    moment = datetime(2026, 3, 1, (hour - 7) % 24, 30, tzinfo=UTC)  # UTC+7 in the province
    receipt = respond(session, survey, channel=channel, filled_at=moment)
    assert flags(session, receipt) == (["night"] if expected else [])
    row = session.get_one(Response, receipt.response_id)
    assert not any(isinstance(getattr(row, column.key), datetime) for column in Response.__table__.columns)


def test_a_form_sent_page_by_page_by_a_collector_knows_its_hour(session: Session) -> None:
    survey = make_village(session)
    draft = begin_draft(session, survey, drawn_units(session, survey)[0], channel="field")
    draft.answers = {"q1": 3}
    receipt = submit_draft(session, draft, language="vi")
    from survey_app.i18n import PROVINCE_TIME

    hour = datetime.now(PROVINCE_TIME).hour
    assert ("night" in flags(session, receipt)) == (hour >= 21 or hour < 6)
    assert session.scalars(select(Draft)).all() == []


def test_a_form_far_from_its_commune_is_flagged_and_the_position_is_not_kept(session: Session) -> None:
    survey = make_village(session)
    unit = session.scalars(select(Unit).where(Unit.code == communes(session, survey)[0])).one()
    assert flags(session, respond(session, survey, position=(10.0, 105.0))) == []  # no coordinates of the commune
    unit.latitude, unit.longitude = 10.0, 105.0
    session.commit()
    near, far = (respond(session, survey, position=(10.0 + step, 105.0)) for step in (0.15, 0.25))
    assert (flags(session, near), flags(session, far)) == ([], ["far_away"])
    assert session.get_one(Response, near.response_id).distance_km == pytest.approx(16.7)
    assert session.get_one(Response, far.response_id).distance_km == pytest.approx(27.8)
    for nowhere in ((91.0, 0.0), (float("nan"), 105.0), (0.0, 1e9)):
        assert flags(session, respond(session, survey, position=nowhere)) == []
    agency = Unit(level="agency", code="A1", kind="trường học", name="Trường", sort_key="t", path=unit.path + "/A1",
                  code_system=unit.code_system, parent=unit, valid_from=unit.valid_from)  # fmt: skip
    assert distance_from(agency, (10.0, 105.0)) == 0


def test_distances_are_those_of_the_globe() -> None:
    # Hà Nội – Thành phố Hồ Chí Minh, 1,138 km; a quarter of a meridian
    assert great_circle_km(21.0285, 105.8542, 10.8231, 106.6297) == pytest.approx(1138, abs=2)
    assert great_circle_km(0, 0, 90, 0) == pytest.approx(10_007.5, abs=1)
    assert great_circle_km(0, 0, 0, 180) == pytest.approx(20_015, abs=1)


def test_a_straight_line_and_a_form_out_of_time_are_flagged(session: Session) -> None:
    survey = make_survey(session, state="collecting")
    instrument = instrument_of(session, survey.questionnaire_id)
    assert flags(session, answer(session, survey, day=IN_TIME)) == ["straight_line"]
    mixed = full_answers(instrument)
    for number, key in enumerate(mixed):
        if instrument.item(key).type == "scale":
            mixed[key] = 3 + number % 2
    assert flags(session, answer(session, survey, day=IN_TIME, answers=mixed)) == []
    assert flags(session, answer(session, survey, day=date(2020, 6, 30), answers=mixed)) == ["outside_period"]


def test_the_same_answers_twice_a_day_by_one_collector_are_flagged(session: Session) -> None:
    survey = make_survey(session, state="collecting")
    one, two = make_person(session), make_person(session)
    values = full_answers(instrument_of(session, survey.questionnaire_id))

    def send(**changes: Any) -> bool:
        receipt = answer(session, survey, **({"day": IN_TIME, "answers": values, "collector_id": one.id} | changes))
        return "same_answers" in flags(session, receipt)

    assert not send()
    assert send()
    assert not send(day=date(2020, 8, 2))
    assert not send(collector_id=two.id)
    assert not send(collector_id=None)
    few = dict(list(values.items())[:7])
    assert not send(answers=few)
    assert not send(answers=few)


def test_every_flag_of_the_list_has_a_name_and_a_sentence(session: Session) -> None:
    assert all(str(words.name) and str(words.sentence).endswith(".") for words in FLAGS.values())


def test_an_ordinary_response_costs_one_query_more_at_most(app: Flask) -> None:
    """For a collector's form, one for their other forms; whether there are quotas is known with the first statement."""
    with app.app_context():
        survey = make_village(db.session)
        person = make_person(db.session)
        respond(db.session, survey, minutes=3.0)
        db.session.commit()
        asked: list[str] = []
        event.listen(db.engine, "before_cursor_execute", lambda c, cursor, statement, *rest: asked.append(statement))
        for channel, collector in (("kiosk", None), ("field", person.id)):
            asked.clear()
            respond(db.session, survey, channel=channel, collector_id=collector)
            db.session.commit()
            extra = [one for one in asked if "quota" in one or "set_aside" in one]
            assert len(extra) == (0 if collector is None else 1), extra


def fieldwork(session: Session, *, collectors: int = 6, forms: int = 30, planted: bool = True) -> Survey:
    """Collectors of one village each; the last brings in the same answer of q1 always."""
    survey = make_village(session, sample={"share": 1, "rule": "total", "cases_per_commune": 40})
    codes, random_numbers = communes(session, survey), random.Random(4)
    for number in range(collectors):
        person = make_person(session)
        for _form in range(forms):
            one = 1 if planted and number == collectors - 1 else random_numbers.choices([1, 2, 3], [2, 3, 5])[0]
            answers = {"q1": one, "q2": random_numbers.choices([1, 2, 3], [2, 3, 5])[0]}
            respond(
                session, survey, codes[number], channel="field", collector_id=person.id, answers=answers,
                minutes=0.1 if number == 0 else 2 + number,
            )  # fmt: skip
    session.commit()
    return survey


def test_the_report_tells_each_collectors_flags_speed_and_unusual_answers(session: Session) -> None:
    report = read_quality(session, fieldwork(session))
    fast = next(one for one in report.collectors if one.fast_share)
    assert (fast.forms, fast.flags["too_fast"], fast.fast_share, fast.median_minutes) == (30, 30, 1.0, 0.1)
    assert (report.forms, report.flagged) == (180, 30)
    assert report.compared == 12  # six collectors, two items of a scale; the third was never asked
    strange = [one for one in report.collectors if one.unusual]
    assert len(strange) == 1
    (share,) = strange[0].unusual
    assert (share.item, share.answer, share.share, share.n) == ("q1", 0, 1.0, 30)


def test_honest_collectors_have_nothing_unusual_and_three_are_too_few_to_tell(session: Session) -> None:
    assert [one.unusual for one in read_quality(session, fieldwork(session, planted=False)).collectors] == [[]] * 6


def test_three_collectors_are_too_few_to_tell(session: Session) -> None:
    assert read_quality(session, fieldwork(session, collectors=3)).compared == 0


def test_the_page_says_what_is_unusual_in_plain_words_without_accusing(
    session: Session, sign_in: Callable[..., FlaskClient]
) -> None:
    fieldwork(session)
    page = sign_in("observer").get(PAGE).text
    assert "30 trên 180 phiếu có cờ cần xem lại" in page
    assert "1 điều tra viên có câu trả lời lặp nhiều khác thường" in page
    assert "Câu 1: „Kém” ở 100,0% trong 30 phiếu" in page
    assert "không phải kết luận" in page
    assert not any(word in page for word in ("gian lận", "bịa", "làm giả"))
    assert "Gửi đề nghị để riêng" not in page


def test_of_a_large_survey_the_findings_are_kept_and_made_anew_on_request(
    app: Flask, session: Session, sign_in: Callable[..., FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    survey = fieldwork(session)
    monkeypatch.setattr(comparisons, "LIVE_FORMS", 10)
    assert read_quality(session, survey).compared is None
    assert read_quality(session, survey, fresh=True).compared == 12
    session.commit()  # the worker writes
    person = sign_in("analyst")
    page = person.get(PAGE)
    assert "Chưa có lần nào xong" in page.text
    done = person.post(f"{PAGE}/so-sanh", data={"csrf_token": token_in(page.text)})
    assert done.status_code == 302
    assert run_waiting_jobs(app) == 1
    assert "Câu 1: „Kém”" in person.get(PAGE).text
    session.commit()
    respond(session, survey, collector_id=make_person(session).id)
    session.commit()
    assert read_quality(session, survey).compared_forms == 180
    comparisons.refresh_comparisons(session)
    assert read_quality(session, survey).compared_forms == 181
    (comparisons._path(survey)).write_text("{broken")
    assert read_quality(session, survey).compared is None


def test_asking_again_for_a_comparison_that_is_not_done_adds_none(
    app: Flask, sign_in: Callable[..., FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparisons, "LIVE_FORMS", 0)
    with app.app_context():
        fieldwork(db.session)
        db.session.commit()
    person, other = sign_in("analyst"), sign_in("observer")

    def click(client: FlaskClient) -> str:
        done = client.post(f"{PAGE}/so-sanh", data={"csrf_token": token_in(client.get(PAGE).text)})
        assert done.status_code == 302
        return str(done.headers["Location"])

    first = click(person)
    assert click(person) == first
    assert click(other) == PAGE
    assert "chưa xong" in other.get(PAGE).text
    assert run_waiting_jobs(app) == 1
    assert click(person) != first
    assert run_waiting_jobs(app) == 1


def test_a_coordinator_of_an_area_sees_the_collectors_of_that_area(
    app: Flask, sign_in: Callable[..., FlaskClient]
) -> None:
    with app.app_context():
        survey = make_survey(db.session, state="collecting")
        entries = drawn_units(db.session, survey)
        here = entries[0]
        there = next(entry for entry in entries if entry.unit.parent_id != here.unit.parent_id)
        assert here.unit.parent is not None
        district = here.unit.parent.code
        emails = []
        for entry in (here, there):
            person = make_person(db.session)
            emails.append(person.email)
            answer(db.session, survey, commune=entry.unit.code, collector_id=person.id, day=IN_TIME)
        db.session.commit()
    page = sign_in("post_coordinator", f"unit:{district}").get(f"/quan-ly/dot/{SURVEY}/chat-luong").text
    assert (emails[0] in page, emails[1] in page) == (True, False)
    page = sign_in("post_coordinator").get(f"/quan-ly/dot/{SURVEY}/chat-luong").text
    assert (emails[0] in page, emails[1] in page) == (True, True)


@pytest.mark.parametrize("role", ["collector", "counter_device", "administrator"])
def test_others_do_not_see_the_page(app: Flask, sign_in: Callable[..., FlaskClient], role: str) -> None:
    with app.app_context():
        make_village(db.session)
    assert sign_in(role).get(PAGE).status_code in (403, 404)


def test_setting_aside_by_page_needs_two_people_and_keeps_what_was_typed(
    app: Flask, sign_in: Callable[..., FlaskClient]
) -> None:
    with app.app_context():
        survey = make_village(db.session)
        person = make_person(db.session)
        for _time in range(3):
            respond(db.session, survey, collector_id=person.id, channel="field")
        db.session.commit()
        collector = str(person.id)
    manager, leader, coordinator = sign_in("survey_manager"), sign_in("approver"), sign_in("post_coordinator")

    def post(client: FlaskClient, address: str, **data: str) -> Any:
        page = client.get(PAGE).text
        token = token_in(page) if "csrf_token" in page else "none: this person has nothing to send here"
        return client.post(PAGE + address, data={"csrf_token": token} | data)

    empty = post(manager, "/de-rieng", collector=collector, reason=" ")
    assert (empty.status_code, f'<option selected value="{collector}">' in empty.text) == (400, True)
    unknown = post(manager, "/de-rieng", collector="x", reason="Phúc tra không khớp")
    assert (unknown.status_code, "Phúc tra không khớp" in unknown.text) == (404, True)
    assert post(coordinator, "/de-rieng", collector=collector, reason="Không").status_code in (403, 404)
    assert post(manager, "/de-rieng", collector=collector, reason="Phúc tra không khớp").status_code == 302
    page = manager.get(PAGE).text
    assert ("đang chờ duyệt" in page, "Duyệt: để riêng" in page) == (True, False)
    own = post(manager, "/de-rieng/1", change="approve")
    assert (own.status_code, "không tự duyệt" in own.text) == (403, True)
    assert post(coordinator, "/de-rieng/1", change="approve").status_code in (403, 404)
    assert "Duyệt: để riêng" in leader.get(PAGE).text
    assert post(leader, "/de-rieng/1", change="approve").status_code == 302
    assert "3 phiếu của 1 điều tra viên đã để riêng" in leader.get(PAGE).text
    no_reason = post(manager, "/de-rieng/1", change="lift", reason="")
    assert no_reason.status_code == 400
    assert post(manager, "/de-rieng/1", change="lift", reason="Đã rõ").status_code == 302
    assert "đã tính lại" in manager.get(PAGE).text
    with app.app_context():
        assert set(db.session.scalars(select(Response.status))) == {"accepted"}
        aside = db.session.scalars(select(SetAside)).one()
        assert aside.approved_by == leader.email


def test_the_commands_report_and_set_aside_with_the_same_checks(app: Flask) -> None:
    with app.app_context():
        fieldwork(db.session)
        emails = list(db.session.scalars(select(User.email).order_by(User.id)))
        for name in ("a", "b"):
            add_user(
                db.session, f"{name}@hailong.example", role="survey_manager", scopes=[], actor=SYSTEM,
                password="mật khẩu thử nghiệm",
            )  # fmt: skip
        db.session.commit()
    run = app.test_cli_runner().invoke
    told = json.loads(run(args=["quality", "report", VILLAGE, "--format", "json"]).output)
    assert (told["forms"], told["flags"], told["comparisons"]) == (180, {"too_fast": 30}, 12)
    assert [len(one["unusual"]) for one in told["collectors"]] == [1, 0, 0, 0, 0, 0]
    text = run(args=["quality", "report", VILLAGE]).output
    assert "Câu 1: „Kém”" in text
    asked = run(args=["quality", "set-aside", VILLAGE, emails[-1], "--reason", "Có", "--by", "a@hailong.example"])
    assert asked.exit_code == 0, asked.output
    for by in ([], ["--by", "a@hailong.example"], ["--by", emails[0]], ["--by", "none@hailong.example"]):
        assert run(args=["quality", "approve", VILLAGE, "1", *by]).exit_code == 1, by
    done = run(args=["quality", "approve", VILLAGE, "1", "--by", "b@hailong.example"])
    assert "30 forms set aside" in done.output
    assert "set aside" in run(args=["quality", "requests", VILLAGE]).output
    lifted = run(args=["quality", "lift", VILLAGE, "1", "--reason", "Đã rõ"])
    assert "30 forms count again" in lifted.output
    with app.app_context():
        assert read_quality(db.session, find_survey(db.session, VILLAGE)).forms == 180
