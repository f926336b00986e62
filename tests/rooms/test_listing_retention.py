"""How long contact data stays: undrawn cases' until the survey opens, the others' for 90 days after it closes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.audit.models import AuditEntry
from survey_app.audit.queries import entries_about
from survey_app.jobs.worker import do_chores
from survey_app.sampling.listing import retention
from survey_app.sampling.listing.models import CaseContact, FrameFile, ListedCase
from survey_app.sampling.models import Draw
from survey_app.sampling.queries import drawn_units
from survey_app.sampling.service import draw_sample
from survey_app.sampling.work.models import Case
from survey_app.surveys.models import Survey
from survey_app.surveys.service import set_state
from tests.conftest import token_in
from tests.lists import bring_in, list_survey, table
from tests.village import VILLAGE
from tests.world import TESTER


@pytest.fixture
def survey(session: Session, tmp_path: Path) -> Survey:
    """A drawn survey: two cases in every commune, and in each drawn one the first of them drawn."""
    survey = list_survey(session)
    rows = [(2000 + number // 2, f"H{number}", "Ai", f"{number:010d}", "", "") for number in range(24)]
    bring_in(session, survey, table(tmp_path / "a.csv", *rows))
    draw_sample(session, survey, seed="1", actor=TESTER)
    session.flush()
    for unit in drawn_units(session, survey):
        listed = session.scalars(select(ListedCase).where(ListedCase.unit_id == unit.unit_id)).first()
        assert listed is not None
        session.add(
            Case(
                survey_id=survey.id, frame_unit_id=unit.id, listed_case_id=listed.id, role="main", rank=1,
                probability=0.5,
            )
        )  # fmt: skip
    session.commit()
    return survey


def chores(app: Flask, session: Session) -> None:
    """An hour passes for the worker, while nobody here holds a transaction."""
    session.rollback()
    do_chores(app)
    session.rollback()


def left(session: Session) -> int:
    session.rollback()
    return len(session.scalars(select(CaseContact.listed_case_id)).all())


def drawn_cases(session: Session) -> set[int | None]:
    return set(session.scalars(select(Case.listed_case_id).join(Draw, Draw.survey_id == Case.survey_id)))


def move_closing(session: Session, survey: Survey, days: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the clock of retention stand so many days after the survey closed."""
    closed = session.scalars(
        select(AuditEntry.at).where(AuditEntry.verb == "survey.state").order_by(AuditEntry.id.desc())
    ).first()
    assert closed is not None
    monkeypatch.setattr(retention, "now", lambda: closed + timedelta(days=days, seconds=5))


def test_nothing_goes_while_a_draw_may_still_be_repeated(app: Flask, session: Session, survey: Survey) -> None:
    survey.ends_on = date(2100, 1, 1)
    session.commit()
    chores(app, session)
    assert left(session) == 24


def test_undrawn_contacts_go_once_the_survey_opens(app: Flask, session: Session, survey: Survey) -> None:
    set_state(session, survey, "collecting", actor=TESTER)
    session.commit()
    chores(app, session)
    session.rollback()
    assert set(session.scalars(select(CaseContact.listed_case_id))) == drawn_cases(session)
    marked = select(ListedCase.id).where(ListedCase.person.is_not(None))
    assert set(session.scalars(marked)) == drawn_cases(session)
    entry = entries_about(session, f"survey:{VILLAGE}")[0]
    assert (entry.verb, entry.actor, entry.detail) == (
        "contact.forget", "system", {"count": 24 - len(drawn_cases(session)), "undrawn_only": True},
    )  # fmt: skip
    before = len(entries_about(session, f"survey:{VILLAGE}"))
    chores(app, session)
    session.rollback()
    assert len(entries_about(session, f"survey:{VILLAGE}")) == before


def test_every_contact_goes_ninety_days_after_the_survey_closed(
    app: Flask, session: Session, survey: Survey, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_state(session, survey, "collecting", actor=TESTER)
    set_state(session, survey, "closed", actor=TESTER)
    session.commit()
    drawn = len(drawn_cases(session))
    move_closing(session, survey, 89, monkeypatch)
    chores(app, session)
    assert left(session) == drawn
    move_closing(session, survey, 90, monkeypatch)
    chores(app, session)
    assert left(session) == 0


def test_a_survey_opened_again_keeps_contacts_unless_it_is_forgotten_open(
    app: Flask, session: Session, survey: Survey, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_state(session, survey, "collecting", actor=TESTER)
    set_state(session, survey, "closed", actor=TESTER)
    session.commit()
    set_state(session, survey, "collecting", actor=TESTER, reason="Bổ sung")
    survey.starts_on, survey.ends_on = date(2020, 7, 1), date(2020, 9, 30)
    session.commit()
    monkeypatch.setattr(retention, "now", lambda: datetime.now(UTC) + timedelta(days=179))
    chores(app, session)
    assert left(session) == len(drawn_cases(session))
    monkeypatch.setattr(retention, "now", lambda: datetime.now(UTC) + timedelta(days=181))
    chores(app, session)
    assert left(session) == 0


@pytest.mark.parametrize("last_day", [date(2020, 9, 30), date(2100, 1, 1)])
def test_a_survey_that_never_opened_forgets_ninety_days_after_its_period_and_its_last_list(
    app: Flask, session: Session, survey: Survey, monkeypatch: pytest.MonkeyPatch, last_day: date
) -> None:
    survey.starts_on, survey.ends_on = date(2020, 7, 1), last_day
    session.commit()
    listed = session.scalar(select(FrameFile.imported_at))
    assert listed is not None
    end = max(datetime.combine(last_day, datetime.min.time(), UTC), listed)
    monkeypatch.setattr(retention, "now", lambda: end + timedelta(days=90))
    chores(app, session)
    assert left(session) == 24
    monkeypatch.setattr(retention, "now", lambda: end + timedelta(days=90, seconds=1))
    chores(app, session)
    assert left(session) == 0


PAGE = f"/quan-ly/dot/{VILLAGE}/dan-mau"


def test_contacts_are_deleted_on_screen_after_one_question(
    session: Session, survey: Survey, sign_in: Callable[..., FlaskClient]
) -> None:
    manager = sign_in("survey_manager")
    drawn = len(drawn_cases(session))
    session.rollback()
    assert "xoa-lien-he" not in manager.get(PAGE).text
    assert manager.get(f"{PAGE}/xoa-lien-he").status_code == 409
    set_state(session, survey, "collecting", actor=TESTER)
    session.commit()
    assert "xoa-lien-he" in manager.get(PAGE).text
    for left_before, left_after, words in ((24, drawn, "không được bốc"), (drawn, 0, "hồ sơ còn lại")):
        asked = manager.get(f"{PAGE}/xoa-lien-he").text
        assert f"{left_before - left_after} hồ sơ" in asked
        assert words in asked
        assert manager.post(f"{PAGE}/xoa-lien-he").status_code == 400
        assert left(session) == left_before
        done = manager.post(f"{PAGE}/xoa-lien-he", data={"csrf_token": token_in(asked)}, follow_redirects=True)
        assert f"Đã xóa thông tin liên hệ của {left_before - left_after} hồ sơ." in done.text
        assert left(session) == left_after
        if left_after:
            assert "Không có thông tin liên hệ nào cần xóa" in manager.get(f"{PAGE}/xoa-lien-he").text
            set_state(session, session.merge(survey), "closed", actor=TESTER)
            session.commit()
    told = [entry for entry in entries_about(session, f"survey:{VILLAGE}") if entry.verb == "contact.forget"]
    assert [entry.actor for entry in told] == [manager.email] * 2
