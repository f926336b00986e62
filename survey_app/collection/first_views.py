"""A part of a form that nobody has answered yet looks the same for everyone: rendered once, served before Flask.

Most pages that respondents see are such first views. Their key holds everything the page shows; what belongs to one
visit alone, the token against forged posts, is put in anew each time. Whatever is not plainly a first view of an open
form (a post, answers on the page, a message waiting, a session without a token) goes on to the view, which renders it
for its respondent and keeps it here where that is possible. Decision 0018.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from flask import Flask, current_app, request
from flask_wtf.csrf import generate_csrf
from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy import bindparam, select
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header, parse_cookie

from survey_app.collection.drafts import DRAFT_LIFETIME
from survey_app.collection.models import Draft
from survey_app.compression import AroundSecret
from survey_app.database import db, now
from survey_app.geography.models import Unit
from survey_app.i18n import LANGUAGES, language
from survey_app.instruments.models import Questionnaire
from survey_app.instruments.queries import parsed_instrument
from survey_app.prepared_query import PreparedQuery
from survey_app.security import private_headers
from survey_app.surveys.models import Survey

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

#: Pages kept in a process, of 10 to 60 KB each; when there are so many it begins anew.
MAXIMUM_KEPT = 400

Key = tuple[object, ...]

_ADDRESS = re.compile(r"/s/([a-z0-9-]{1,80})/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/([1-9][0-9]{0,3})")
_EXTENSION = "hailong_first_views"
_VISIT = (
    select(
        Draft.answers,
        Draft.updated_at,
        Draft.channel,
        Draft.device_id,
        Draft.holder_sha256,
        Unit.id,
        Unit.name,
        Survey.state,
        Survey.title_vi,
        Survey.title_en,
        Survey.simulated,
        Questionnaire.content_hash,
    )
    .join_from(Draft, Survey, Draft.survey_id == Survey.id)
    .join(Questionnaire, Survey.questionnaire_id == Questionnaire.id)
    .join(Unit, Draft.unit_id == Unit.id)
    .where(Draft.id == bindparam("draft_id"), Survey.slug == bindparam("slug"))
)


def init_first_views(app: Flask) -> None:
    """Put the kept pages before the application."""
    views = FirstViews(app)
    app.extensions[_EXTENSION] = views
    app.wsgi_app = views  # type: ignore[method-assign]  # as Flask says to wrap it


def keep_first_view(slug: str, draft_id: UUID, part: int, page: str) -> None:
    """Keep the page of this request, if it shows nothing but what every first view of the part shows."""
    views: FirstViews = current_app.extensions[_EXTENSION]
    key = views.key(slug, draft_id, part, language(), request.script_root)
    before, token, after = page.partition(generate_csrf())
    if key is not None and token and token not in after:
        views.keep(key, AroundSecret(before.encode(), after.encode()))


class FirstViews:
    """The kept pages of a process, before the application: serves a known first view, hands on everything else."""

    def __init__(self, app: Flask) -> None:
        self._hand_on: WSGIApplication = app.wsgi_app
        with app.app_context():
            engine = db.engine
        self._visits = PreparedQuery(engine, _VISIT)
        self._driver_error = engine.dialect.loaded_dbapi.Error
        self._cookie = app.config["SESSION_COOKIE_NAME"]
        self._lifetime = int(app.permanent_session_lifetime.total_seconds())
        cookies: Any = app.session_interface  # Flask's own, which signs the cookie
        self._sessions = cookies.get_signing_serializer(app)
        self._tokens = URLSafeTimedSerializer(
            app.config["SECRET_KEY"], salt="wtf-csrf-token"
        )  # as Flask-WTF makes them
        self._pages: dict[Key, AroundSecret] = {}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Serve the page or hand the request on."""
        found = self._find(environ)
        if found is None:
            return self._hand_on(environ, start_response)
        page, token = found
        zipped = parse_accept_header(environ.get("HTTP_ACCEPT_ENCODING"), Accept).quality("gzip") > 0
        body = page.gzipped(token) if zipped else page.plain(token)
        headers = [
            ("Content-Type", "text/html; charset=utf-8"),
            ("Content-Length", str(len(body))),
            ("Vary", "Accept-Encoding, Cookie"),
            *private_headers(secure=environ["wsgi.url_scheme"] == "https").items(),
        ]
        if zipped:
            headers.append(("Content-Encoding", "gzip"))
        start_response("200 OK", headers)
        return [body]

    def keep(self, key: Key, page: AroundSecret) -> None:
        """Keep a page around its token."""
        if len(self._pages) >= MAXIMUM_KEPT:
            self._pages.clear()
        self._pages[key] = page

    def key(self, slug: str, draft_id: UUID, part: int, chosen: str, root: str) -> Key | None:
        """Everything that the page of this part shows; ``None`` where it is for this respondent alone, or closed."""
        visit = self._visit(slug, draft_id)
        if visit is None or visit.state != "collecting" or visit.updated_at < now() - DRAFT_LIFETIME:
            return None
        if visit.device_id is not None or visit.holder_sha256 is not None:
            return None  # it opens on one tablet or phone alone, and the view knows which
        instrument = parsed_instrument(visit.content_hash)
        if instrument is None or part > len(instrument.sections):
            return None
        section = instrument.sections[part - 1]
        answers = visit.answers
        if any(item.key in answers for item in instrument.items_in(section.key)):
            return None
        title = visit.title_en if chosen == "en" else visit.title_vi
        place = (visit.id, visit.name) if section.takes_names else None
        earlier = [(key, repr(answers[key])) for key in sorted(instrument.looked_at(section.key)) if key in answers]
        return (
            root,
            visit.content_hash,
            part,
            chosen,
            title,
            visit.simulated,
            visit.channel == "kiosk",
            place,
            *earlier,
        )

    def _find(self, environ: WSGIEnvironment) -> tuple[AroundSecret, bytes] | None:
        """The page that this request asks for, and a token for it."""
        if environ["REQUEST_METHOD"] != "GET" or environ.get("QUERY_STRING"):
            return None
        address = _ADDRESS.fullmatch(environ.get("PATH_INFO", ""))
        session = self._session(environ) if address else None
        if address is None or session is None:
            return None
        chosen = session.get("language")
        chosen = chosen if chosen in LANGUAGES else "vi"
        slug, draft_id, part = address.groups()
        key = self.key(slug, UUID(draft_id), int(part), chosen, environ.get("SCRIPT_NAME", ""))
        page = self._pages.get(key) if key else None
        return (page, self._tokens.dumps(session["csrf_token"]).encode()) if page else None

    def _session(self, environ: WSGIEnvironment) -> dict[str, Any] | None:
        """The session in the cookie, if it has a token and no message waits in it."""
        cookie = parse_cookie(environ).get(self._cookie)
        if not cookie:
            return None
        try:
            session: dict[str, Any] = self._sessions.loads(cookie, max_age=self._lifetime)
        except BadData:
            return None
        return session if "csrf_token" in session and "_flashes" not in session else None

    def _visit(self, slug: str, draft_id: UUID) -> Any:
        try:
            return self._visits.first(draft_id=draft_id, slug=slug)
        except (SQLAlchemyError, self._driver_error):
            return None  # the view meets the same and says so
