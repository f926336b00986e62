"""The public site: light, cacheable, in two languages, filtered; years of a series side by side."""

from __future__ import annotations

import gzip
import json
import re
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from survey_app.database import db
from survey_app.i18n import language
from survey_app.publication import pages, snapshot
from survey_app.publication.attachments import Attachment
from survey_app.publication.models import Publication
from survey_app.publication.public_lists import compare_lines
from survey_app.publication.snapshot_format import read_content
from survey_app.publication.waves import Difference, differences, rows_of
from survey_app.results.estimates import Row
from survey_app.surveys.service import set_state
from tests.publishing import publish
from tests.village import VILLAGE, communes, make_village, respond
from tests.world import TESTER

LATER = "lang-2027"
LIMIT = 100_000


def village_wave(session: Session, slug: str, year: int, *, good: int) -> Publication:
    """A published wave of the village: in each of six communes ``good`` of twelve people are satisfied."""
    survey = make_village(
        session,
        slug=slug,
        title={"vi": f"Khảo sát làng {year}", "en": f"Village survey {year}"},
        period={"from": date(year, 1, 1), "to": date(year, 12, 31)},
        sample={"share": 0.5, "stratify_by": "none"},
    )
    for place, commune in enumerate(communes(session, survey)):
        for number in range(12):
            satisfied = number < good + (place % 2)
            respond(session, survey, commune, answers={"q1": 3 if satisfied else 1, "q2": 3})
    set_state(session, survey, "closed", actor=TESTER)
    session.commit()
    return publish(session, survey)


@pytest.fixture
def waves(app: Flask) -> None:
    """Two public waves of one series."""
    with app.app_context():
        village_wave(db.session, VILLAGE, 2026, good=4)
        village_wave(db.session, LATER, 2027, good=9)


def test_pages_are_light_and_any_cache_may_keep_them(client: FlaskClient, waves: None) -> None:
    pages = (
        "/ket-qua/",
        f"/ket-qua/{VILLAGE}",
        f"/ket-qua/{VILLAGE}?lang=en",
        "/ket-qua/so-sanh?bo=village&dia-ban=92",
    )
    styles = sum(
        len(gzip.compress(client.get(f"/static/css/{name}.css").data))
        for name in ("tokens", "base", "tables", "public")
    )
    for address in pages:
        client.get("/?lang=en")  # a session that speaks English
        answer = client.get(address, headers={"Accept-Encoding": "gzip"})
        assert answer.status_code == 200, address
        assert len(answer.data) + styles < LIMIT, address
        assert answer.headers["Cache-Control"].startswith("public")
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Vary"] == "Accept-Encoding"
        html = gzip.decompress(answer.data).decode()
        assert f'<html lang="{"en" if "lang=en" in address else "vi"}">' in html
        assert client.get(address).text == html
        again = client.get(address, headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")
        assert 'rel="canonical"' in html
        assert html.count("hreflang=") >= 3
        assert "<form" not in html or "csrf" not in html


def test_somebody_signed_in_gets_the_page_of_everybody(client: FlaskClient, waves: None, sign_in: Any) -> None:
    manager = sign_in("survey_manager")
    first = manager.get(f"/ket-qua/{VILLAGE}")
    assert "Set-Cookie" not in first.headers
    assert first.text == client.get(f"/ket-qua/{VILLAGE}").text


def test_the_list_is_filtered_by_year_sector_and_territory(client: FlaskClient, waves: None) -> None:
    def listed(query: str) -> set[str]:
        return set(re.findall(r'<h2><a href="/ket-qua/([^"?]+)', client.get(f"/ket-qua/?{query}").text))

    assert listed("") == {VILLAGE, LATER}
    assert listed("nam=2027") == {LATER}
    assert listed("nam=2026&dia-ban=92") == {VILLAGE}
    assert listed("nam=1999") == {VILLAGE, LATER}, "a year that does not occur is no filter"
    sector = re.search(r'<option value="([a-z]+)"', client.get("/ket-qua/").text.partition('id="loc-linh-vuc"')[2])
    assert listed(f"linh-vuc={sector[1]}&nam=2026") == {VILLAGE}


def test_search_engines_find_each_language_and_the_data(client: FlaskClient, waves: None) -> None:
    page = client.get(f"/ket-qua/{VILLAGE}?lang=en").text
    block = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, flags=re.DOTALL)
    found = json.loads(block[1])
    assert (found["@type"], found["name"]) == ("Dataset", "Village survey 2026")
    assert found["temporalCoverage"] == "2026-01-01/2026-12-31"
    addresses = [one["contentUrl"].removeprefix("http://localhost") for one in found["distribution"]]
    assert {client.get(address).status_code for address in addresses} == {200}
    image = re.search(r'property="og:image" content="http://localhost([^"]+)"', page)
    picture = client.get(image[1])
    assert (picture.status_code, picture.mimetype) == (200, "image/png")
    from io import BytesIO

    from PIL import Image

    assert Image.open(BytesIO(picture.data)).size == (1200, 630)
    sitemap = client.get("/sitemap.xml").text
    for slug in (VILLAGE, LATER):
        assert f"<loc>http://localhost/ket-qua/{slug}</loc>" in sitemap
        assert f"<loc>http://localhost/ket-qua/{slug}?lang=en</loc>" in sitemap
    assert "http://localhost/sitemap.xml" in client.get("/robots.txt").text


