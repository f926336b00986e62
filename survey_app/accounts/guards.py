"""Who may enter: a route says it is public or names the permission it needs; one that says neither stays shut."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from flask import Flask, abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import current_user

from survey_app.accounts.models import Grant, User
from survey_app.accounts.roles import PLACE_BOUND
from survey_app.audit.models import Actor
from survey_app.errors import Forbidden
from survey_app.geography.models import Unit

#: Endpoints of libraries that need no account; ours carry @public.
PUBLIC_ENDPOINTS = frozenset({"static", "security.login", "security.logout"})


def public(view: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a view as open to everyone."""
    view.guard = "public"  # type: ignore[attr-defined]  # read by test_house
    return view


def requires(*permissions: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Let in whoever holds one of the permissions, anywhere; the verb checks sector and place."""

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> ResponseReturnValue:
            if not current_user.is_authenticated:
                if request.method == "GET":
                    return redirect(url_for("security.login", next=request.full_path.rstrip("?")))
                raise Forbidden(_("Ông/Bà chưa đăng nhập hoặc phiên đã hết hạn. Xin đăng nhập rồi làm lại."))
            if not any(holds(current_user, permission) for permission in permissions):
                raise Forbidden(_("Tài khoản này không được mở trang vừa chọn. Nếu cần, xin liên hệ quản trị."))
            result: ResponseReturnValue = view(*args, **kwargs)
            return result

        guarded.guard = permissions  # type: ignore[attr-defined]  # read by test_house
        return guarded

    return decorate


def signed_in(view: Callable[..., Any]) -> Callable[..., Any]:
    """Let in whoever is signed in, in any role."""

    @functools.wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> ResponseReturnValue:
        if not current_user.is_authenticated:
            return redirect(url_for("security.login", next=request.full_path.rstrip("?")))
        result: ResponseReturnValue = view(*args, **kwargs)
        return result

    guarded.guard = "signed_in"  # type: ignore[attr-defined]  # read by test_house
    return guarded


def init_guards(app: Flask) -> None:
    """Shut every route that has no guard."""
    app.before_request(_refuse_unguarded)


def is_guarded(app: Flask, endpoint: str) -> bool:
    """Whether the endpoint is public on purpose or asks for a permission."""
    return endpoint in PUBLIC_ENDPOINTS or hasattr(app.view_functions[endpoint], "guard")


def _refuse_unguarded() -> None:
    if request.endpoint is not None and not is_guarded(current_app, request.endpoint):
        abort(404)


def holds(user: Any, permission: str) -> bool:
    """Whether a person holds a permission in any scope."""
    return any(permission in grant.permissions for grant in getattr(user, "grants", ()))


def _reaches(grant: Grant, permission: str, sector: str, territory: Unit) -> bool:
    if permission not in grant.permissions or grant.sector not in (None, sector):
        return False
    if grant.unit is None or territory.lies_in(grant.unit):
        return True
    return permission in PLACE_BOUND and grant.unit.lies_in(territory)


def may(user: Any, permission: str, *, sector: str, territory: Unit) -> bool:
    """Whether a person holds a permission for something of a sector in a territory."""
    return any(_reaches(grant, permission, sector, territory) for grant in getattr(user, "grants", ()))


def places(user: User, permission: str, *, sector: str, territory: Unit) -> list[Unit]:
    """The places within which a person holds a permission; the whole territory where a grant has no place."""
    grants = [grant for grant in user.grants if _reaches(grant, permission, sector, territory)]
    return [grant.unit if grant.unit and grant.unit.lies_in(territory) else territory for grant in grants]


def acting() -> Actor:
    """The signed-in person, as the trail names them."""
    return Actor(current_user.id, current_user.email)
