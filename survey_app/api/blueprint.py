"""The blueprint of the API: its address, how large a request may be, what every answer carries."""

from __future__ import annotations

from apiflask import APIBlueprint
from flask import Response as JsonResponse
from flask import request
from pydantic import BaseModel
from werkzeug.wrappers import Response

from survey_app.api.problems import PREFIX, problem_of_error
from survey_app.errors import UserError
from survey_app.i18n import language

MAXIMUM_BODY_BYTES = 4_000_000

blueprint = APIBlueprint("api", __name__, url_prefix=PREFIX, tag="v1")
blueprint.register_error_handler(UserError, problem_of_error)


def shown(model: BaseModel) -> JsonResponse:
    """An answer as JSON, in the order of the document and in letters that people can read."""
    return JsonResponse(model.model_dump_json(), content_type="application/json")


@blueprint.before_request
def _allow_batches() -> None:
    request.max_content_length = MAXIMUM_BODY_BYTES


@blueprint.after_request
def _finish(response: Response) -> Response:
    response.headers["Content-Language"] = language()
    response.vary.update(("Accept-Language", "Authorization"))
    if request.method == "GET" and response.status_code == 200:
        response.add_etag()
        response.headers["Cache-Control"] = "private, no-cache"
        return response.make_conditional(request)
    return response
