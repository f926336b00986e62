"""The collector's app: its page and worker, the bundle, the session, and the things done without network."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import current_user
from flask_wtf.csrf import generate_csrf, validate_csrf
from wtforms.validators import ValidationError as TokenRefused

from survey_app.accounts.guards import acting, public, requires
from survey_app.accounts.models import User
from survey_app.accounts.roles import COLLECT
from survey_app.collection.field_app.actions import carry_out
from survey_app.collection.field_app.assets import app_version, asset_addresses, module_addresses
from survey_app.collection.field_app.bundle import pack_bundle, with_contacts
from survey_app.collection.field_app.words import app_words
from survey_app.collection.offline.words import in_every_language
from survey_app.collection.sync.sealed_file import bring_file, told
from survey_app.collection.sync.sender import collector_as_sender
from survey_app.database import db, now
from survey_app.errors import UserError
from survey_app.i18n import LANGUAGES
from survey_app.sampling.work.forms import check_token
from survey_app.security import CONTENT_POLICY, MAXIMUM_UPLOAD_BYTES
from survey_app.surveys.forms import ActionForm

blueprint = Blueprint("field_app", __name__)
SCOPE = "/thu-phieu"


@blueprint.get("/thu-phieu/ung-dung")
@requires(COLLECT)
def app_page() -> ResponseReturnValue:
    """The one page of the app; it is the same for everybody, so that a device may keep it."""
    page = render_template(
        "collection/app.html",
        words=in_every_language(app_words),
        languages=LANGUAGES,
        app_version=app_version(),
        modules=module_addresses(),
    )
    response = make_response(page)
    response.headers["Content-Security-Policy"] = f"{CONTENT_POLICY}; manifest-src 'self'; worker-src 'self'"
    response.headers["Permissions-Policy"] = "camera=(), geolocation=(self), microphone=()"
    return response


@blueprint.get("/thu-phieu/sw.js")
@public
def worker() -> ResponseReturnValue:
    """The service worker that keeps the page and its files."""
    script = render_template(
        "collection/app_worker.js",
        app_version=app_version(),
        shell=url_for("field_app.app_page"),
        assets=asset_addresses(),
    )
    return Response(
        script, mimetype="text/javascript", headers={"Service-Worker-Allowed": SCOPE, "Cache-Control": "no-cache"}
    )


@blueprint.get("/thu-phieu/ung-dung.webmanifest")
@public
def manifest() -> ResponseReturnValue:
    """What a telephone needs to put the app on its first screen."""
    content = {
        "name": _("Hài Lòng: thu phiếu"),
        "short_name": _("Thu phiếu"),
        "lang": "vi",
        "start_url": url_for("field_app.app_page"),
        "scope": SCOPE,
        "display": "standalone",
        "background_color": "#F5F3EE",
        "theme_color": "#0B5C6B",
        "icons": [
            {"src": url_for("static", filename="img/favicon.svg"), "sizes": "any", "type": "image/svg+xml"},
        ],
    }
    return Response(json.dumps(content, ensure_ascii=False), mimetype="application/manifest+json")


@blueprint.get("/thu-phieu/phien")
@requires(COLLECT)
def session_state() -> ResponseReturnValue:
    """Who is signed in and until when, the hour on the server, and a token for what the device sends next."""
    session.permanent = True  # a week in the field outlasts a closed browser
    return jsonify(_session_facts() | {"csrf": generate_csrf()})


def _session_facts() -> dict[str, Any]:
    moment = now()
    signed_in = session.get("fs_paa")  # where Flask-Security notes the hour of the password
    return {
        "person": {"id": current_user.id, "name": current_user.name or current_user.email},
        "server_time": _iso(moment),
        "session_ends": _iso(moment + current_app.permanent_session_lifetime),
        "signed_in_at": _iso(datetime.fromtimestamp(signed_in, UTC)) if signed_in else None,
        "app": app_version(),
    }


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")


@blueprint.get("/thu-phieu/goi")
@requires(COLLECT)
def bundle() -> ResponseReturnValue:
    """The collector's work to take along; 304 and no contact opened where the device has it all."""
    packed = pack_bundle(db.session, db.session.get_one(User, current_user.id))
    if packed.mark in request.if_none_match:
        response = Response(status=304)
    else:
        content = with_contacts(db.session, packed, actor=acting())
        response = jsonify(content | _session_facts() | {"mark": packed.mark})
    response.set_etag(packed.mark)
    return response


@blueprint.post("/thu-phieu/tep-niem-phong")
@requires(COLLECT)
def sealed_file() -> ResponseReturnValue:
    """Take in the sealed file of a device that cannot send."""
    request.max_content_length = MAXIMUM_UPLOAD_BYTES
    try:
        check_token(ActionForm())
        file = request.files.get("file")
        if file is None or not file.filename:
            raise UserError(_("Xin chọn tệp niêm phong rồi bấm lại."))
        outcomes = bring_file(
            db.session, file.read(), collector_as_sender(db.session, db.session.get_one(User, current_user.id))
        )
    except UserError as error:
        db.session.rollback()
        flash(error.message, "error")
        return redirect(url_for("collection.work"))
    flash(told(outcomes), "ok")
    return redirect(url_for("collection.work"))


@blueprint.post("/thu-phieu/viec")
@requires(COLLECT)
def actions() -> ResponseReturnValue:
    """Carry out tries and replacements that were noted without network."""
    try:
        validate_csrf(request.headers.get("X-CSRFToken", ""))
    except TokenRefused:
        return {"reason": _("Phiên làm việc đã cũ. Xin mở lại ứng dụng khi có mạng rồi gửi."), "stale": True}, 400
    body = request.get_json(silent=True)
    told = body.get("actions") if isinstance(body, dict) else None
    if not isinstance(told, list):
        raise UserError(_("Dữ liệu gửi lên không đúng dạng. Xin cập nhật ứng dụng rồi gửi lại."))
    collector = db.session.get_one(User, current_user.id)
    done = carry_out(db.session, told, collector, actor=acting())
    return jsonify(actions=[{"id": one.id, "state": one.state, "reason": one.reason} for one in done])