def test_a_chart_is_embedded_from_an_address_that_stays(client: FlaskClient, waves: None) -> None:
    page = client.get(f"/ket-qua/{VILLAGE}").text
    codes = re.findall(r"&lt;img src=&#34;|&lt;img src=\"http://localhost(/ket-qua/[^\"]+)\"", page)
    assert codes
    for address in codes:
        assert client.get(address).mimetype == "image/png"


def test_years_of_a_series_stand_side_by_side(client: FlaskClient, waves: None) -> None:
    page = client.get("/ket-qua/so-sanh?bo=village&dia-ban=92").text
    assert "Từ 2026 đến 2027" in page
    assert "tăng" in page
    assert 'href="/ket-qua/so-sanh?bo=village&amp;dia-ban=92"' in client.get(f"/ket-qua/{VILLAGE}").text
    assert "Chưa có hai năm" not in client.get("/ket-qua/so-sanh").text
    assert client.get("/ket-qua/so-sanh?bo=khac&dia-ban=92").status_code == 200


def test_the_next_wave_is_compared_in_the_checklist(session: Session) -> None:
    first = village_wave(session, VILLAGE, 2026, good=4)
    second = village_wave(session, LATER, 2027, good=9)
    facts = second.snapshot["review"]["comparison"]
    assert (facts["slug"], facts["level"]) == (VILLAGE, "comparable")
    lines = compare_lines([read_content(one.snapshot) for one in (first, second)])
    index = next(line for line in lines if line.row.kind == "index")
    assert facts["difference"] == index.gap.as_json()
    assert index.gap.verdict == "up"
    earlier, later = (next(row for row in rows_of(one.snapshot) if row.kind == "index") for one in (first, second))
    assert index.gap.estimate == pytest.approx(later.estimate - earlier.estimate)


def row(estimate: float, se: float, df: float, *, of: str = "x", kind: str = "index", **changes: Any) -> Row:
    n = estimate * (1 - estimate) / se**2
    return Row(
        of=of, kind=kind, title={}, criterion="", domain={}, domain_title={}, respondents=100, n=100, base=100,
        missing=0, n_psu=9, estimate=estimate, se=se, df=df, deff=1.0,
        ci={"low": 0.0, "high": 1.0, "level": 0.95, "method": "wilson", "n_effective": n, "df": df}, shares=None,
        target=None, target_operator="ge", verdict=None, withheld=None, **changes,
    )  # fmt: skip


def difference(earlier: Row, later: Row) -> Difference:
    (found,) = differences([(earlier, later)], level=0.95)
    assert found is not None
    return found


