"""Questionnaires in the office: looked at and compared, by whom it concerns."""

from __future__ import annotations

import re
from html import escape, unescape
from pathlib import Path

import pytest
from flask import Flask

from survey_app.database import db
from survey_app.instruments.drafts import with_version
from survey_app.instruments.loader import load_file, load_questionnaire
from survey_app.instruments.service import store_questionnaire
from survey_app.instruments.written import source_of
from survey_app.settings import ROOT
from tests.rooms.office_questionnaires import (
    DRAFT_PREVIEW,
    EDIT,
    FILES,
    LIST,
    SHIPPED,
    SIPAS,
    SMALL,
    WRITE,
    SignIn,
    change,
    post,
    stored_names,
    text_in,
    token,
)
from tests.world import TESTER, answer, make_survey


def store_health(app: Flask) -> None:
    with app.app_context():
        health = load_questionnaire(SMALL).model_copy(update={"key": "clinic", "sector": "health"})
        store_questionnaire(db.session, health, actor=TESTER)
        db.session.commit()


def test_the_list_tells_use_and_reading_cost(app: Flask, sign_in: SignIn) -> None:
    manager = sign_in("survey_manager")
    assert "Đang dùng" not in manager.get(LIST).text
    with app.app_context():
        survey = make_survey(db.session, state="collecting")
        db.session.commit()
        page = manager.get(LIST).text
        assert page.count("Đang dùng") == 1
        assert "Đã có phiếu trả lời" not in page
        answer(db.session, survey)
        db.session.commit()
    page = manager.get(LIST).text
    assert page.count("Đã có phiếu trả lời") == 1
    assert "không đổi được nữa" in manager.get(f"{LIST}/{SIPAS}").text
    filtered = manager.get(f"{LIST}?linh-vuc=health").text
    assert "sipas-commune@" not in filtered
    assert "health-outpatient@" in filtered


def test_a_lead_sees_and_writes_only_questionnaires_of_the_own_sector(app: Flask, sign_in: SignIn) -> None:
    store_health(app)
    lead = sign_in("sector_lead", "sector:health")
    page = lead.get(LIST).text
    assert "clinic@1" in page
    assert "sipas-commune@" not in page
    for address in (
        f"/{SIPAS}", f"/{SIPAS}/xem-thu", f"/{SIPAS}/xem-thu/phieu", f"/{SIPAS}/xem-thu/giay", f"/{SIPAS}/tep.yaml",
        f"/soan?tu={SIPAS}", f"/soan/bieu-mau?tu={SIPAS}", f"/so-sanh?truoc={SIPAS}&sau=clinic@1",
    ):  # fmt: skip
        assert lead.get(LIST + address).status_code == 404, address
    before = stored_names(app)
    foreign = post(lead, WRITE, do="save", version="7", text=SMALL)
    assert foreign.status_code == 403
    assert text_in(foreign.text) == SMALL
    taken_over = SMALL.replace("key: item-types", "key: sipas-commune").replace("administrative", "health")
    assert post(lead, WRITE, do="save", version="2030", text=taken_over).status_code == 403
    assert stored_names(app) == before
    own = SMALL.replace("administrative", "health")
    assert post(lead, WRITE, do="save", version="7", text=own).status_code == 302
    assert stored_names(app) == before | {"item-types@7"}


def test_a_manager_of_a_district_reads_but_does_not_write(sign_in: SignIn) -> None:
    manager = sign_in("survey_manager", "unit:899")
    assert manager.get(f"{LIST}/{SIPAS}").status_code == 200
    assert manager.get(f"{WRITE}?tu={SIPAS}").status_code == 404


def test_an_observer_reads_everything_and_is_offered_no_change(app: Flask, sign_in: SignIn) -> None:
    observer, manager = sign_in("observer"), sign_in("survey_manager")
    for address in (LIST, f"{LIST}/{SIPAS}", f"{LIST}/so-sanh?truoc={SIPAS}&sau={SIPAS}"):
        assert f"{LIST}/soan" not in observer.get(address).text
        assert f"{LIST}/moi" not in observer.get(address).text
    assert f"{LIST}/soan" in manager.get(f"{LIST}/{SIPAS}").text
    before = stored_names(app)
    data = {"csrf_token": token(manager), "do": "save", "version": "9", "text": SMALL}
    for address in (WRITE, EDIT, DRAFT_PREVIEW, f"{WRITE}/tep"):
        assert observer.post(address, data=data).status_code == 403, address
    assert stored_names(app) == before


