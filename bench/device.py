"""A tablet at a counter, as the senders of a benchmark need it."""

from __future__ import annotations

from dataclasses import dataclass

from survey_app.audit.models import SYSTEM
from survey_app.collection.kiosk.pairing import COOKIE, pair_device
from survey_app.collection.kiosk.service import DeviceSettings, add_device
from survey_app.database import db
from survey_app.sampling.queries import drawn_units
from survey_app.sampling.work.area import whole_area
from survey_app.surveys.queries import find_survey


@dataclass(frozen=True)
class Device:
    """Where it stands, where it sends to, and what it shows to be let in."""

    unit: str
    path: str
    headers: dict[str, str]


def counter_device(slug: str) -> Device:
    """A paired tablet in the first drawn commune."""
    survey = find_survey(db.session, slug)
    unit = drawn_units(db.session, survey)[0].unit.code
    made = add_device(
        db.session, whole_area(survey), name="Máy đo", unit_code=unit, settings=DeviceSettings(), actor=SYSTEM
    )
    _device, token = pair_device(db.session, made.code)
    db.session.commit()
    return Device(unit, "/quay/gui", {"Cookie": f"{COOKIE}={token}"})
