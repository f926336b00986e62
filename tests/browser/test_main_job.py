"""What the platform is for, done by people: a survey is made, answered, computed, approved and read."""

from __future__ import annotations

import csv
import io
import json
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from survey_app.instruments.loader import load_file
from tests.browser.form import answer_everything, answer_section, begin, go_on
from tests.browser.watched import shoot
from tests.servers import ROOT

pytestmark = pytest.mark.browser
SLUG = "kien-giang-2020"
OFFICE = f"/quan-ly/dot/{SLUG}"
IMPORTED = 600


def test_a_survey_is_made_answered_computed_approved_and_read(
    phone: Page, sign_in: Callable[..., Page], open_browser: Callable[..., BrowserContext], tmp_path: Path
) -> None:
    manager = sign_in("survey_manager")
    communes = _create_draw_and_open(manager)

    asked = _answer_on_a_phone_without_scripts(phone, communes[0])
    assert {"n6", "n7"} <= set(asked), "the questions about the delay come after „trễ hẹn”"
    assert _received(manager) == 1
    manager.goto(f"{OFFICE}/ket-qua")
    assert _overall(manager)["withheld"], "one form is too few for a figure"

    _import_responses(manager, communes, tmp_path)
    assert _received(manager) == 1 + IMPORTED
    first = _see_interval(manager)
    for number in range(2):
        begin(phone, SLUG, communes[number])
        answer_everything(phone, rating=1, answers={"n5": 1})
    assert _received(manager) == 3 + IMPORTED
    second = _see_interval(manager)
    assert second["high"] != first["high"]
    assert second["low"] < first["low"]
    shoot(manager, "ket-qua-van-phong")

    _close_and_freeze(manager)
    stranger = open_browser(viewport={"width": 768, "height": 1024}).new_page()
    assert stranger.goto(f"/ket-qua/{SLUG}").status == 404
    _check_manager_cannot_approve(manager)
    assert stranger.goto(f"/ket-qua/{SLUG}").status == 404
    _approve(sign_in("approver"))
    _read_what_is_public(stranger, second)


def _create_draw_and_open(page: Page) -> list[str]:
    page.goto("/quan-ly")
    page.click("a[href$='/quan-ly/dot/moi']")
    page.fill("[name=title_vi]", "Khảo sát mức độ hài lòng năm 2020")
    page.fill("[name=title_en]", "Satisfaction survey 2020")
    page.fill("[name=slug]", SLUG)
    page.select_option("[name=questionnaire]", "sipas-commune@2026.1")
    page.select_option("[name=territory]", "91@tctk-2020")
    page.fill("[name=starts_on]", "2020-07-01")
    page.fill("[name=ends_on]", "2020-09-30")
    page.fill("[name=basis]", "Kế hoạch 138/KH-UBND ngày 13/9/2019")
    shoot(page, "lap-dot")
    page.click("form:has([name=slug]) button")
    page.wait_for_url(f"**{OFFICE}/mau")
    expect(page.locator("main")).to_contain_text(re.compile(r"\b44\b.*\b145\b", re.DOTALL))
    shoot(page, "ke-hoach-mau")

    page.fill("[name=seed]", "2020-06-30")
    page.click("form:has([name=seed]) button")
    report = page.request.get(f"{OFFICE}/mau.json").json()
    drawn = [unit["code"] for unit in report["units"] if unit["drawn"]]
    assert (len(drawn), len(report["units"]), report["seed"]) == (44, 145, "2020-06-30")
    expect(page.locator("main")).to_contain_text("2020-06-30")
    shoot(page, "bien-ban-mau")

    page.goto(f"{OFFICE}/thuc-dia")
    page.click("button[name=state][value=collecting]")
    expect(page.locator(f"a[href$='/s/{SLUG}']")).to_be_visible()
    assert _received(page) == 0
    shoot(page, "thuc-dia")
    return drawn


def _answer_on_a_phone_without_scripts(page: Page, commune: str) -> list[str]:
    page.goto("/")
    shoot(page, "trang-dau")
    page.click("main a[href^='/s']")
    shoot(page, "cac-dot-dang-mo")
    page.click(f"main a[href$='/s/{SLUG}']")
    shoot(page, "bat-dau-phieu")
    begin(page, SLUG, commune)
    go_on(page)  # nothing answered yet: the page says what is missing
    expect(page.locator("#errors li")).to_have_count(4)
    shoot(page, "phieu-phan-1-thieu")
    asked = answer_section(page)
    shoot(page, "phieu-phan-1")
    go_on(page)
    asked += answer_everything(page, answers={"n5": 3})
    expect(page.locator("main")).to_contain_text(re.compile(r"\b[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}\b"))
    shoot(page, "cam-on")
    return asked


def _received(page: Page) -> int:
    """The count at the head of the fieldwork page."""
    page.goto(f"{OFFICE}/thuc-dia")
    found = re.search(r"([\d.]+)\D+1\.760\b", page.locator("main").inner_text())
    assert found, page.locator("main").inner_text()
    return int(found[1].replace(".", ""))


