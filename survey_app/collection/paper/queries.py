"""Reading batches, forms, and how well the keyers agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from survey_app.accounts.models import User
from survey_app.collection.paper.models import STATES, PaperBatch, PaperEntry, PaperForm, PaperSeries
from survey_app.collection.paper.serials import read_serial, write_serial
from survey_app.errors import NotFound, UserError
from survey_app.geography.models import Unit
from survey_app.sampling.work.area import Area, lies_within
from survey_app.sampling.work.models import PostOffice

PAGE = 100


@dataclass(frozen=True)
class StateCount:
    """How many forms somebody has in each state.

    Attributes
    ----------
    key : str
        The office's code or the person's address; empty for batches that nobody has.
    """

    name: str
    key: str
    by_state: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """All forms."""
        return sum(self.by_state.values())


def _within(area: Area) -> list[ColumnElement[bool]]:
    found = [PaperBatch.survey_id == area.survey.id]
    return found if area.is_whole else [*found, lies_within(area.places)]


def count_by_holder(session: Session, area: Area) -> list[StateCount]:
    """The forms of an area by who has them, offices with the batches of their people apart; by name."""
    rows = session.execute(
        select(PaperBatch.office_id, PaperBatch.collector_id, PaperForm.state, func.count())
        .select_from(PaperForm)
        .join(PaperBatch)
        .join(Unit, PaperBatch.unit_id == Unit.id)
        .where(*_within(area))
        .group_by(PaperBatch.office_id, PaperBatch.collector_id, PaperForm.state)
    ).all()
    offices = {one.id: one for one in session.scalars(select(PostOffice))}
    people = {
        one.id: one for one in session.scalars(select(User).where(User.id.in_({row[1] for row in rows if row[1]})))
    }
    found: dict[tuple[int | None, int | None], StateCount] = {}
    for office_id, collector_id, state, count in rows:
        office, person = offices.get(office_id or 0), people.get(collector_id or 0)
        names = [one.name for one in (office, person) if one is not None]
        key = person.email if person else office.code if office else ""
        line = found.setdefault((office_id, collector_id), StateCount(" · ".join(names), key))
        line.by_state[state] = count
    return sorted(found.values(), key=lambda line: (not line.name, line.name))


def totals(counts: Sequence[StateCount]) -> dict[str, int]:
    """All forms by state, every state named."""
    return {state: sum(line.by_state.get(state, 0) for line in counts) for state in STATES}


def batches_of(session: Session, area: Area) -> Sequence[PaperBatch]:
    """The batches of an area, the latest first."""
    query = select(PaperBatch).join(Unit, PaperBatch.unit_id == Unit.id).where(*_within(area))
    return session.scalars(query.order_by(PaperBatch.id.desc())).all()


def counts_of_batches(session: Session, area: Area) -> dict[int, dict[str, int]]:
    """Of each batch of an area how many forms are in each state."""
    found: dict[int, dict[str, int]] = {}
    query = (
        select(PaperForm.batch_id, PaperForm.state, func.count())
        .join(PaperBatch)
        .join(Unit, PaperBatch.unit_id == Unit.id)
        .where(*_within(area))
        .group_by(PaperForm.batch_id, PaperForm.state)
    )
    for batch_id, state, count in session.execute(query):
        found.setdefault(batch_id, {})[state] = count
    return found


def forms_of(session: Session, batch: PaperBatch) -> Sequence[PaperForm]:
    """The forms of a batch in the order of their numbers."""
    query = select(PaperForm).where(PaperForm.batch_id == batch.id).order_by(PaperForm.number)
    return session.scalars(query).all()


def passes_of(session: Session, batch: PaperBatch) -> dict[Any, int]:
    """How often each form of a batch has been keyed."""
    query = select(PaperEntry.form_id, func.count()).join(PaperForm).where(PaperForm.batch_id == batch.id)
    return dict(session.execute(query.group_by(PaperEntry.form_id)).all())


def find_form(session: Session, text: str) -> PaperForm:
    """The form of a serial, in whatever survey.

    Raises
    ------
    UserError, NotFound
        It is no serial, or no such form was printed.
    """
    serial = read_serial(text)
    if not serial.series:
        raise UserError(_("Xin gõ cả phần chữ của số phiếu, ví dụ HL-KG20-000123-8."))
    written = write_serial(serial.series, serial.number)
    form = session.scalar(select(PaperForm).where(PaperForm.serial == written))
    if form is None:
        raise no_such_form(written)
    return form


def find_form_in(session: Session, area: Area, text: str) -> PaperForm:
    """The form of a serial in an area.

    Raises
    ------
    UserError, NotFound
    """
    series = session.scalar(select(PaperSeries.code).where(PaperSeries.survey_id == area.survey.id))
    if series is None:
        raise no_such_form(text)
    serial = read_serial(text, series=series)
    form = session.scalar(select(PaperForm).where(PaperForm.serial == write_serial(series, serial.number)))
    if form is None or not area.holds(form.batch.unit):
        raise no_such_form(text)
    return form


def no_such_form(serial: str) -> NotFound:
    """The same words whether a form was never printed or is another's."""
    return NotFound(
        _("Không có phiếu %(serial)s trong phần việc của Ông/Bà. Xin kiểm tra lại số phiếu.", serial=serial[:40])
    )


