"""Progress against plan, counted by hand on a small village; who sees how much of it; and what it costs."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from analysis.response_rates import Dispositions
from survey_app.collection.models import Quota, Response
from survey_app.collection.service import DisputedResponse
from survey_app.collection.watch.progress import Progress, watch_fieldwork
from survey_app.database import db
from survey_app.i18n import PROVINCE_TIME, today
from survey_app.sampling.work.area import Area, whole_area
from survey_app.sampling.work.models import Assignment, Attempt, Case
from survey_app.surveys.models import Survey
from survey_app.surveys.service import set_state
from tests.cases import make_cases, make_person
from tests.lists import add_list
from tests.village import VILLAGE, communes, make_village, respond
from tests.world import SURVEY, TESTER, answer, make_survey

PERIOD = {"from": date.today() - timedelta(days=30), "to": date.today() + timedelta(days=30)}
FULL = {"q1": 3, "q2": 3, "late": 2}


def now_at(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), PROVINCE_TIME)


def hold(session: Session, case: Case, collector: int, *, due: date | None = None, since: date | None = None) -> None:
    given = now_at(since or today() - timedelta(days=20))
    session.add(
        Assignment(case_id=case.id, collector_id=collector, assigned_by="tester", assigned_at=given, due_on=due)
    )


def fail(session: Session, case: Case, collector: int, outcome: str, *, day: date, state: str = "tried") -> None:
    case.state, case.outcome, case.attempts = state, outcome, 1
    session.add(Attempt(case_id=case.id, collector_id=collector, outcome=outcome, tried_at=now_at(day), day=day))


def village_with_cases(session: Session) -> Survey:
    """Seven communes of five cases and two reserves each; in the first two, work by two collectors.

    Commune 0: answered in full, answered by half (the plain form's), refused, replaced after a move by a reserve that
    answered, and one to do; commune 1: two not met, one dead, one closed untried, one late; all others untouched.
    """
    survey = make_village(session, period=PERIOD)
    make_cases(session, survey, each=5, reserves=2)
    first, second = communes(session, survey)[:2]
    cases = session.scalars(select(Case).order_by(Case.frame_unit_id, Case.role, Case.rank)).all()
    here, there = cases[0:7], cases[7:14]
    ana, binh = make_person(session), make_person(session)
    ana.name, binh.name = "Ana", "Bình"
    yesterday = today() - timedelta(days=1)
    for case in here[:5]:
        hold(session, case, ana.id)
    for case in there[:5]:
        hold(session, case, binh.id, due=yesterday if case is there[4] else today())
    session.commit()
    respond(session, survey, first, case_id=here[0].id, collector_id=ana.id, channel="field", minutes=4.0, answers=FULL)
    respond(session, survey, first, case_id=here[1].id, collector_id=ana.id, channel="field", minutes=7.0, answers=FULL)
    session.scalars(select(Response).where(Response.case_id == here[1].id)).one().completeness = "partial"
    fail(session, here[2], ana.id, "refused", day=yesterday, state="closed")
    fail(session, here[3], ana.id, "moved", day=yesterday, state="replaced")
    here[5].replaces_id = here[3].id
    session.flush()
    respond(session, survey, first, case_id=here[5].id, collector_id=ana.id, channel="field", minutes=5.0, answers=FULL)
    fail(session, there[0], binh.id, "not_home", day=today() - timedelta(days=9))
    fail(session, there[1], binh.id, "later", day=today() - timedelta(days=9))
    fail(session, there[2], binh.id, "died", day=today() - timedelta(days=9), state="closed")
    there[3].state = "closed"
    respond(session, survey, second, channel="link", minutes=2.0)  # by the open link: answers no drawn case
    session.commit()
    return survey


def seen(session: Session, survey: Survey) -> Progress:
    return watch_fieldwork(session, whole_area(survey))


def test_progress_of_drawn_cases_by_hand(session: Session) -> None:
    survey = village_with_cases(session)
    progress = seen(session, survey)
    total = progress.total
    assert (len(progress.places), total.planned, total.received) == (7, 35, 3)
    first, second, *others = [place.tally for place in progress.places]
    assert (first.planned, first.received, first.open, first.refused, first.lost, first.replaced) == (5, 3, 1, 1, 1, 1)
    assert (first.called_up, first.reserves_left, first.unassigned, first.late) == (1, 1, 0, 0)
    assert (second.planned, second.received, second.open, second.lost, second.late) == (5, 0, 3, 2, 1)
    assert all((one.planned, one.received, one.open, one.unassigned) == (5, 0, 5, 5) for one in others)
    assert progress.unlisted == 1
    assert [place.code for place in progress.silent] == communes(session, survey)[1:]
    assert [place.code for place in progress.overdue] == [communes(session, survey)[1]]


def test_dispositions_and_rates_of_drawn_cases_by_hand(session: Session) -> None:
    progress = seen(session, village_with_cases(session))
    # 35 main cases and the reserve that was called up; the other reserves are no cases
    assert progress.dispositions == Dispositions(
        complete=2, partial=1, refusal=1, non_contact=2, other=1, unknown_untried=28, unknown_other=1
    )
    assert progress.dispositions.cases == 36
    assert progress.rates.rr1 == 2 / 36
    assert progress.rates.rr2 == 3 / 36
    assert progress.rates.coop2 == 3 / 5


def test_collectors_by_hand(session: Session) -> None:
    progress = seen(session, village_with_cases(session))
    ana, binh = progress.collectors
    assert (ana.name, ana.received, ana.held, ana.late, ana.minutes) == ("Ana", 3, 1, 0, 5.0)
    assert ana.share == 3 / 4
    assert ana.presence.last == today()
    assert (binh.name, binh.received, binh.held, binh.late, binh.minutes) == ("Bình", 0, 3, 1, None)
    assert binh.presence.last == today() - timedelta(days=9)
    assert 0 < binh.presence.idle_since < binh.presence.idle
    assert progress.resting == ([binh] if binh.presence.idle_since >= 3 else [])
    assert progress.minutes == 4.5  # 2, 4, 5 and 7 minutes


def test_rates_stay_the_same_when_the_survey_closes_and_the_ties_are_cut(session: Session) -> None:
    survey = village_with_cases(session)
    before = seen(session, survey)
    set_state(session, survey, "closed", actor=TESTER)
    session.commit()
    assert session.scalars(select(Response).where(Response.case_id.is_not(None))).all() == []
    after = seen(session, survey)
    assert after.dispositions == before.dispositions
    assert after.total.received == 3


def test_form_that_does_not_count_is_no_answer(session: Session) -> None:
    survey = village_with_cases(session)
    session.scalars(select(Response).where(Response.completeness == "partial")).one().status = "set_aside"
    session.commit()
    progress = seen(session, survey)
    assert progress.total.received == 2
    assert (progress.dispositions.partial, progress.dispositions.other, progress.dispositions.cases) == (0, 2, 36)


def test_survey_without_lists_keeps_its_plan_for_every_commune(session: Session) -> None:
    survey = make_village(session, period=PERIOD)
    first, second = communes(session, survey)[:2]
    for _number in range(3):
        respond(session, survey, first, channel="kiosk")
    respond(session, survey, second, channel="link")
    session.commit()
    progress = seen(session, survey)
    assert not progress.has_cases
    assert (progress.total.planned, progress.total.received) == (7 * 20, 4)
    assert [place.tally.received for place in progress.places] == [3, 1, 0, 0, 0, 0, 0]
    assert [(one.name, one.received) for one in progress.channels] == [("kiosk", 3), ("link", 1)]
    assert math.isnan(progress.rates.rr1)
    assert [(group.name, group.tally.planned) for group in progress.groups] == [
        (place, 20 * count) for place, count in strata_of(progress)
    ]


def strata_of(progress: Progress) -> list[tuple[str, int]]:
    names = [place.stratum_name for place in progress.places]
    return [(name, names.count(name)) for name in dict.fromkeys(names)]


def test_channel_shows_the_quota_set_for_it_alone(session: Session) -> None:
    survey = make_village(session, period=PERIOD)
    here = session.scalars(select(Quota)).all()
    assert here == []
    session.add(Quota(survey_id=survey.id, channel="paper", goal=50, rule="flag", made_by="tester"))
    session.add(Quota(survey_id=survey.id, channel="kiosk", item="q1", value="3", goal=5, rule="flag", made_by="t"))
    respond(session, survey, channel="kiosk")
    session.commit()
    assert [(one.name, one.received, one.goal) for one in seen(session, survey).channels] == [
        ("kiosk", 1, None),
        ("paper", 0, 50),
    ]


def test_districts_are_summed_where_there_are_districts(session: Session) -> None:
    survey = make_survey(session, state="collecting")
    answer(session, survey)
    session.commit()
    progress = seen(session, survey)
    assert progress.by_district
    assert sum(len(group.places) for group in progress.groups) == 44
    assert len(progress.groups) == len({place.district for place in progress.places}) == 15
    assert progress.groups[0].tally.received == 1
    assert progress.groups[0].tally.planned == 40 * len(progress.groups[0].places)


@contextmanager
def counted_queries() -> Iterator[list[str]]:
    """Every statement that is sent meanwhile."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def test_as_many_queries_for_two_communes_as_for_all(session: Session) -> None:
    survey = village_with_cases(session)
    units = [session.get(Case, case).frame_unit.unit for case in session.scalars(select(Case.id)).all()]
    session.expire_all()
    few = Area(survey, (units[0], units[-1]))
    with counted_queries() as sent_for_few:
        assert len(watch_fieldwork(session, few).places) == 2
    session.expire_all()
    with counted_queries() as sent_for_all:
        assert len(seen(session, survey).places) == 7
    assert len(sent_for_few) <= len(sent_for_all) <= 16


def test_place_bound_person_sees_their_area_and_nothing_else(app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    with app.app_context():
        survey = village_with_cases(db.session)
        code = communes(db.session, survey)[0]
        names = {place.code: place.name for place in seen(db.session, survey).places}
    page = sign_in("post_coordinator", f"unit:{code}").get(f"/quan-ly/dot/{VILLAGE}/thuc-dia").text
    assert "Đã nhận 3 trên 5 phiếu dự kiến" in page
    assert names.pop(code) in page
    assert not any(f">{name}<" in page or f"{name}:" in page for name in names.values())
    assert "Ana" in page
    assert "Bình" not in page


def test_coordinator_of_a_district_sees_its_communes_and_its_forms_alone(
    app: Flask, sign_in: Callable[..., FlaskClient]
) -> None:
    with app.app_context():
        survey = make_survey(db.session, state="collecting")
        progress = seen(db.session, survey)
        own, other = progress.groups[0], progress.groups[1]
        answer(db.session, survey, commune=own.places[0].code, channel="kiosk", minutes=3.0)
        for _number in range(4):
            answer(db.session, survey, commune=other.places[0].code, channel="link", minutes=9.0)
        db.session.commit()
        district = own.places[0].path.split("/")[2]
    coordinator = sign_in("post_coordinator", f"unit:{district}")
    page = coordinator.get(f"/quan-ly/dot/{SURVEY}/thuc-dia").text
    assert f"Đã nhận 1 trên {40 * len(own.places)} phiếu dự kiến" in page
    assert own.name in page
    assert other.name not in page
    assert "Đường dẫn, mã QR" not in page.split("<h2>Theo kênh</h2>")[1].split("</dl>")[0]
    table = coordinator.get(f"/quan-ly/dot/{SURVEY}/tien-do.csv").text
    assert own.places[0].code in table
    assert other.places[0].code not in table


def test_forms_that_wait_for_review_are_counted_where_one_may_look(
    app: Flask, sign_in: Callable[..., FlaskClient]
) -> None:
    with app.app_context():
        survey = make_village(db.session, period=PERIOD)
        here, there = communes(db.session, survey)[:2]
        receipt = respond(db.session, survey, here)
        with pytest.raises(DisputedResponse):
            respond(db.session, survey, here, response_id=receipt.response_id, answers={"q1": 1})
        db.session.commit()
    address, words = f"/quan-ly/dot/{VILLAGE}/thuc-dia", "phiếu chưa vào được, chờ điều phối xem"
    assert words in sign_in("survey_manager").get(address).text
    assert words in sign_in("post_coordinator", f"unit:{here}").get(address).text
    assert words not in sign_in("post_coordinator", f"unit:{there}").get(address).text


def test_observer_sees_progress_and_no_contact_data(app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    from survey_app.personal_data import contact_key
    from survey_app.sampling.listing.models import CaseContact, ListedCase

    with app.app_context():
        survey = village_with_cases(db.session)
        case = db.session.scalars(select(Case)).first()
        file = add_list(db.session, survey)
        listed = ListedCase(
            id=1,
            survey_id=survey.id,
            file_id=file.id,
            unit_id=case.frame_unit.unit_id,
            line=1,
            reference=b"r" * 16,
            attributes={},
        )
        db.session.add(listed)
        db.session.flush()
        words = {"name": "Nguyễn Thị Bí Mật", "phone": "0912345678"}
        db.session.add(CaseContact(listed_case_id=1, sealed=contact_key().seal(words, "1")))
        case.listed_case_id = 1
        db.session.commit()
    observer = sign_in("observer")
    for address in ("thuc-dia", "tien-do.csv"):
        answer_ = observer.get(f"/quan-ly/dot/{VILLAGE}/{address}")
        assert answer_.status_code == 200
        assert "Bí Mật" not in answer_.text
        assert "0912345678" not in answer_.text
    page = observer.get(f"/quan-ly/dot/{VILLAGE}/thuc-dia").text
    assert "Đã nhận 3 trên 35 phiếu dự kiến" in page
    assert "Phân công" not in page.split('class="plain watch-list"')[1].split("</ul>")[0]


def test_page_and_command_and_file_say_the_same(app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    with app.app_context():
        village_with_cases(db.session)
    runner = app.test_cli_runner()
    told = json.loads(runner.invoke(args=["fieldwork", "progress", VILLAGE, "--format", "json"]).output)
    assert (told["planned"], told["received"], told["rates"]["cases"]) == (35, 3, 36)
    assert told["rates"]["rates"]["RR2"]["value"] == 3 / 36
    manager = sign_in("survey_manager")
    page = manager.get(f"/quan-ly/dot/{VILLAGE}/thuc-dia").text
    assert "RR2, kể cả trả lời một phần: 8,3%" in page
    file = manager.get(f"/quan-ly/dot/{VILLAGE}/tien-do.csv").text
    assert file.startswith("\ufeff")
    by_command = runner.invoke(args=["fieldwork", "progress", VILLAGE, "--format", "csv"]).output
    assert by_command.split() == file.removeprefix("\ufeff").split()
    rows = [row for row in csv.DictReader(io.StringIO(file[1:])) if row["level"] == "commune"]
    assert sum(int(row["received"]) for row in rows) == 3
    assert sum(int(row["planned"]) for row in rows) == 35
    rates = runner.invoke(args=["fieldwork", "rates", VILLAGE]).output
    assert "RR1        5,6%" in rates
    assert "I / (I + P + R + NC + O + UH + UO)" in rates


def test_rates_of_a_survey_without_lists_are_refused_in_words(app: Flask) -> None:
    with app.app_context():
        make_village(db.session)
    done = app.test_cli_runner().invoke(args=["fieldwork", "rates", VILLAGE])
    assert done.exit_code == 1
    assert "không có danh sách hồ sơ" in done.output + done.stderr


@pytest.mark.parametrize("state", ["draft", "sampled", "closed"])
def test_page_opens_in_every_state(app: Flask, sign_in: Callable[..., FlaskClient], state: str) -> None:
    with app.app_context():
        make_village(db.session, state=state)
    page = sign_in("survey_manager").get(f"/quan-ly/dot/{VILLAGE}/thuc-dia")
    assert page.status_code == 200
    assert ("Chưa bốc mẫu" in page.text) == (state == "draft")
    assert ("Mở nhận phiếu" in page.text) == (state == "sampled")
    assert ("Mở lại để nhận phiếu" in page.text) == (state == "closed")
