"""Pages of the second edition of the format, as a citizen without scripts meets them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from survey_app.collection.models import Draft, Response
from survey_app.collection.names import names_at
from survey_app.database import db
from survey_app.geography.models import Unit
from survey_app.instruments.loader import load_file
from survey_app.instruments.service import store_questionnaire
from survey_app.sampling.service import draw_sample
from survey_app.surveys.service import set_state
from tests.conftest import token_in
from tests.lists import list_units
from tests.village import VILLAGE, communes, make_village
from tests.world import TESTER, begin, fill

EXAMPLES = Path(__file__).parents[1] / "questionnaires"


def open_form(app: Flask, client: FlaskClient, name: str) -> str:
    """The address of the first section of an example questionnaire."""
    with app.app_context():
        stored, _new = store_questionnaire(db.session, load_file(EXAMPLES / f"{name}.yaml"), actor=TESTER)
        survey = make_village(db.session, questionnaire=stored.key)
        commune = communes(db.session, survey)[0]
    return begin(client, VILLAGE, commune)


def drafted(app: Flask) -> dict[str, Any]:
    with app.app_context():
        (found,) = db.session.scalars(select(Draft))
        return found.answers


def stored(app: Flask) -> dict[str, Any]:
    with app.app_context():
        (found,) = db.session.scalars(select(Response))
        return found.answers


@pytest.mark.parametrize("environment", ["sqlite"], indirect=True)
class TestPages:
    def test_a_ranking_is_selects_with_names_of_places(self, app: Flask, client: FlaskClient) -> None:
        address = open_form(app, client, "ranking")
        page = client.get(address).text
        assert re.findall(r'<label for="order-\d">([^<]+)</label>', page) == ["Thứ nhất", "Thứ nhì", "Thứ ba"]
        assert page.count('<option value="place">') == 3
        shown = fill(client, address, {"order": ["2", "1", ""], "all": ["", ""]})
        assert shown.headers["Location"].endswith("#q-cost")
        assert re.findall(r'<option value="(\w+)" selected>', client.get(address).text) == ["2", "1"]
        fill(client, address, {"order": ["2", "1", ""], "cost": "Lệ phí"})
        assert stored(app) == {"order": [2, 1], "cost": "Lệ phí"}

    def test_a_gap_in_the_order_is_shown_again_as_it_was_chosen(self, app: Flask, client: FlaskClient) -> None:
        address = open_form(app, client, "ranking")
        answer = fill(client, address, {"order": ["2", "", "1"]})
        assert answer.status_code == 400
        assert 'href="#q-order"' in answer.text
        assert re.findall(r'<option value="(\w+)" selected>', answer.text) == ["2", "1"]

    def test_other_has_its_own_labelled_line_inside_the_question(self, app: Flask, client: FlaskClient) -> None:
        address = open_form(app, client, "other_option")
        page = client.get(address).text
        assert '<label for="job_other">Nghề khác: xin ghi rõ</label>' in page
        assert re.search(r'<input[^>]*id="job_other"[^>]*maxlength="200"', page)
        assert page.count("<fieldset") == 3
        assert page.count("no-opinion") == 2
        answer = fill(client, address, {"job": "2", "wishes": ["b"]}, job_other="x" * 201)
        assert 'href="#q-job_other"' in answer.text
        assert 'id="q-job_other-error"' in answer.text
        fill(client, address, {"job": "2", "wishes": ["b"], "why": "Vì thế"}, job_other="Thợ xây")
        assert stored(app) == {"job": 2, "job_other": "Thợ xây", "wishes": ["b"], "why": "Vì thế"}

    def test_a_word_stands_beside_the_number_as_a_checkbox(self, app: Flask, client: FlaskClient) -> None:
        address = open_form(app, client, "missing_words")
        page = client.get(address).text
        assert re.search(r'<input type="checkbox" id="share-dk" name="share" value="dk"', page)
        fill(client, address, {"share": ["", "dk"], "day": ["", "no"]})
        assert drafted(app) == {"share": "dk", "day": "no"}
        assert re.search(r'id="day-no" name="day" value="no" checked', client.get(address).text)

    def test_names_of_the_place_stand_in_the_texts_and_are_escaped(self, app: Flask, client: FlaskClient) -> None:
        address = open_form(app, client, "piping")
        with app.app_context():
            (draft,) = db.session.scalars(select(Draft))
            draft.unit.name = "Xã <b>Mới"
            db.session.commit()
        page = client.get(address).text
        assert "Phục vụ tại UBND xã &lt;b&gt;Mới" in page
        assert "Ông/Bà vừa đến Xã &lt;b&gt;Mới, Tỉnh Hai Cấp." in page
        assert "UBND xã &lt;b&gt;Mới phục vụ thế nào?" in page
        assert not re.search("{(agency|commune|province)}", page)
        english = client.get(f"{address}?lang=en").text
        assert "Service at the People&#39;s Committee of xã" in english

    def test_a_paragraph_is_shown_without_number_and_holds_nobody_up(self, app: Flask, client: FlaskClient) -> None:
        address = open_form(app, client, "piping")
        page = client.get(address).text
        assert re.search(r'<div class="information" id="q-note" data-item="note">', page)
        assert re.search(r'<div class="information" id="q-more"[^>]*hidden', page)
        assert "</legend>" in page.split('id="q-more"')[0]
        done = fill(client, address, {"kind": "Tốt", "later": "1"})
        assert done.headers["Location"].endswith("/cam-on")

    def test_a_grid_is_a_table_whose_radios_are_named_by_row_and_column(self, app: Flask, client: FlaskClient) -> None:
        address = open_form(app, client, "scale_displays")
        page = client.get(address).text
        assert page.count("<table") == 1
        assert re.findall(r'<th scope="col"[^>]*>([^<]+)</th>', page) == ["Kém", "Tốt", "Không có ý kiến"]
        assert len(re.findall(r'<th scope="row"', page)) == 2
        named = re.findall(r'name="g1"[^>]*aria-labelledby="([^"]+)"', page)
        assert named == [f"q-g1-text g1-{number}-text" for number in range(3)]
        assert all(f'id="{part}"' in page for part in " ".join(named).split())
        answer = fill(client, address, {"f1": "3", "o1": "4"}, g1="2", shown=["g1", "g2", "f1", "o1"])
        assert answer.status_code == 400
        assert re.search(r'<tr class="grid-row question-invalid"[^>]*id="q-g2"', answer.text)
        assert drafted(app) == {"g1": 2, "f1": 3, "o1": 4}

    def test_three_points_have_faces_and_a_list_has_none(self, app: Flask, client: FlaskClient) -> None:
        page = client.get(open_form(app, client, "scale_displays")).text
        assert "scale-faces scale-3" in page
        assert page.count('class="face"') == 3

    def test_the_office_shows_every_question_of_each_edition(self, app: Flask, sign_in: Any) -> None:
        with app.app_context():
            for path in EXAMPLES.glob("*.yaml"):
                store_questionnaire(db.session, load_file(path), actor=TESTER)
            db.session.commit()
        office = sign_in("analyst")
        for path in EXAMPLES.glob("*.yaml"):
            assert office.get(f"/quan-ly/bo-phieu/{load_file(path).key}").status_code == 200, path.name


def test_a_survey_of_hospitals_names_the_hospital(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        survey = make_village(db.session, state="draft", sample={"frame": "list", "share": 1.0, "stratify_by": "none"})
        commune = db.session.scalars(select(Unit).where(Unit.code == "2000")).one()
        hospital = Unit(
            code_system=commune.code_system, level="agency", code="BV1", kind="bệnh viện", name="Bệnh viện Số Một",
            sort_key="benh vien so mot", path=f"{commune.path}/BV1", parent=commune, valid_from=commune.valid_from,
        )  # fmt: skip
        db.session.add(hospital)
        db.session.flush()
        list_units(db.session, survey, {"BV1": (None, {})})
        draw_sample(db.session, survey, seed="1", actor=TESTER)
        set_state(db.session, survey, "collecting", actor=TESTER)
        db.session.commit()
        assert names_at(hospital) == {"agency": "Bệnh viện Số Một", "commune": "Xã Số 0", "province": "Tỉnh Hai Cấp"}
    page = client.get(f"/s/{VILLAGE}").text
    assert "cơ quan, đơn vị nào" in page
    refused = client.post(f"/s/{VILLAGE}", data={"csrf_token": token_in(page), "commune": "2000", "consent": "1"})
    assert "đã phục vụ Ông/Bà" in refused.text
    begun = client.post(f"/s/{VILLAGE}", data={"csrf_token": token_in(page), "commune": "BV1", "consent": "1"})
    assert begun.status_code == 302