def waiting_forms(session: Session, area: Area) -> Sequence[PaperForm]:
    """Forms keyed twice that are not in the system: their readings differ, or the door refused them."""
    query = (
        select(PaperForm)
        .join(PaperBatch)
        .join(Unit, PaperBatch.unit_id == Unit.id)
        .where(*_within(area), PaperForm.state.in_(("keyed", "disputed")))
    )
    return session.scalars(query.order_by(PaperForm.number)).all()


def count_to_key(session: Session, area: Area, keyer_id: int) -> tuple[int, int]:
    """Forms in hand that wait for a first pass, and those that wait for a second one by this person."""
    passes = (
        select(PaperEntry.form_id, func.count().label("passes"), func.max(PaperEntry.keyer_id).label("keyer"))
        .group_by(PaperEntry.form_id)
        .subquery()
    )
    query = (
        select(passes.c.passes, func.count())
        .select_from(PaperForm)
        .join(PaperBatch)
        .join(Unit, PaperBatch.unit_id == Unit.id)
        .outerjoin(passes, passes.c.form_id == PaperForm.id)
        .where(*_within(area), PaperForm.state == "received", or_(passes.c.keyer.is_(None), passes.c.keyer != keyer_id))
        .group_by(passes.c.passes)
    )
    found: dict[int | None, int] = dict(session.execute(query).all())
    return found.get(None, 0), found.get(1, 0)


@dataclass(frozen=True)
class KeyerRate:
    """How well somebody's readings agree with the other's.

    Attributes
    ----------
    compared, agreed : int
        Items keyed by both, and those read alike.
    decided, won : int
        Differences a third person decided, and those in which this person was right.
    seconds : float or None
        Median of a form.
    """

    keyer_id: int | None
    name: str
    forms: int
    compared: int
    agreed: int
    decided: int
    won: int
    seconds: float | None

    @property
    def agreement(self) -> float | None:
        """Share of items read alike; None before any comparison."""
        return self.agreed / self.compared if self.compared else None


def rates_of_keyers(session: Session, area: Area) -> list[KeyerRate]:
    """Every keyer of an area with their rates, who agrees least first."""
    rows = session.execute(
        select(PaperEntry, User.name)
        .join(PaperForm, PaperEntry.form_id == PaperForm.id)
        .join(PaperBatch)
        .join(Unit, PaperBatch.unit_id == Unit.id)
        .outerjoin(User, PaperEntry.keyer_id == User.id)
        .where(*_within(area))
    ).all()
    entries: dict[tuple[int | None, str], list[PaperEntry]] = {}
    for entry, name in rows:
        entries.setdefault((entry.keyer_id, name or _("Máy quét")), []).append(entry)
    found = [
        KeyerRate(
            keyer_id=keyer_id,
            name=name,
            forms=len(own),
            compared=sum(one.compared or 0 for one in own),
            agreed=sum(one.agreed or 0 for one in own),
            decided=sum(one.decided or 0 for one in own),
            won=sum(one.won or 0 for one in own),
            seconds=median(one.seconds for one in own),
        )
        for (keyer_id, name), own in entries.items()
    ]
    return sorted(found, key=lambda one: (one.agreement is None, one.agreement or 0.0, one.name))