def _import_responses(page: Page, communes: list[str], folder: Path) -> None:
    file = folder / "phieu.csv"
    file.write_text(_generated_responses(communes), encoding="utf-8")
    page.goto(f"{OFFICE}/thuc-dia")
    page.click("a[href$='/nhap-phieu']")
    shoot(page, "nhap-phieu")
    page.set_input_files("input[type=file]", file)
    page.click("button[name=rehearse]")
    _see_job_through(page)
    assert _received(page) == 1, "a rehearsal keeps nothing"
    page.go_back()
    page.click("button[name=keep]")
    _see_job_through(page)


def _see_job_through(page: Page) -> None:
    """The job's page renews itself until it is done, and then leads to the report."""
    page.wait_for_url("**/viec/*")
    page.click("main a[href*='viec=']")
    page.wait_for_url("**/nhap-phieu?viec=*")
    expect(page.locator("main")).to_contain_text(str(IMPORTED))


def _generated_responses(communes: list[str]) -> str:
    chance = random.Random(2020)
    instrument = load_file(ROOT / "questionnaires" / "sipas-commune.yaml")
    items = [item for item in instrument.items() if item.type in ("scale", "single") and item.show_if is None]
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(["response_id", "commune_code", "channel", "language", "day", *(item.key for item in items)])
    for number in range(IMPORTED):
        mood = chance.choice([-1, 0, 0, 1])
        cells = [
            min(max(chance.choice([3, 4, 4, 5]) + mood, 1), 5)
            if item.type == "scale"
            else chance.choice(item.options).value
            for item in items
        ]
        channel = chance.choice(["kiosk", "field", "paper"])
        identity = UUID(int=chance.getrandbits(128), version=4)
        writer.writerow([identity, communes[number % len(communes)], channel, "vi", "2020-08-15", *cells])
    return buffer.getvalue()


def _overall(page: Page) -> dict[str, Any]:
    rows = page.request.get(f"{OFFICE}/ket-qua.json").json()
    return next(row for row in rows if row["of"] == "sipas" and row["domain"] == {})


def _see_interval(page: Page) -> dict[str, float]:
    """The interval of the overall rate, as its file says and as the page shows it."""
    page.goto(f"{OFFICE}/ket-qua")
    overall = _overall(page)
    interval: dict[str, float] = overall["ci"]
    for share in (overall["estimate"], interval["low"], interval["high"]):
        expect(page.locator("main")).to_contain_text(_written(share))
    assert overall["target"]
    return interval


def _written(share: float) -> str:
    return f"{share * 100:.1f}".replace(".", ",")


def _close_and_freeze(page: Page) -> None:
    page.goto(f"{OFFICE}/thuc-dia")
    page.click("details:has(button[value=closed]) summary")
    page.click("button[name=state][value=closed]")
    page.goto(f"{OFFICE}/cong-bo")
    page.click("form[action$='/cong-bo/chot'] button")
    page.wait_for_url("**/viec/*")
    page.click("main a[href*='viec=']", timeout=120_000)
    expect(page.locator("a[href$='/cong-bo/1']").first).to_be_visible()
    shoot(page, "cong-bo")


def _check_manager_cannot_approve(page: Page) -> None:
    """Neither the button is there, nor does a request made without it get through."""
    page.goto(f"{OFFICE}/cong-bo")
    expect(page.locator("form[action$='/cong-bo/duyet']")).to_have_count(0)
    token = page.locator("[name=csrf_token]").first.input_value()
    sha256 = re.search(r"\b[0-9a-f]{64}\b", page.content())
    assert sha256
    forced = page.request.post(f"{OFFICE}/cong-bo/duyet", form={"csrf_token": token, "sha256": sha256[0]})
    assert forced.status == 403


def _approve(page: Page) -> None:
    page.goto(f"{OFFICE}/cong-bo")
    page.click("a[href$='/cong-bo/1']")
    page.go_back()
    page.click("a[href$='/cong-bo/1/ra-soat']")
    for box in page.locator("input[type=checkbox]").all():
        box.check()
    page.click("form:has(textarea) button")
    page.click("form[action$='/cong-bo/duyet'] button")
    expect(page.locator(f"main a[href$='/ket-qua/{SLUG}']").first).to_be_visible()


def _read_what_is_public(page: Page, interval: dict[str, float]) -> None:
    page.goto("/")
    page.click("main a[href^='/ket-qua']")
    shoot(page, "ket-qua-cong-khai-danh-sach")
    page.click(f"main a[href$='/ket-qua/{SLUG}']")
    for share in interval["low"], interval["high"]:
        expect(page.locator("h1")).to_contain_text(_written(share))
    shoot(page, "ket-qua-cong-khai")

    with page.expect_download() as coming:
        page.click("a[href$='/so-lieu.csv']")
    text = Path(coming.value.path()).read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(line for line in io.StringIO(text) if not line.startswith("#")))
    assert any(row["of"] == "sipas" for row in rows)
    with page.expect_download() as coming:
        page.click("a[href$='/so-lieu.json']")
    published = json.loads(Path(coming.value.path()).read_text(encoding="utf-8"))
    assert str(interval["low"])[:8] in json.dumps(published)
