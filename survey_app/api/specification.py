"""The OpenAPI document, in the language asked for; the page that shows it; a page for every kind of problem."""

from __future__ import annotations

import copy
from typing import Any, cast

from apiflask import APIFlask
from flask import Blueprint, Response, jsonify, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from survey_app.accounts.guards import public
from survey_app.api.blueprint import blueprint as api
from survey_app.api.idempotency import HEADER, LONGEST
from survey_app.api.problems import KINDS, MEDIA_TYPE, PREFIX
from survey_app.api.schemas import Problem
from survey_app.errors import NotFound
from survey_app.i18n import language

blueprint = Blueprint("api_docs", __name__)
OPENAPI_VERSION = "3.1.0"
API_VERSION = "1.0.0"
SCHEME = "ApiKey"


def _l(text: str) -> str:
    """Mark words for translation; the document is translated when it is asked for."""
    return text


TITLE = _l("API của Hài Lòng")
ABOUT = _l(
    "Cho các hệ thống khác của tỉnh: gửi hồ sơ đã giải quyết vào dàn mẫu, lấy mã mời, gửi phiếu trả lời, đọc tiến độ "
    "và kết quả đã công bố. Mỗi hệ thống một khóa; lỗi theo RFC 9457, tiếng Việt hoặc tiếng Anh tùy Accept-Language."
)
#: What each operation is called and what to know of it.
OPERATIONS = {
    "listSurveys": (
        _l("Các đợt khảo sát"),
        _l("Những đợt nằm trong phạm vi của khóa, mới nhất trước. Quyền progress.read."),
    ),
    "readProgress": (
        _l("Tiến độ của một đợt"),
        _l("Số phiếu đã nhận so với kế hoạch, theo đơn vị và theo kênh. Quyền progress.read."),
    ),
    "pushCases": (
        _l("Gửi hồ sơ đã giải quyết"),
        _l("Trước khi bốc mẫu. Nhiều nhất 1.000 hồ sơ một lô, nhận cả lô hoặc không nhận gì. Quyền cases.push."),
    ),
    "issueInvitations": (
        _l("Lấy mã mời dùng một lần"),
        _l("Mã chỉ hiện trong câu trả lời này; hệ thống chỉ giữ mã băm. Quyền invitations.issue."),
    ),
    "pushResponses": (
        _l("Gửi phiếu trả lời"),
        _l("Nhiều nhất 100 phiếu một lần; mỗi phiếu một kết quả riêng. Quyền responses.push."),
    ),
    "listResults": (_l("Các kết quả đã công bố"), _l("Mới nhất trước. Quyền results.read.")),
    "readResult": (
        _l("Một kết quả đã công bố"),
        _l("Bản chốt đã được duyệt, như trang công khai. Quyền results.read."),
    ),
}
_REFUSAL = _l("Mọi lỗi, theo RFC 9457: 400, 401, 403, 404, 409, 413, 422, 429, 500. Bảng các loại lỗi ở cuối trang.")
_NAMING = _l("Tên riêng của yêu cầu, ví dụ một UUID. Gửi lại cùng tên trong 24 giờ thì nhận lại đúng câu trả lời cũ.")
_documents: dict[str, dict[str, Any]] = {}


def document() -> dict[str, Any]:
    """The OpenAPI document in the present language; made once a language and process."""
    code = language()
    if code not in _documents:
        _documents[code] = _translated(_completed(_described()))
    return _documents[code]


def _described() -> dict[str, Any]:
    """The document of the routes, written by an application that has no others (decision 0031)."""
    describing = APIFlask("survey_app.api", title=TITLE, version=API_VERSION, spec_path=None, docs_path=None)
    describing.config.update(
        OPENAPI_VERSION=OPENAPI_VERSION,
        AUTO_404_RESPONSE=False,
        AUTO_VALIDATION_ERROR_RESPONSE=False,
        AUTO_AUTH_ERROR_RESPONSE=False,
        AUTO_SERVERS=False,
        SECURITY_SCHEMES={SCHEME: {"type": "http", "scheme": "bearer", "bearerFormat": "hl_…"}},
        DESCRIPTION=ABOUT,
    )
    describing.register_blueprint(api)
    with describing.app_context():
        return copy.deepcopy(cast(dict[str, Any], describing.spec))


def _completed(spec: dict[str, Any]) -> dict[str, Any]:
    schemas = spec.setdefault("components", {}).setdefault("schemas", {})
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= problem.pop("$defs", {}) | {"Problem": problem}
    for schema in schemas.values():
        schema.pop("description", None)  # the docstring, for developers
        for field in schema.get("properties", {}).values():
            field.pop("title", None)
    for path in spec["paths"].values():
        for operation in (value for key, value in path.items() if key in ("get", "post")):
            summary, about = OPERATIONS[operation["operationId"]]
            operation |= {"summary": summary, "description": about, "security": [{SCHEME: []}]}
            body = "requestBody" in operation
            operation["tags"] = [_("Gửi vào") if body else _("Đọc")]
            operation["responses"]["default"] = {
                "description": _REFUSAL,
                "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
            }
            if body:
                operation["requestBody"]["required"] = True
                operation["parameters"].append(
                    {
                        "in": "header",
                        "name": HEADER,
                        "required": False,
                        "description": _NAMING,
                        "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST, "pattern": "^[!-~]+$"},
                    }
                )
        for parameter in (one for value in path.values() for one in _parameters(value) if one["in"] == "path"):
            parameter["schema"] = {"type": "string", "pattern": "^[a-z0-9-]{1,80}$"}
    spec["tags"] = [{"name": _("Gửi vào")}, {"name": _("Đọc")}]
    return spec


def _parameters(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, list):
        return value
    return value.get("parameters", []) if isinstance(value, dict) else []


def _translated(part: Any) -> Any:
    """The words of the document in the present language, wherever they stand."""
    if isinstance(part, dict):
        return {
            key: _(value)
            if key in ("description", "summary", "title") and isinstance(value, str)
            else _translated(value)
            for key, value in part.items()
        }
    return [_translated(one) for one in part] if isinstance(part, list) else part


@blueprint.get(f"{PREFIX}/openapi.json")
@public
def openapi() -> Response:
    """The OpenAPI document."""
    response = jsonify(document())
    response.vary.add("Accept-Language")
    response.headers["Cache-Control"] = "no-cache"
    return response


@blueprint.get("/api/docs")
@public
def docs() -> ResponseReturnValue:
    """The document as a page to read and to try."""
    return render_template("api/docs.html", kinds=KINDS)


@blueprint.get("/api/problems/<kind>")
@public
def problem_page(kind: str) -> ResponseReturnValue:
    """What a kind of problem means and what to do."""
    if kind not in KINDS:
        raise NotFound(_("Không có loại lỗi này. Xin xem danh sách ở trang tài liệu API."))
    status, title, advice = KINDS[kind]
    return render_template("api/problem.html", kind=kind, status=status, problem_title=title, advice=advice)
