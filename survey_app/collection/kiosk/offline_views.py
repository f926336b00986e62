"""A tablet in a broken network: the page it keeps, the worker that brings it up, and what it needs to go on alone."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from flask import Response, current_app, jsonify, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale

from survey_app.accounts.guards import public
from survey_app.collection.kiosk.models import Device
from survey_app.collection.kiosk.pairing import device_here
from survey_app.collection.kiosk.views import blueprint, is_serving
from survey_app.collection.kiosk.words import tablet_words
from survey_app.collection.names import names_at
from survey_app.collection.offline.instruments import instrument_as_data
from survey_app.collection.offline.words import in_every_language
from survey_app.collection.sealing import public_key
from survey_app.database import db
from survey_app.i18n import LANGUAGES, today
from survey_app.instruments.queries import instrument_of
from survey_app.settings import VERSION

SCOPE = "/quay"
FOLDERS = ("js/kiosk", "js/offline")
FILES = (
    "js/conditions.js",
    "js/field/clock.js",
    "vendor/idb/index.js",
    "css/tokens.css",
    "css/base.css",
    "css/respondent.css",
    "css/kiosk.css",
    "img/favicon.svg",
)
TEMPLATES = ("respond/kiosk_offline.html", "respond/kiosk_worker.js", "respond/kiosk_idle_box.html")


@blueprint.get("/khong-mang")
@public
def offline() -> ResponseReturnValue:
    """The page of a tablet without network; the same for every tablet, so that it may be kept."""
    return render_template("respond/kiosk_offline.html", words=in_every_language(tablet_words), languages=LANGUAGES)


@blueprint.get("/sw.js")
@public
def worker() -> ResponseReturnValue:
    """The worker that shows that page when the server cannot be reached."""
    script = render_template(
        "respond/kiosk_worker.js",
        kiosk_version=_version(),
        shell=url_for("kiosk.offline"),
        start=url_for("kiosk.start"),
        assets=[url_for("static", filename=path) for path in _paths()],
    )
    headers = {"Service-Worker-Allowed": SCOPE, "Cache-Control": "no-cache"}
    return Response(script, mimetype="text/javascript", headers=headers)


@blueprint.get("/goi")
@public
def bundle() -> ResponseReturnValue:
    """The survey of this tablet, to go on alone; nothing where it serves none now."""
    device = device_here(db.session)
    if device is None or not is_serving(device) or not current_app.config["CONTACT_KEY"]:
        return jsonify({"serving": False, "today": today().isoformat()})
    content = _pack(device)
    mark = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:32]
    if mark in request.if_none_match:
        return Response(status=304)
    reply = make_response(jsonify(content))
    reply.set_etag(mark)
    return reply


def _pack(device: Device) -> dict[str, Any]:
    survey = device.survey
    instrument = instrument_of(db.session, survey.questionnaire_id)
    names = {}
    for code in LANGUAGES:
        with force_locale(code):
            names[code] = names_at(device.unit)
    return {
        "serving": True,
        "survey": survey.slug,
        "title": {"vi": survey.title_vi, "en": survey.title_en},
        "simulated": survey.simulated,
        "unit": device.unit.code,
        "place": device.unit.name,
        "names": names,
        "device": device.name,
        "languages": list(device.languages),
        "look": device.look,
        "idle": device.idle_seconds,
        "countdown": device.countdown_seconds,
        "hourly_limit": device.hourly_limit,
        "instrument": instrument_as_data(instrument, survey.questionnaire.content_hash),
        "key": asdict(public_key()),
    }


def _paths() -> tuple[str, ...]:
    static = Path(str(current_app.static_folder))
    scripts = [path for folder in FOLDERS for path in sorted((static / folder).glob("*.js"))]
    fonts = sorted(static.glob("fonts/be-vietnam*.woff2")) + sorted(static.glob("fonts/hai-long*.woff2"))
    return (*FILES, *(str(path.relative_to(static)) for path in (*scripts, *fonts)))


def _version() -> str:
    """Changes with any file that the tablet keeps."""
    templates = Path(current_app.root_path) / str(current_app.template_folder)
    return _digest(Path(str(current_app.static_folder)), templates, _paths())


@cache
def _digest(static: Path, templates: Path, paths: tuple[str, ...]) -> str:
    digest = hashlib.sha256(VERSION.encode())
    for path in (*(static / name for name in paths), *(templates / name for name in TEMPLATES)):
        digest.update(path.read_bytes())
    return f"{VERSION}-{digest.hexdigest()[:8]}"