def test_the_language_of_the_office_changes_without_losing_the_place(sign_in: SignIn) -> None:
    manager = sign_in("survey_manager")
    page = manager.get(f"{LIST}/so-sanh?truoc={SIPAS}&sau={SIPAS}").text
    english = unescape(re.search(r'href="([^"]*lang=en[^"]*)"', page)[1])
    assert "truoc=sipas-commune" in english
    assert manager.get(english).status_code == 200


def test_the_page_of_a_version_says_what_it_rests_on(app: Flask, sign_in: SignIn) -> None:
    instrument = load_questionnaire(SMALL)
    first, *others = instrument.sections
    items = (first.items[0].model_copy(update={"wording": "official", "source": "Quyết định 9/QĐ"}), *first.items[1:])
    changed = instrument.model_copy(update={"sections": (first.model_copy(update={"items": items}), *others)})
    with app.app_context():
        store_questionnaire(db.session, changed, actor=TESTER)
        db.session.commit()
    observer = sign_in("observer")
    page = observer.get(f"{LIST}/item-types").text
    assert "Nguồn: Quyết định 9/QĐ" in page
    assert page.count("chip-official") == 1
    shipped = observer.get(f"{LIST}/{SIPAS}").text
    for told in (SHIPPED.content_hash, SHIPPED.basis[0].document, "Do hệ thống viết", "80%", "Chỉ hỏi khi: câu"):
        assert told in shipped, told
    assert all(item.criterion in shipped for item in SHIPPED.questions() if item.criterion)


def test_typed_html_is_only_text_wherever_it_is_shown(app: Flask, sign_in: SignIn) -> None:
    manager = sign_in("survey_manager")
    evil = "<script>alert(1)</script> \"x\" 'y' <b>đậm</b> {{ 7*7 }}"
    typed = {f"v:{place}/{language}": evil for place in ("sections/0/title", "title") for language in ("vi", "en")}
    typed["v:sections/0/items/2/text/vi"] = evil.replace("{{ 7*7 }}", "")
    page = post(manager, EDIT, do="open:sections/0", text=SMALL, **typed)
    assert "Q031" in post(manager, WRITE, do="check", text=text_in(page.text)).text  # braces in the title of a section
    text = text_in(page.text).replace("{{ 7*7 }}", "")
    assert post(manager, WRITE, do="save", version="1", text=text).status_code == 302
    name = "item-types@1"
    for place in (
        LIST, f"{LIST}/{name}", f"{LIST}/{name}/xem-thu", f"{LIST}/{name}/xem-thu/giay", f"{EDIT}?tu={name}",
        f"{LIST}/{name}/xem-thu/phieu?phan=1", f"{LIST}/so-sanh?truoc={name}&sau={SIPAS}", f"{WRITE}?tu={name}",
    ):  # fmt: skip
        shown = manager.get(place).text
        assert "<script>alert" not in shown, place
        assert "<b>đậm" not in shown, place
        assert "&lt;script&gt;" in shown, place


def test_a_comparison_of_large_questionnaires_puts_changes_under_their_questions(app: Flask, sign_in: SignIn) -> None:
    papi = load_file(ROOT / "questionnaires" / "papi-citizen.yaml")
    text = source_of(papi)
    moved = change({"text": text, "do": "down:sections/1/items/0"}).text
    changed = with_version(change({"text": moved, "do": "check", "v:sections/2/items/0/hint/vi": "Xin nhớ lại.",
                                   "v:sections/2/items/0/hint/en": "Please recall."}).text, "2099.1")  # fmt: skip
    with app.app_context():
        store_questionnaire(db.session, load_questionnaire(changed), actor=TESTER)
        db.session.commit()
    name = f"papi-citizen@{papi.version}"
    page = sign_in("observer").get(f"{LIST}/so-sanh?truoc={name}&sau=papi-citizen@2099.1").text
    key = papi.sections[2].items[0].key
    assert f"Câu {papi.number_of(key)}</strong> <code>{key}</code>" in page
    assert escape(papi.sections[2].title.vi) in page
    assert page.count('class="compared-title"') < 8


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_shipped_questionnaire_opens_on_every_page(sign_in: SignIn, path: Path) -> None:
    manager = sign_in("survey_manager")
    instrument = load_file(path)
    name = f"{instrument.key}@{instrument.version}"
    pages = [f"/{name}", f"/{name}/xem-thu", f"/{name}/xem-thu/giay?tieng=en", f"/{name}/tep.yaml", f"/soan?tu={name}"]
    pages += [
        f"/soan/bieu-mau?tu={name}&phan={part}"
        for part in ("head", "scales", "indices", "sections/0", "sections/0/items/0")
    ]
    pages += [f"/{name}/xem-thu/phieu?phan={number}" for number in range(len(instrument.sections) + 1)]
    for page in pages:
        assert manager.get(LIST + page).status_code == 200, page
