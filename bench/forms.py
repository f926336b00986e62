"""Forms: a page of the questionnaire beside a bare Flask route that returns the same bytes."""

from __future__ import annotations

import re

from flask import Flask

from bench.timing import median_seconds
from survey_app.database import db
from survey_app.sampling.queries import drawn_units
from survey_app.surveys.queries import find_survey

PAGES = 100


def run(app: Flask, slug: str) -> None:
    client = app.test_client()
    with app.app_context():
        commune = drawn_units(db.session, find_survey(db.session, slug))[0].unit.code
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(f"/s/{slug}").text)
    data = {"csrf_token": token[1] if token else "", "commune": commune, "consent": "1"}
    begun = client.post(f"/s/{slug}", data=data)
    address = begun.headers["Location"]
    page = client.get(address).data
    bare = Flask("bare")
    bare.add_url_rule("/", view_func=lambda: page)
    other = bare.test_client()
    ours = PAGES / median_seconds(lambda: [client.get(address) for _number in range(PAGES)])
    theirs = PAGES / median_seconds(lambda: [other.get("/") for _number in range(PAGES)])
    print(f"  a section of the form:      {ours:8.0f} a second ({len(page) / 1024:.0f} KB)")
    print(f"  bare route, the same bytes: {theirs:8.0f} a second   ratio {ours / theirs:.2f}")
