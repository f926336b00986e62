"""Fieldwork by screens: the list comes in, the sample is drawn, two collectors work, everybody sees what they may."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from survey_app.audit.models import Actor
from survey_app.geography.service import import_units
from tests.browser.conftest import PASSWORD, PHONE
from tests.browser.form import answer_everything
from tests.browser.watched import shoot
from tests.servers import run_flask
from tests.walk.test_fieldwork_walk import TWO_LEVELS

pytestmark = pytest.mark.browser

COORDINATOR, OBSERVER = "dieu.phoi@hailong.example", "giam.sat@hailong.example"
COLLECTORS = ("thu.ba@hailong.example", "thu.tu@hailong.example")
ADDRESS = re.compile(r"Số \d+, ấp \d+")
CREW = {**dict.fromkeys(COLLECTORS, "collector"), COORDINATOR: "post_coordinator", OBSERVER: "observer"}
WORLDS: dict[str, dict[str, Any]] = {
    "ho-so-kien-giang": {
        "territory": "91@tctk-2020", "cases": 60_000, "units": (44, 145), "number": "12", "asked": 528,
    },
    "ho-so-tinh-moi": {"territory": "97@tctk-2025", "cases": 20_000, "units": (31, 102), "number": "15", "asked": 465},
}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def crew(instance: dict[str, str], server: object, inside: Callable[..., None]) -> None:
    """Two collectors, a coordinator and an observer, and the province without districts."""
    for email, role in CREW.items():
        run_flask(instance, "user", "add", email, "--role", role, "--password", PASSWORD)

    def settle(session: Session) -> None:
        import io

        import_units(session, io.BytesIO(TWO_LEVELS.encode()), actor=Actor(None, "tester"))

    inside(settle)


@pytest.mark.parametrize("slug", list(WORLDS))
def test_fieldwork_from_the_list_to_closing(
    slug: str, sign_in: Callable[..., Page], instance: dict[str, str], tmp_path: Path
) -> None:
    world, office = WORLDS[slug], f"/quan-ly/dot/{slug}"
    manager = sign_in("survey_manager")
    create(manager, slug, world)
    bring_in(manager, slug, world, instance, tmp_path)
    draw(manager, office, world)
    manager.goto(f"{office}/thuc-dia")
    manager.click("button[name=state][value=collecting]")

    coordinator = sign_in(COORDINATOR)
    give_out(coordinator, office, world)
    first, second = (sign_in(email, viewport=PHONE, java_script_enabled=False) for email in COLLECTORS)
    own = see_own_cases(first, second, slug)
    interview(first, slug, own[0])
    try_twice_and_replace(first, slug, own[1])
    watch(manager, coordinator, sign_in(OBSERVER), office, own)
    for page in (first, second):
        assert page.request.get(f"{office}/phan-cong").status in (403, 404)
    close(manager, office)
    first.goto("/thu-phieu/ho-so")
    expect(first.locator("main")).not_to_contain_text(f"ho-so-{own[2]}")


def create(page: Page, slug: str, world: dict[str, Any]) -> None:
    page.goto("/quan-ly/dot/moi")
    page.fill("[name=title_vi]", "Khảo sát theo hồ sơ (mô phỏng)")
    page.fill("[name=title_en]", "Survey by dossiers (simulated)")
    page.fill("[name=slug]", slug)
    page.select_option("[name=questionnaire]", "sipas-short@2026.1")
    page.select_option("[name=territory]", world["territory"])
    page.fill("[name=starts_on]", "2026-07-01")
    page.fill("[name=ends_on]", "2026-12-31")
    page.click("details:has([name=cases]) > summary")
    page.select_option("[name=cases]", "fixed")
    page.fill("[name=case_number]", world["number"])
    page.check("[name=simulated]")
    page.click("form:has([name=slug]) button")
    page.wait_for_url(f"**/quan-ly/dot/{slug}/mau")


def bring_in(page: Page, slug: str, world: dict[str, Any], instance: dict[str, str], folder: Path) -> None:
    path = folder / "ho-so.csv"
    run_flask(instance, "frame", "simulate", slug, "--cases", str(world["cases"]), "--seed", "1", "--file", str(path))
    page.goto(f"/quan-ly/dot/{slug}/dan-mau")
    page.set_input_files("[name=file]", path)
    page.click("form.upload button")
    expect(page.locator("h1")).to_contain_text("cột")
    shoot(page, f"{slug}-cot")
    page.click("main form button:not([name])")
    page.wait_for_url("**/viec/*")
    page.click("main a[href*='viec=']", timeout=60_000)
    expect(page.locator("main")).to_contain_text(f"{world['cases']:,}".replace(",", "."))
    shoot(page, f"{slug}-dan-mau")


def draw(page: Page, office: str, world: dict[str, Any]) -> None:
    page.goto(f"{office}/mau")
    page.fill("[name=seed]", "15-7-2026")
    page.click("form:has([name=seed]) button")
    report = page.request.get(f"{office}/mau.json").json()
    assert (report["drawn"], report["frame_size"]) == world["units"]
    assert report["cases"]["drawn"] == world["asked"]
    page.click("a[href$='/mau/kiem-tra']")
    expect(page.locator("main")).to_contain_text("đúng kết quả đã ghi")


def give_out(page: Page, office: str, world: dict[str, Any]) -> None:
    page.goto(f"{office}/phan-cong")
    for box in page.locator("input[name=noi]").all():
        box.check()
    page.click("details:has([name=nguoi]) > summary")
    for email in COLLECTORS:
        page.check(f"input[name=nguoi][value='{email}']")
    page.click("button[value=balance]")
    expect(page.locator(".answer")).to_contain_text("đã có người giữ")
    expect(page.locator(".answer")).to_contain_text(str(world["asked"]))
    shoot(page, "phan-cong")


def see_own_cases(first: Page, second: Page, slug: str) -> list[str]:
    """Both see cases with names; neither sees or touches the other's."""
    seen = []
    for page in (first, second):
        page.goto(f"/thu-phieu/ho-so?dot={slug}")
        cards = page.locator("li[id^='ho-so-']")
        expect(cards.first).to_contain_text("mô phỏng")
        seen.append([str(card.get_attribute("id")).removeprefix("ho-so-") for card in cards.all()])
    assert not set(seen[0]) & set(seen[1])
    token = second.locator("[name=csrf_token]").first.input_value()
    when = {"attempt": str(uuid4()), "day": "2026-11-18", "hour": "09:00"}
    for do in ("begin", "attempt", "replace"):
        form = {"csrf_token": token, "do": do, "outcome": "refused", "reason": "x"} | when
        answer = second.request.post(f"/thu-phieu/ho-so/{slug}/{seen[0][0]}", form=form)
        assert answer.status == 404, do
    shoot(first, "ho-so-cua-toi")
    return seen[0]


