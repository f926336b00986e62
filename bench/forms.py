"""Forms: the 22-item form beside a bare Flask route with the same bytes, checking of answers, loading at start."""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from bench.served import pages_a_second, serving
from bench.timing import median_seconds, report
from bench.world import small_world
from survey_app.database import db
from survey_app.instruments import queries
from survey_app.instruments.answers import check_answers
from survey_app.instruments.cli import shipped_files
from survey_app.instruments.loader import load_file
from survey_app.instruments.schema import Instrument
from survey_app.sampling.queries import drawn_units
from survey_app.settings import ROOT
from survey_app.surveys.queries import find_survey

PAGES = 1_000
IN_PROCESS = 200
SUBMISSIONS = 300


def run() -> None:
    """Print every figure with its target."""
    one_page = with_22_items_on_one_page()
    with small_world(one_page) as (app, slug):
        _rendering(app, slug)
    _checking()
    with small_world() as (app, _slug):
        _loading(app)


def with_22_items_on_one_page() -> Instrument:
    """The 22 rated items of SIPAS on one page, as a paper form has them."""
    content = json.loads(load_file(ROOT / "questionnaires" / "sipas-commune.yaml").canonical_json())
    rated = [section for section in content["sections"] if section["factor"]]
    items = [item for section in rated for item in section["items"] if item["type"] == "scale"]
    content |= {"key": "sipas-one-page", "sections": [rated[0] | {"items": items}], "indices": [], "targets": []}
    return Instrument.model_validate_json(json.dumps(content))


def _rendering(app: Flask, slug: str) -> None:
    client = app.test_client()
    address, cookie = begin(app, client, slug)
    page = client.get(address).data
    count = page.count(b'name="shown"')
    with tempfile.NamedTemporaryFile(suffix=".html") as file:
        Path(file.name).write_bytes(page)
        with (
            serving("wsgi:app", HAILONG_INSTANCE=app.config["INSTANCE"]) as our_port,
            serving("bench.bare:app", BARE_PAGE=file.name) as bare_port,
        ):
            rounds = [
                (pages_a_second(our_port, address, cookie, PAGES), pages_a_second(bare_port, "/", cookie, PAGES))
                for _round in range(3)
            ]
    ours, theirs = sorted(rounds, key=lambda each: each[0] / each[1])[1]
    report(f"the form with {count} items ({len(page) / 1024:.0f} KB), served", f"{ours:,.0f} a second")
    report("a bare Flask route with the same bytes, served", f"{theirs:,.0f} a second")
    report("ratio", f"{ours / theirs:.2f}", "at least 0.5", met=ours / theirs >= 0.5)
    bare = Flask("bare")
    bare.add_url_rule("/", view_func=lambda: page)
    other = bare.test_client()
    first = median_seconds(lambda: [client.get(address) for _number in range(IN_PROCESS)]) / IN_PROCESS
    plain = median_seconds(lambda: [other.get("/") for _number in range(IN_PROCESS)]) / IN_PROCESS
    report("without a network: form, bare route", f"{first * 1e3:.2f} ms, {plain * 1e3:.2f} ms ({plain / first:.2f})")
    _answer_one(client, address, page.decode())
    again = median_seconds(lambda: [client.get(address) for _number in range(20)]) / 20
    report("the form with its answers, rendered for one respondent", f"{again * 1e3:.2f} ms")


def begin(app: Flask, client: FlaskClient, slug: str) -> tuple[str, str]:
    """Begin a form; its address and the respondent's cookie."""
    with app.app_context():
        commune = drawn_units(db.session, find_survey(db.session, slug))[0].unit.code
    token = _token(client.get(f"/s/{slug}").text)
    begun = client.post(f"/s/{slug}", data={"csrf_token": token, "commune": commune, "consent": "1"})
    cookie = client.get_cookie("hai_long")
    return begun.headers["Location"], f"hai_long={cookie.value if cookie else ''}"


def _answer_one(client: FlaskClient, address: str, page: str) -> None:
    item = re.findall(r'name="shown" value="([^"]+)"', page)[0]
    client.post(address, data={"csrf_token": _token(page), "shown": item, item: "4", "go": "next"})


def _token(page: str) -> str:
    return next(iter(re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', page)), "")


def _checking() -> None:
    instrument = load_file(ROOT / "questionnaires" / "sipas-policy-services.yaml")
    rated = [item for item in instrument.items() if item.type == "scale"][:40]
    body = json.dumps({item.key: instrument.scale_of(item).points[0].value for item in rated})
    answers = json.loads(body)
    checked = median_seconds(lambda: [check_answers(instrument, answers) for _number in range(SUBMISSIONS)])
    parsed = median_seconds(lambda: [json.loads(body) for _number in range(SUBMISSIONS)])
    ours, theirs = checked / SUBMISSIONS * 1e3, parsed / SUBMISSIONS * 1e3
    report(f"checking a submission of {len(answers)} answers", f"{ours:.3f} ms", "under 1 ms", met=ours < 1)
    report("json.loads of the same body", f"{theirs:.3f} ms ({ours / theirs:.0f} times)")


def _loading(app: Flask) -> None:
    with app.app_context():
        stored = [row.id for row in queries.all_questionnaires(db.session)]
        db.session.close()

        def load_all() -> None:
            queries.forget_parsed()
            for number in stored:
                queries.instrument_of(db.session, number)
            db.session.close()

        from_store = median_seconds(load_all)
    from_files = median_seconds(lambda: [load_file(path) for path in shipped_files()], times=1)
    report(
        f"loading {len(stored)} instruments from the store", f"{from_store:.3f} s", "under 0.5 s", met=from_store < 0.5
    )
    report("parsing their files instead", f"{from_files:.2f} s ({from_files / from_store:.0f} times)")


if __name__ == "__main__":
    run()
