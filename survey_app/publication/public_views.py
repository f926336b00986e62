"""The public site: public versions of results, and nothing else."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from survey_app.accounts.guards import public
from survey_app.database import db, now
from survey_app.errors import Gone, NotFound
from survey_app.i18n import language
from survey_app.publication.kept_pages import CACHE_SECONDS, kept_page
from survey_app.publication.models import Publication
from survey_app.publication.pages import result_page
from survey_app.publication.public_lists import Listing, compare_page, list_releases
from survey_app.publication.queries import Version, find_file, public_versions, versions_of
from survey_app.surveys.models import Survey
from survey_app.surveys.results_link import finds_results

blueprint = Blueprint("public_results", __name__)


@blueprint.app_url_defaults
def _keep_language(endpoint: str, values: dict[str, Any]) -> None:
    """Public pages name their language in the address: those who read English go on in English."""
    pages = ("results", "result", "version", "compare")
    if endpoint.removeprefix("public_results.") in pages and "lang" not in values and language() == "en":
        values["lang"] = "en"


@finds_results
def _address_of(session: Session, survey: Survey) -> str | None:
    at = now()
    public = any(one.state == "approved" and one.was_public(at) for one in versions_of(session, survey.slug))
    return url_for("public_results.result", slug=survey.slug) if public else None


@blueprint.get("/ket-qua/")
@public
def results() -> ResponseReturnValue:
    """The published results, newest first, of a year, a sector or a territory."""
    versions = public_versions(db.session)
    listing = Listing(versions, {name: request.args.get(name, "") for name in ("nam", "linh-vuc", "dia-ban")})
    key = ("list", tuple(one.id for one in versions), tuple(sorted(listing.chosen.items())))
    return kept_page(key, lambda: list_releases(listing))


@blueprint.get("/ket-qua/so-sanh")
@public
def compare() -> ResponseReturnValue:
    """The years of one series side by side."""
    versions = public_versions(db.session)
    questionnaire, territory = (request.args.get(name, "")[:80] for name in ("bo", "dia-ban"))
    key = ("compare", tuple(one.id for one in versions), questionnaire, territory)
    return kept_page(key, lambda: compare_page(db.session, versions, questionnaire, territory))


@blueprint.get("/ket-qua/<slug>")
@public
def result(slug: str) -> ResponseReturnValue:
    """What the public reads of a survey now; where it was withdrawn, that it was and why."""
    history = _history(slug)
    current = next((one for one in history if one.state == "approved"), None)
    if current is not None:
        return _page_of(current, history)
    return _withdrawn(history[0], history)


@blueprint.get("/ket-qua/<slug>/ban/<int:number>")
@public
def version(slug: str, number: int) -> ResponseReturnValue:
    """A version at its own address, also after a correction."""
    history = _history(slug)
    found = _find(history, number)
    if _was_withdrawn(found, history):
        return _withdrawn(found, history)
    return _page_of(found, history)


@blueprint.get("/ket-qua/<slug>/tep/<name>")
@public
def file(slug: str, name: str) -> ResponseReturnValue:
    """A file of what is public now."""
    history = _history(slug)
    current = next((one for one in history if one.state == "approved"), None)
    if current is None:
        raise _taken_back(history[0])
    return _file_of(current, name)


@blueprint.get("/ket-qua/<slug>/ban/<int:number>/tep/<name>")
@public
def version_file(slug: str, number: int, name: str) -> ResponseReturnValue:
    """A file of a version."""
    history = _history(slug)
    found = _find(history, number)
    if _was_withdrawn(found, history):
        raise _taken_back(found)
    return _file_of(found, name)


@blueprint.get("/sitemap.xml")
@public
def sitemap() -> ResponseReturnValue:
    """Every public result in each language, for search engines."""
    versions = public_versions(db.session)
    key = ("sitemap", tuple(one.id for one in versions))
    return kept_page(
        key, lambda: render_template("public/sitemap.xml", versions=versions), media_type="application/xml"
    )


@blueprint.get("/robots.txt")
@public
def robots() -> ResponseReturnValue:
    """Search engines read the results and nothing of the office or of forms."""
    lines = ("/quan-ly", "/s/", "/api/", "/odk/", "/quay", "/dang-nhap", "/viec/")
    text = "User-agent: *\n" + "".join(f"Disallow: {path}\n" for path in lines)
    text += f"Sitemap: {url_for('public_results.sitemap', _external=True)}\n"
    return kept_page(("robots",), lambda: text, media_type="text/plain; charset=utf-8")


def _history(slug: str) -> list[Version]:
    """The versions of a survey that are or were public, newest first.

    Raises
    ------
    NotFound
        There is none; what is under embargo is not told apart from what does not exist.
    """
    at = now()
    found = [one for one in versions_of(db.session, slug) if one.was_public(at)]
    if not found:
        raise NotFound(_("Chưa có kết quả nào được công bố ở địa chỉ này."))
    return found


def _find(history: list[Version], number: int) -> Version:
    found = next((one for one in history if one.number == number), None)
    if found is None:
        raise NotFound(_("Không có bản công bố số %(number)s.", number=number))
    return found


def _was_withdrawn(version: Version, history: list[Version]) -> bool:
    """Whether the version, or one that corrected it, was taken back."""
    return any(one.state == "withdrawn" and one.number >= version.number for one in history)


def _taken_back(version: Version) -> Gone:
    return Gone(_("Kết quả này đã được rút lại. Lý do: %(reason)s", reason=version.withdrawal_reason or "–"))


def _page_of(version: Version, history: list[Version]) -> ResponseReturnValue:
    def render() -> str:
        publication = db.session.get(Publication, version.id)
        assert publication is not None
        series = (version.summary["questionnaire"], version.summary["territory_code"])
        waves = [
            one
            for one in public_versions(db.session)
            if (one.summary["questionnaire"], one.summary["territory_code"]) == series
        ]
        return result_page(publication, versions=history, with_series=len(waves) > 1)

    states = tuple((one.number, one.state) for one in history)
    return kept_page(("result", version.id, states, request.path), render)


def _withdrawn(version: Version, history: list[Version]) -> ResponseReturnValue:
    """The words in place of a result that was taken back."""
    cause = next(one for one in reversed(history) if one.state == "withdrawn" and one.number >= version.number)
    current = next((one for one in history if one.state == "approved"), None)

    def render() -> str:
        return render_template("public/withdrawn.html", version=version, cause=cause, current=current)

    states = tuple((one.number, one.state) for one in history)
    return kept_page(("withdrawn", version.id, states), render, status=410)


def _file_of(version: Version, name: str) -> ResponseReturnValue:
    found = find_file(db.session, version.id, name)
    response = Response(found.content, content_type=found.media_type)
    response.set_etag(hashlib.sha256(found.content).hexdigest())
    response.headers["Cache-Control"] = f"public, max-age={CACHE_SECONDS}"
    if not name.endswith((".svg", ".png")):
        response.headers["Content-Disposition"] = f'attachment; filename="{version.slug}-{name}"'
    return response.make_conditional(request)
