"""Positions of communes: brought in with the list of units, and drawn on the fieldwork map."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.database import db
from survey_app.errors import LinesRefused, UserError
from survey_app.geography.models import Unit
from survey_app.geography.service import import_units
from tests.village import VILLAGE, make_village
from tests.world import TESTER

HEADER = "province_code,province_name,commune_code,commune_name,commune_type,latitude,longitude\n"
GOOD = HEADER + "93,Tỉnh Có Bản Đồ,3001,Xã Một,xã,10.0125,105.081\n93,Tỉnh Có Bản Đồ,3002,Đặc khu Hai,đặc khu,,\n"


def bring_in(session: Session, text: str) -> None:
    import_units(session, io.BytesIO(text.encode()), actor=TESTER)


def test_positions_come_with_the_list_and_may_be_left_empty(session: Session) -> None:
    bring_in(session, GOOD)
    found = {unit.code: (unit.latitude, unit.longitude) for unit in session.scalars(select(Unit)) if unit.code > "3000"}
    assert found["3001"] == (10.0125, 105.081)
    assert found["3002"] == (None, None)
    assert session.scalars(select(Unit).where(Unit.code == "93")).one().latitude is None


def test_decimal_commas_of_a_spreadsheet_are_read(session: Session) -> None:
    bring_in(session, GOOD.replace(",", ";").replace("10.0125", "10,0125").replace("105.081", "105,081"))
    unit = session.scalars(select(Unit).where(Unit.code == "3001")).one()
    assert (unit.latitude, unit.longitude) == (10.0125, 105.081)


@pytest.mark.parametrize(
    ("latitude", "longitude", "words"),
    [
        ("105.081", "10.0125", "latitude phải là số độ từ -90 đến 90"),
        ("10.0", "181", "longitude phải là số độ từ -180 đến 180"),
        ("10.0", "", "cần cả latitude và longitude"),
        ("10°N", "105", "latitude phải là số độ"),
        ("nan", "105", "latitude phải là số độ"),
        ("1e1", "105", "latitude phải là số độ"),
    ],
)
def test_position_that_cannot_be_is_told_with_its_line(
    session: Session, latitude: str, longitude: str, words: str
) -> None:
    with pytest.raises(LinesRefused) as refused:
        bring_in(session, GOOD.replace("10.0125,105.081", f"{latitude},{longitude}"))
    assert [line for line, _reason in refused.value.lines] == [2]
    assert words in refused.value.lines[0][1]
    session.rollback()
    assert session.scalar(select(Unit.id).where(Unit.code == "3001")) is None


def test_one_of_the_two_columns_alone_is_refused(session: Session) -> None:
    with pytest.raises(UserError, match="longitude"):
        bring_in(session, HEADER.replace(",longitude", "") + "93,Tỉnh,3001,Xã Một,xã,10.0\n")


def test_page_draws_bubbles_once_every_drawn_commune_has_a_position(
    app: Flask, sign_in: Callable[..., FlaskClient]
) -> None:
    with app.app_context():
        make_village(db.session)
    manager = sign_in("survey_manager")
    page = manager.get(f"/quan-ly/dot/{VILLAGE}/thuc-dia").text
    assert 'class="tile-map"' in page
    assert "<circle" not in page.split('id="map"')[1].split("<h2>Theo địa bàn")[0]
    with app.app_context():
        communes = db.session.scalars(select(Unit).where(Unit.level == "commune", Unit.path.contains("/92/"))).all()
        for number, unit in enumerate(communes):
            unit.latitude, unit.longitude = 10.0 + number / 10, 105.0 + number % 3 / 10
        db.session.commit()
    page = manager.get(f"/quan-ly/dot/{VILLAGE}/thuc-dia").text
    assert 'class="tile-map"' not in page
    assert page.split('class="bubble-map"')[1].split("</svg>")[0].count('class="ring') == 7
