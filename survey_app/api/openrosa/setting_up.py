"""The code that ODK Collect scans to set itself up: address, account and app password."""

from __future__ import annotations

import base64
import json
import zlib

import segno
from flask import request

from survey_app.api.models import ApiKey

SERVER_PATH = "/odk"


def collect_settings_code(key: ApiKey, text: str) -> str | None:
    """The code as an image address; None for a key that is no app password.

    ODK Collect reads JSON, compressed by zlib, in base 64 (docs.getodk.org, „Collect settings”).
    """
    if key.user is None:
        return None
    settings = {
        "general": {
            "protocol": "odk_default",
            "server_url": request.host_url.rstrip("/") + SERVER_PATH,
            "username": key.user.email,
            "password": text,
            "form_update_mode": "match_exactly",
            "autosend": "wifi_and_cellular",
            "delete_send": True,
            "app_language": "vi",
        },
        "admin": {},
        "project": {"name": "Hài Lòng", "icon": "H", "color": "#0B5C6B"},
    }
    packed = base64.b64encode(zlib.compress(json.dumps(settings, ensure_ascii=False).encode())).decode()
    return str(segno.make(packed, error="m", micro=False).svg_data_uri(scale=4, border=4))
