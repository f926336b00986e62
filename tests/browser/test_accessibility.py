"""axe finds nothing on any page, narrow or wide, light or dark; and no page is wider than a screen of 320 pixels."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from survey_app.accounts.models import User
from survey_app.audit.models import Actor
from survey_app.publication.service import approve_publication, freeze_publication
from survey_app.sampling.listing.models import CaseContact, ListedCase
from survey_app.sampling.queries import drawn_units
from survey_app.surveys.models import Survey
from survey_app.surveys.queries import find_survey
from survey_app.surveys.service import set_state
from tests.browser.conftest import DESK, OPEN, PASSWORD
from tests.browser.form import answer_everything, begin, go_on
from tests.browser.watched import Watch
from tests.lists import add_list
from tests.publishing import tick_all
from tests.servers import ROOT, RunningServer
from tests.world import TESTER, answer, make_survey

pytestmark = pytest.mark.browser
AXE = (ROOT / "tests" / "vendor" / "axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
#: What a dark scheme can change.
COLOURS = ["color-contrast", "link-in-text-block"]
DRAFT, DRAWN, CLOSED, PUBLISHED = "ban-nhap", "da-boc", "da-dong", "da-cong-bo"
FORMS_EACH = 4
LIST = "/quan-ly/bo-phieu"
EDIT = f"{LIST}/soan/bieu-mau?tu=sipas-commune"

PUBLIC = {
    "landing": "/", "privacy": "/du-lieu-ca-nhan", "open": "/s/", "start": f"/s/{OPEN}", "closed": f"/s/{CLOSED}",
    "not-open": f"/s/{DRAWN}", "published": f"/s/{PUBLISHED}", "results": "/ket-qua/",
    "result": f"/ket-qua/{PUBLISHED}", "missing": "/khong-co", "missing-survey": "/s/khong-co", "sign-in": "/dang-nhap",
    "pairing": "/quay",
}  # fmt: skip
OFFICE = {
    "surveys": "/quan-ly", "new": "/quan-ly/dot/moi", "survey": f"/quan-ly/dot/{OPEN}",
    "design": f"/quan-ly/dot/{DRAFT}/sua", "calculator": f"/quan-ly/dot/{DRAFT}/co-mau",
    "calculator with a mistake": f"/quan-ly/dot/{DRAFT}/co-mau?goal=change&deff=x",
    "lists": f"/quan-ly/dot/{OPEN}/dan-mau", "forget": f"/quan-ly/dot/{OPEN}/dan-mau/xoa-lien-he",
    "plan": f"/quan-ly/dot/{DRAFT}/mau", "draw": f"/quan-ly/dot/{DRAWN}/mau", "ready": f"/quan-ly/dot/{DRAWN}/thuc-dia",
    "fieldwork": f"/quan-ly/dot/{OPEN}/thuc-dia", "import": f"/quan-ly/dot/{OPEN}/nhap-phieu",
    "no-results": f"/quan-ly/dot/{DRAWN}/ket-qua", "results": f"/quan-ly/dot/{PUBLISHED}/ket-qua",
    "where": f"/quan-ly/dot/{PUBLISHED}/ket-qua/noi", "who": f"/quan-ly/dot/{PUBLISHED}/ket-qua/ai",
    "cross table": f"/quan-ly/dot/{PUBLISHED}/ket-qua/bang",
    "cross table with a mistake": f"/quan-ly/dot/{PUBLISHED}/ket-qua/bang?hang=x&cot=age",
    "data": f"/quan-ly/dot/{PUBLISHED}/ket-qua/du-lieu",
    "factors": f"/quan-ly/dot/{PUBLISHED}/ket-qua/yeu-to?hinh=radar",
    "results-by-sex": f"/quan-ly/dot/{PUBLISHED}/ket-qua?theo=sex", "closed": f"/quan-ly/dot/{CLOSED}/cong-bo",
    "publication": f"/quan-ly/dot/{PUBLISHED}/cong-bo", "preview": f"/quan-ly/dot/{PUBLISHED}/cong-bo/1",
    "questionnaires": LIST, "questionnaire": f"{LIST}/sipas-commune", "large questionnaire": f"{LIST}/papi-citizen",
    "frame": f"{LIST}/sipas-commune/xem-thu?phan=1", "paper": f"{LIST}/health-outpatient/xem-thu/giay?tieng=en",
    "upload": f"{LIST}/moi", "text": f"{LIST}/soan?tu=sipas-commune", "head": f"{EDIT}&phan=head",
    "scales": f"{EDIT}&phan=scales", "indices": f"{EDIT}&phan=indices", "section": f"{EDIT}&phan=sections/5",
    "question": f"{EDIT}&phan=sections/5/items/0", "comparison": f"{LIST}/so-sanh",
    "compared": f"{LIST}/so-sanh?truoc=health-inpatient&sau=health-outpatient",
    "trail": "/quan-ly/nhat-ky", "refused": "/quan-ly/dia-ban",
    "tablets": f"/quan-ly/dot/{OPEN}/may-tai-quay", "links": f"/quan-ly/dot/{OPEN}/duong-dan",
}  # fmt: skip
PREVIEWED = {
    "start": "?phan=0", "faces": "?phan=1", "choices": "?phan=6&tieng=en", "last": "?phan=8",
}  # fmt: skip
ADMINISTRATION = {"geography": "/quan-ly/dia-ban", "people": "/quan-ly/nguoi-dung", "trail": "/quan-ly/nhat-ky"}


def list_one_case(session: Session, survey: Survey) -> None:
    """A case with contact data that was not drawn, so that the page that deletes it asks."""
    file = add_list(session, survey)
    unit_id = drawn_units(session, survey)[0].unit_id
    listed = ListedCase(
        id=1, survey_id=survey.id, file_id=file.id, unit_id=unit_id, line=2, reference=b"1" * 16, attributes={}
    )
    session.add(listed)
    session.flush()
    session.execute(insert(CaseContact), [{"listed_case_id": listed.id, "sealed": b"sealed"}])


@pytest.fixture(scope="module")
def surveys(inside: Callable[..., None]) -> None:
    """A survey in every state; the published one has figures."""

    def make(session: Session) -> None:
        make_survey(session, state="draft", slug=DRAFT)
        make_survey(session, state="sampled", slug=DRAWN)
        make_survey(session, state="closed", slug=CLOSED)
        list_one_case(session, find_survey(session, OPEN))
        published = make_survey(session, state="collecting", slug=PUBLISHED)
        for place, unit in enumerate(drawn_units(session, published)):
            for number in range(FORMS_EACH):
                answers = {
                    f"{factor}": 1 + (place * 3 + number * 2) % 5 for factor in ("a1", "b5", "c10", "d16", "e19")
                }
                answer(
                    session, published, commune=unit.unit.code, answers=answers | {"sex": 1 + number % 2, "n1": [1, 6]}
                )
        set_state(session, published, "closed", actor=TESTER)
        frozen = freeze_publication(session, published, actor=TESTER)
        approver = session.scalars(select(User).where(User.email == "approver@hailong.example")).one()
        session.flush()
        tick_all(session, published)
        approve_publication(session, published, actor=Actor(approver.id, approver.email))
        assert frozen.sha256

    inside(make)


@pytest.fixture(scope="module")
def citizen(chromium: Browser, server: RunningServer, surveys: None) -> Iterator[Page]:
    """Somebody without an account."""
    yield from _page(chromium, server)


@pytest.fixture(scope="module")
def manager(chromium: Browser, server: RunningServer, surveys: None, people: dict[str, str]) -> Iterator[Page]:
    yield from _page(chromium, server, people["survey_manager"])


@pytest.fixture(scope="module")
def administrator(chromium: Browser, server: RunningServer, surveys: None, people: dict[str, str]) -> Iterator[Page]:
    yield from _page(chromium, server, people["administrator"])


def _page(chromium: Browser, server: RunningServer, email: str = "") -> Iterator[Page]:
    context: BrowserContext = chromium.new_context(
        base_url=server.url, viewport=DESK, locale="vi-VN", reduced_motion="reduce"
    )
    watch = Watch(context, server.url)
    page = context.new_page()
    if email:
        page.goto("/dang-nhap")
        page.fill("input[name=email]", email)
        page.fill("input[name=password]", PASSWORD)
        go_on(page, "main button[name=submit]")
    yield page
    context.close()
    assert watch.complaints == []


def _find_faults(page: Page, *, dark: bool = False) -> list[str]:
    """What axe finds on the page as it stands, in each width and scheme, and what sticks out at 320 pixels."""
    page.emulate_media(color_scheme="light")
    page.evaluate(AXE)
    faults = []
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 740})
        faults += [f"{width}: {fault}" for fault in _run_axe(page, {"type": "tag", "values": TAGS})]
    if dark:
        page.emulate_media(color_scheme="dark")
        faults += [f"dark: {fault}" for fault in _run_axe(page, {"type": "rule", "values": COLOURS})]
        page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 320, "height": 740})
    wide = page.evaluate("document.documentElement.scrollWidth")
    if wide > 320:
        faults.append(f"the page is {wide} px wide on a screen of 320 px: {page.evaluate(STICKING_OUT)}")
    return faults


STICKING_OUT = """() => [...document.querySelectorAll("main *, header *, footer *")]
    .filter(it => it.getBoundingClientRect().right > 321 && !it.closest(".table-region"))
    .slice(0, 3).map(it => it.outerHTML.slice(0, 120))"""


def _run_axe(page: Page, only: dict[str, object]) -> list[str]:
    result = page.evaluate(f"axe.run(document, {json.dumps({'runOnly': only, 'resultTypes': ['violations']})})")
    return [
        f"{violation['id']} ({violation['help']}): {node['html'][:160]} {node['failureSummary'][:300]}"
        for violation in result["violations"]
        for node in violation["nodes"][:3]
    ]


@pytest.mark.parametrize("address", PUBLIC.values(), ids=PUBLIC)
def test_public_pages(citizen: Page, address: str) -> None:
    citizen.goto(address)
    assert _find_faults(citizen, dark=True) == []


@pytest.mark.parametrize("address", OFFICE.values(), ids=OFFICE)
def test_office_pages(manager: Page, address: str) -> None:
    manager.goto(address)
    assert _find_faults(manager) == []


@pytest.mark.parametrize("part", PREVIEWED.values(), ids=PREVIEWED)
def test_previewed_pages(manager: Page, part: str) -> None:
    manager.goto(f"{LIST}/sipas-commune/xem-thu/phieu{part}")
    assert _find_faults(manager, dark=True) == []


def test_a_questionnaire_with_problems_in_every_way_of_writing_it(manager: Page) -> None:
    manager.goto(f"{LIST}/soan?tu=sipas-commune")
    manager.fill("textarea[name=text]", manager.input_value("textarea[name=text]").replace("sector:", "sectr:", 1))
    go_on(manager, "main button[value=check]:visible")
    faults = {"text": _find_faults(manager)}
    go_on(manager, "main button[value='open:head']")
    assert manager.locator("#errors").is_visible()
    faults["form"] = _find_faults(manager)
    manager.goto(f"{EDIT}&phan=sections/0")
    manager.set_viewport_size(DESK)
    go_on(manager, "main button[value='remove:sections/0/items/0']")
    faults["undo"] = _find_faults(manager)
    manager.set_viewport_size(DESK)
    manager.fill("input[name=version]", "1")
    go_on(manager, "main button[value=save]")
    assert manager.locator("#version-error").is_visible()
    faults["not stored"] = _find_faults(manager)
    manager.goto(f"{LIST}/moi")
    go_on(manager, "main button[value=check]")
    faults["no file"] = _find_faults(manager)
    assert [place for place, found in faults.items() if found] == [], faults


@pytest.mark.parametrize("address", ADMINISTRATION.values(), ids=ADMINISTRATION)
def test_administration_pages(administrator: Page, address: str) -> None:
    administrator.goto(address)
    assert _find_faults(administrator) == []


def test_faults_are_found_where_there_are_some(citizen: Page) -> None:
    """The check itself, on a page spoilt on purpose."""
    citizen.goto("/du-lieu-ca-nhan")
    citizen.evaluate("""() => {
        document.querySelector("main h1").insertAdjacentHTML("afterend", "<img src='data:,'><p id=faint>faint</p>");
        const faint = document.getElementById("faint");
        faint.style.cssText = "color: #ccc; background: #fff; width: 400px";
    }""")
    faults = " ".join(_find_faults(citizen, dark=True))
    assert "360: image-alt" in faults
    assert "dark: color-contrast" in faults
    assert "wide on a screen of 320 px" in faults


def test_the_form_with_and_without_errors_and_the_receipt(citizen: Page, commune: str) -> None:
    begin(citizen, OPEN, commune)
    faults = {"section": _find_faults(citizen, dark=True)}
    go_on(citizen)
    faults["errors"] = _find_faults(citizen, dark=True)
    asked = answer_everything(citizen, answers={"n5": 3})
    assert "n6" in asked
    faults["thanks"] = _find_faults(citizen, dark=True)
    begin(citizen, OPEN, commune)
    citizen.goto(citizen.url.removesuffix("/1") + "/6")
    faults["every kind of question"] = _find_faults(citizen, dark=True)
    assert [place for place, found in faults.items() if found] == [], faults


def test_the_start_page_with_an_error(citizen: Page) -> None:
    citizen.goto(f"/s/{OPEN}")
    go_on(citizen, "button[name=consent]")
    assert _find_faults(citizen, dark=True) == []


def test_a_refused_sign_in(citizen: Page) -> None:
    citizen.goto("/dang-nhap")
    citizen.fill("input[name=email]", "ai.do@hailong.example")
    citizen.fill("input[name=password]", "sai")
    go_on(citizen, "main button[name=submit]")
    assert _find_faults(citizen, dark=True) == []


def test_a_new_survey_with_errors(manager: Page) -> None:
    manager.goto("/quan-ly/dot/moi")
    go_on(manager, "form:has([name=slug]) button:not([name])")
    assert _find_faults(manager) == []