def test_a_difference_has_welchs_interval() -> None:
    """R: se <- sqrt(.02^2+.03^2); df <- se^4/(.02^4/10+.03^4/20); .05 + c(-1,1)*qt(.975, df)*se"""
    found = difference(row(0.80, 0.02, 10), row(0.85, 0.03, 20))
    assert found.estimate == pytest.approx(0.05)
    assert (found.low, found.high) == (pytest.approx(-0.02364432, abs=1e-8), pytest.approx(0.12364432, abs=1e-8))
    assert found.verdict == "not_proven"
    assert difference(row(0.80, 0.001, 10), row(0.75, 0.001, 20)).verdict == "down"


def test_documents_hang_on_a_snapshot_by_one_line(
    session: Session, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(content: dict[str, Any], folder: Any) -> Any:
        path = folder / "x.txt"
        path.write_text(f"{content['survey']['slug']} {content['content_sha256']} {language()}")
        return path

    line = Attachment("bao-cao.txt", "text/plain; charset=utf-8", {"vi": "Báo cáo", "en": "Report"}, write)
    monkeypatch.setattr(snapshot, "ATTACHMENTS", [line])
    monkeypatch.setattr(pages, "ATTACHMENTS", [line])
    publication = village_wave(session, VILLAGE, 2026, good=4)
    page = client.get(f"/ket-qua/{VILLAGE}").text
    assert "bao-cao.txt" in publication.snapshot["files"]
    assert publication.snapshot["public"]["files"] == ["bao-cao.txt"]
    assert ">Báo cáo</a>" in page
    text = client.get(f"/ket-qua/{VILLAGE}/tep/bao-cao.txt").text
    assert text.split()[:2] == [VILLAGE, publication.snapshot["content_sha256"]]


def test_a_snapshot_of_the_first_format_still_has_its_page(session: Session, client: FlaskClient) -> None:
    publication = village_wave(session, VILLAGE, 2026, good=4)
    old = {
        key: value
        for key, value in publication.snapshot.items()
        if key not in ("texts", "breakdowns", "public", "review", "code", "content_sha256")
    } | {"format": 1}
    assert read_content(old)["texts"] == publication.snapshot["texts"]
    assert read_content(old)["breakdowns"] == publication.snapshot["breakdowns"]


def test_a_difference_of_what_nobody_drew_has_no_interval() -> None:
    from dataclasses import replace

    bare = replace(row(0.8, 0.02, 10), ci=None)
    assert difference(bare, row(0.9, 0.02, 10)) == Difference(pytest.approx(0.1))
    old = replace(row(0.8, 0.02, 10), ci={"low": 0.0, "high": 1.0, "level": 0.95, "method": "wilson"})
    assert difference(old, row(0.9, 0.02, 10)).verdict is None


def test_of_many_criteria_one_that_moved_a_little_is_not_called_proven() -> None:
    """Alone p is about 0.04; among twenty of its kind Holm leaves nothing of it, nor of an index beside them."""
    moved = row(0.80, 0.02, 60, of="q0", kind="item"), row(0.86, 0.02, 60, of="q0", kind="item")
    still = [(row(0.8, 0.02, 60, of=f"q{n}", kind="item"),) * 2 for n in range(1, 20)]
    assert difference(*moved).verdict == "up"
    first, *others = differences([moved, *still], level=0.95)
    assert (first.verdict, first.low > 0) == ("not_proven", True)
    assert {other.verdict for other in others} == {"not_proven"}
    assert (
        differences([moved, (moved[0], moved[0]), (row(0.5, 0.02, 60), row(0.9, 0.02, 60))], level=0.95)[2].verdict
        == "up"
    )


def test_what_a_model_stands_behind_is_for_reference_and_proves_nothing() -> None:
    found = difference(row(0.5, 0.02, 60, marks=["model_assisted"]), row(0.9, 0.02, 60))
    assert (found.verdict, found.reference) == (None, True)
