"""Paper forms of the village, in hand and ready to be keyed: what the tests of paper share."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.accounts.models import User
from survey_app.audit.models import Actor
from survey_app.collection.models import Response
from survey_app.collection.paper.entry import Keyed, key_form
from survey_app.collection.paper.issuing import issue_batch
from survey_app.collection.paper.models import PaperBatch, PaperForm
from survey_app.collection.paper.queries import forms_of
from survey_app.collection.paper.tracking import move_forms
from survey_app.sampling.work.area import Area, whole_area
from tests.rooms.work_village import make_person, village
from tests.village import communes, make_village
from tests.world import TESTER

#: What a keyer types for the form of the village: numbers of boxes, a number, words, a day.
TYPED = {"q1": "3", "q2": "2", "late": "2", "ways": "12", "visits": "4", "words": "Tốt", "when": "05062026", "sex": "1"}
#: The answers that this stands for.
ANSWERS = {"q1": 3, "q2": 2, "late": 2, "ways": [1, 2], "visits": 4, "words": "Tốt", "when": "2026-06-05", "sex": 1}


def open_area(session: Session) -> Area:
    """The village taking answers, all of it."""
    return whole_area(make_village(session))


def issued(session: Session, area: Area, count: int = 3, **changes: Any) -> PaperBatch:
    """A batch for the first commune."""
    code = changes.pop("unit_code", None) or communes(session, area.survey)[0]
    batch = issue_batch(session, area, unit_code=code, count=count, actor=TESTER, **changes)
    session.commit()
    return batch


def received(session: Session, count: int = 3, **changes: Any) -> list[PaperForm]:
    """Forms that came back filled in."""
    area = open_area(session)
    batch = issued(session, area, count, **changes)
    move_forms(session, area, range(batch.first, batch.last + 1), "received", actor=TESTER)
    session.commit()
    return list(forms_of(session, batch))


def keyers(session: Session, *names: str) -> list[User]:
    """People who key forms."""
    return [make_person(session, name, role="paper_keyer") for name in names or ("an", "binh")]


def key(session: Session, form: PaperForm, who: User, **changes: str) -> Keyed:
    """One pass of a form, as of the usual answers but for the changes."""
    done = key_form(session, form, TYPED | changes, keyer_id=who.id, seconds=30.0, actor=Actor(who.id, who.email))
    session.commit()
    return done


def responses(session: Session) -> list[Response]:
    """Everything in the system."""
    return list(session.scalars(select(Response).where(Response.survey_id == village(session)[0].id)))
