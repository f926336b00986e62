"""Who calls, and what exists for them: a key in the header, counted in the minute, within its sector and place."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import g, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from survey_app.api.keys import count_request, key_of_text
from survey_app.api.models import ApiKey
from survey_app.audit.models import Actor
from survey_app.database import db, now
from survey_app.errors import Forbidden, NotFound, UserError
from survey_app.geography.models import Unit
from survey_app.surveys.models import Survey
from survey_app.surveys.queries import find_survey

SCHEME = "Bearer"


class KeyMissing(UserError):
    """No key, or one that opens nothing now."""

    status = 401


class TooManyRequests(UserError):
    """The minute of this key is full."""

    status = 429

    @property
    def seconds(self) -> int:
        """How long to wait for the next minute."""
        return 60 - int(now().timestamp()) % 60


@dataclass(frozen=True)
class Caller:
    """The key of the present request.

    Attributes
    ----------
    secret : str
        Its text as it came, to seal what only this caller may read again.
    """

    key: ApiKey
    secret: str

    @property
    def actor(self) -> Actor:
        """As the trail names it."""
        return Actor(None, f"API: {self.key.name}")

    def may(self, scope: str) -> bool:
        """Whether the key has a scope."""
        return scope in self.key.scopes

    def sees(self, survey: Survey) -> bool:
        """Whether the survey exists for this key."""
        key = self.key
        if key.sector not in (None, survey.questionnaire.sector):
            return False
        if key.limits and survey.id not in {limit.survey_id for limit in key.limits}:
            return False
        place = key.unit
        return place is None or survey.territory.lies_in(place) or place.lies_in(survey.territory)

    def holds(self, unit: Unit) -> bool:
        """Whether the unit lies in the place of the key."""
        return self.key.unit is None or unit.lies_in(self.key.unit)


def caller() -> Caller:
    """Who calls."""
    found: Caller = g.api_caller
    return found


def requires_scope(scope: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Let in a key that has the scope, and count the request."""

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> ResponseReturnValue:
            g.api_caller = _who_calls(db.session)
            if not g.api_caller.may(scope):
                raise Forbidden(_("Khóa này không có quyền %(scope)s. Xin liên hệ quản trị.", scope=scope))
            result: ResponseReturnValue = view(*args, **kwargs)
            return result

        guarded.guard = ("key", scope)  # type: ignore[attr-defined]  # read by test_house
        return guarded

    return decorate


def _who_calls(session: Session) -> Caller:
    scheme, _space, text = request.headers.get("Authorization", "").partition(" ")
    text = text.strip()
    key = key_of_text(session, text) if scheme.lower() == SCHEME.lower() else None
    if key is None:
        raise KeyMissing(
            _("Yêu cầu không có khóa, hoặc khóa sai, hết hạn hay đã thu hồi. Xin gửi Authorization: Bearer KHÓA.")
        )
    if not count_request(session, key):
        raise TooManyRequests(
            _(
                "Khóa này đã gửi hết %(limit)s yêu cầu của phút này. Xin chờ hết phút rồi gửi lại.",
                limit=key.per_minute,
            )
        )
    return Caller(key, text)


def open_for_key(session: Session, slug: str) -> Survey:
    """The survey of this slug, if it exists for the calling key.

    Raises
    ------
    NotFound
        There is none, or the key may not know of it.
    """
    survey = find_survey(session, slug)
    if not caller().sees(survey):
        raise NotFound(_("Không có đợt khảo sát „%(slug)s”. Xin kiểm tra lại đường dẫn.", slug=slug[:80]))
    return survey
