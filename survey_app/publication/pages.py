"""The page of a version, for the public and for a preview; nothing but its snapshot is read."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import render_template, url_for
from markupsafe import Markup
from sqlalchemy.orm import object_session

from survey_app.i18n import LANGUAGES, language
from survey_app.instruments.piping import GENERAL_NAMES, fill_in
from survey_app.publication.attachments import ATTACHMENTS
from survey_app.publication.dataset import describe_dataset
from survey_app.publication.figure_files import CHARTS
from survey_app.publication.models import Publication
from survey_app.publication.queries import Version, file_sizes, files_named
from survey_app.publication.snapshot_format import read_content
from survey_app.publication.waves import rows_of
from survey_app.results.charts import WIDTHS, sort_weakest_first
from survey_app.results.words import target_words

TABLES = ("so-lieu.csv", "so-lieu.json")
PLACES = {"narrow": WIDTHS[0], "wide": WIDTHS[1]}


def result_page(
    publication: Publication,
    *,
    preview: bool = False,
    versions: list[Version] | None = None,
    with_series: bool = False,
) -> str:
    """Render a version.

    Parameters
    ----------
    versions : list of Version, optional
        Those that are or were public, newest first; an older one is marked at its top.
    with_series : bool
        Whether other waves of the series are public, to compare with.
    """
    content = read_content(publication.snapshot)
    survey, texts = content["survey"], content["texts"][language()]
    tables = {by: rows_of(content, by) for by in content["figures"]}
    whole = tables[""]
    index = next((row for row in whole if row.kind == "index"), None)
    others = versions or []
    newer = next((one for one in others if one.state == "approved" and one.number > publication.number), None)
    session = object_session(publication)
    assert session is not None
    sizes = file_sizes(session, publication.id)
    links = file_links(publication, preview=preview, permanent=newer is not None)
    return render_template(
        "public/result.html",
        publication=publication,
        content=content,
        facts=survey,
        preview=preview,
        title=survey["title"][language()],
        starts_on=date.fromisoformat(survey["starts_on"]),
        ends_on=date.fromisoformat(survey["ends_on"]),
        answer=texts["answer"],
        meaning=texts["meaning"],
        method=texts["method"],
        chart_words=texts["charts"],
        index=index,
        target=target_words(whole),
        indices=[row for row in whole if row.kind == "index"],
        factors=sort_weakest_first([row for row in whole if row.kind == "section"]),
        items=sort_weakest_first([row for row in whole if row.kind == "item"]),
        breakdowns=[
            (
                by,
                content["breakdowns"][by][language()],
                [row for row in rows if index is not None and row.of == index.of],
            )
            for by, rows in tables.items()
            if by
        ],
        charts=_charts(publication),
        asked=_asked(content["questionnaire"]["content"]),
        choices=content["choices"],
        probability=content["probability"],
        simulated=survey["simulated"],
        links=links,
        sizes=sizes,
        downloads=[name for name in TABLES if name in sizes],
        attachments=[one for one in ATTACHMENTS if one.name in sizes],
        versions=others,
        newer=newer,
        series=url_for(
            "public_results.compare", bo=content["questionnaire"]["key"], **{"dia-ban": survey["territory_code"]}
        )
        if with_series
        else None,
        **head_links(publication, newer, texts["answer"], with_card=f"anh-chia-se-{language()}.png" in sizes),
        dataset=describe_dataset(publication, content, sizes) if not preview and newer is None else None,
    )


def file_links(publication: Publication, *, preview: bool, permanent: bool) -> dict[str, str]:
    """The address of each file of a version, absolute, for links, embedding and social cards."""
    slug, names = publication.survey.slug, list(publication.snapshot["files"])
    if preview or permanent:
        endpoint = "publication.preview_file" if preview else "public_results.version_file"
        return {
            name: url_for(endpoint, slug=slug, number=publication.number, name=name, _external=True) for name in names
        }
    return {name: url_for("public_results.file", slug=slug, name=name, _external=True) for name in names}


def head_links(publication: Publication, newer: Version | None, answer: str, *, with_card: bool) -> dict[str, Any]:
    """What search engines and social networks read: one address for each language, a description, a picture."""
    slug = publication.survey.slug
    endpoint, where = "public_results.result", {"slug": slug}
    alternates = {
        code: url_for(endpoint, **where, lang=None if code == "vi" else code, _external=True) for code in LANGUAGES
    }
    card = f"anh-chia-se-{language()}.png"
    return {
        "description": answer,
        "alternates": alternates,
        "canonical": alternates[language()],
        "card": url_for("public_results.file", slug=slug, name=card, _external=True) if with_card else None,
        "hidden": newer is not None,
    }


def _charts(publication: Publication) -> dict[str, dict[str, Markup]]:
    session = object_session(publication)
    assert session is not None
    names = {(chart, place): f"{chart}-{language()}-{width}.svg" for chart in CHARTS for place, width in PLACES.items()}
    files = files_named(session, publication.id, list(names.values()))
    found: dict[str, dict[str, Markup]] = {chart: {} for chart in CHARTS}
    for (chart, place), name in names.items():
        if name in files:
            found[chart][place] = Markup(files[name].decode())  # noqa: S704  drawn and escaped by us when it was frozen
    return found


def _asked(form: dict[str, Any]) -> list[dict[str, Any]]:
    """The questions of each section as they were asked, with general names where the agency's stood."""
    code = language()

    def words(texts: dict[str, str] | None) -> str:
        return fill_in(texts[code], GENERAL_NAMES[code]) if texts else ""

    def answers(item: dict[str, Any]) -> list[str]:
        options = form["scales"][item["scale"]]["points"] if "scale" in item else item.get("options", [])
        return [option["label"][code] for option in options]

    return [
        {
            "title": words(section["title"]),
            "intro": words(section.get("intro")),
            "questions": [
                (words(item["text"]), answers(item)) for item in section["items"] if item["type"] != "information"
            ],
        }
        for section in form["sections"]
    ]