def interview(page: Page, slug: str, case: str) -> None:
    page.goto(f"/thu-phieu/ho-so?dot={slug}")
    page.click(f"#ho-so-{case} button[value=begin]")
    answer_everything(page)
    page.goto(f"/thu-phieu/ho-so?dot={slug}")
    expect(page.locator(f"#ho-so-{case}")).to_have_count(0)


def try_twice_and_replace(page: Page, slug: str, case: str) -> None:
    for day in ("2026-11-18", "2026-11-19", "2026-11-20"):
        page.goto(f"/thu-phieu/ho-so?dot={slug}")
        expect(page.locator(f"#ho-so-{case} button[value=replace]")).to_have_count(0)
        page.click(f"#ho-so-{case} details:has([name=outcome]) > summary")
        page.select_option(f"#outcome-{case}", "not_home")
        page.fill(f"#day-{case}", day)
        page.fill(f"#hour-{case}", "09:00")
        page.click(f"#ho-so-{case} button[value=attempt]")
    page.goto(f"/thu-phieu/ho-so?dot={slug}")
    page.click(f"#ho-so-{case} details:has([name=reason]) > summary")
    page.click(f"#ho-so-{case} button[value=replace]")
    expect(page.locator("main")).to_contain_text("lý do")
    page.fill(f"#reason-{case}", "ba ngày vắng nhà")
    page.click(f"#ho-so-{case} button[value=replace]")
    expect(page.locator(f"#ho-so-{case}")).to_have_count(0)
    expect(page.locator("main")).to_contain_text("dự bị thứ 1")


def watch(manager: Page, coordinator: Page, observer: Page, office: str, own: list[str]) -> None:
    """Progress for all three; names for two of them, never for the observer."""
    for page in (manager, coordinator, observer):
        page.goto(f"{office}/thuc-dia")
        expect(page.locator(".answer")).to_contain_text("1")
        assert page.request.get(f"{office}/mau.json").ok
    shoot(manager, "thuc-dia-ho-so")
    case = f"{office}/phan-cong/ho-so/{own[2]}"
    observer.goto(case)
    expect(observer.locator("main")).not_to_contain_text(ADDRESS)
    expect(observer.locator("form[action$='/lien-he']")).to_have_count(0)
    assert observer.request.post(f"{case}/lien-he").status in (403, 404)
    assert observer.request.get(f"{office}/phan-cong").status in (403, 404)
    observer.goto(f"{office}/mau")
    expect(observer.locator("button:has-text('bốc lại')")).to_have_count(0)
    coordinator.goto(case)
    expect(coordinator.locator("main")).not_to_contain_text(ADDRESS)
    coordinator.click("form[action$='/lien-he'] button")
    expect(coordinator.locator("main")).to_contain_text(ADDRESS)


def close(page: Page, office: str) -> None:
    page.goto(f"{office}/thuc-dia")
    page.click("details:has(button[value=closed]) summary")
    page.click("button[name=state][value=closed]")
    weights = page.goto(f"{office}/trong-so")
    assert weights is not None
    assert weights.ok
    page.goto(f"{office}/mau/kiem-tra")
    expect(page.locator("main")).to_contain_text("đúng kết quả đã ghi")
