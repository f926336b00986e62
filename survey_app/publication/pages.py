"""The public page of a snapshot; the same for the public and for a preview."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import render_template, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from survey_app.i18n import language
from survey_app.publication.models import Publication
from survey_app.results.charts import sort_weakest_first
from survey_app.results.estimates import Row
from survey_app.results.weighting.words import step_words
from survey_app.results.words import answer_sentence, target_words

DOWNLOADS = ("so-lieu.csv", "so-lieu.json")


def result_page(publication: Publication, *, preview: bool = False) -> str:
    """Render a snapshot; nothing but the snapshot is read."""
    content = publication.snapshot
    tables = {by: [Row(**row) for row in rows] for by, rows in content["figures"].items()}
    whole = tables[""]
    index = next((row for row in whole if row.kind == "index"), None)
    survey = content["survey"]
    return render_template(
        "public/result.html",
        publication=publication,
        content=content,
        facts=survey,
        preview=preview,
        title=survey["title"][language()],
        starts_on=date.fromisoformat(survey["starts_on"]),
        ends_on=date.fromisoformat(survey["ends_on"]),
        answer=answer_sentence(index),
        index=index,
        target=target_words(whole),
        indices=[row for row in whole if row.kind == "index"],
        factors=sort_weakest_first([row for row in whole if row.kind == "section"]),
        items=sort_weakest_first([row for row in whole if row.kind == "item"]),
        breakdowns=[
            (by, _title(content, by), [row for row in rows if index is not None and row.of == index.of])
            for by, rows in tables.items()
            if by
        ],
        charts={name: _charts(publication, name) for name in ("yeu-to", "tieu-chi", "huyen")},
        choices=content["choices"],
        probability=content.get("probability", True),
        set_aside=content.get("set_aside", 0),
        self_selected=content.get("self_selected", 0),
        undrawn=content.get("undrawn", 0),
        weighting=[
            step_words(one["kind"], one["variables"], one["times_mean"], language())
            for one in content.get("weighting", [])
        ],
        simulated=survey["simulated"],
        downloads=[file for file in publication.files if file.name in DOWNLOADS],
        pictures=[file for file in publication.files if file.name.endswith(f"-{language()}-1200.png")],
        canonical=url_for("public_results.result", slug=survey["slug"], _external=True),
    )


def _title(content: dict[str, Any], by: str) -> str:
    fixed = {
        "district": _("huyện, thành phố"),
        "channel": _("kênh trả lời"),
        "sex": _("giới tính"),
        "age": _("độ tuổi"),
    }
    return fixed.get(by, by)


def _charts(publication: Publication, name: str) -> dict[str, Markup]:
    files = {file.name: file for file in publication.files}
    found = {}
    for place, width in (("narrow", 360), ("wide", 720)):
        file = files.get(f"{name}-{language()}-{width}.svg")
        if file is not None:
            found[place] = Markup(file.content.decode())  # noqa: S704  drawn and escaped by us when it was frozen
    return found
