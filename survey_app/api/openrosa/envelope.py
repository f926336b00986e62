"""What OpenRosa clients are answered: XML with a version header (docs.getodk.org, „OpenRosa HTTP API”)."""

from __future__ import annotations

from email.utils import format_datetime
from xml.etree import ElementTree as ET

from flask import Response, request

from survey_app.database import now

MEDIA_TYPE = "text/xml; charset=utf-8"
#: The largest submission taken.
MAXIMUM_BYTES = 2_000_000
_RESPONSE = "http://openrosa.org/http/response"


def xml_answer(root: ET.Element, status: int = 200) -> Response:
    """An XML document as an answer."""
    text = ET.tostring(root, encoding="unicode", xml_declaration=False)
    return with_headers(Response(f"<?xml version='1.0' encoding='UTF-8'?>\n{text}", status, content_type=MEDIA_TYPE))


def message(text: str, status: int) -> Response:
    """A sentence for the person who holds the phone; Collect shows it."""
    root = ET.Element("OpenRosaResponse", xmlns=_RESPONSE)
    nature = "submit_success" if status < 400 else "submit_error"
    ET.SubElement(root, "message", nature=nature).text = text
    return xml_answer(root, status)


def with_headers(response: Response) -> Response:
    """Add what every OpenRosa answer carries."""
    response.headers["X-OpenRosa-Version"] = "1.0"
    response.headers["X-OpenRosa-Accept-Content-Length"] = str(MAXIMUM_BYTES)
    response.headers["Date"] = format_datetime(now(), usegmt=True)
    return response


def address(path: str) -> str:
    """The whole address of something of ours, as the phone must ask for it."""
    return request.host_url.rstrip("/") + path
