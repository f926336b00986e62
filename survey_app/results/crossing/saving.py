"""The verbs of saved cross tables: keep one under a name, list one's own, delete one."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey_app.audit.models import Actor
from survey_app.audit.service import record
from survey_app.characters import is_clean
from survey_app.errors import Conflict, NotFound, UserError
from survey_app.results.crossing.models import SavedView
from survey_app.surveys.models import Survey

MOST_VIEWS = 100
LONGEST_NAME, LONGEST_QUERY = 80, 2_000


def saved_views(session: Session, survey: Survey, owner_id: int | None) -> Sequence[SavedView]:
    """The tables that a person keeps of a survey, by name; the operator keeps none."""
    if owner_id is None:
        return []
    query = select(SavedView).where(SavedView.survey_id == survey.id, SavedView.owner_id == owner_id)
    return session.scalars(query.order_by(SavedView.name)).all()


def save_view(session: Session, survey: Survey, *, name: str, query: str, actor: Actor) -> SavedView:
    """Keep a cross table under a name.

    Parameters
    ----------
    query : str
        As `survey_app.results.crossing.choice.Choice.query` writes it.

    Raises
    ------
    UserError
        No name, one too long or with characters we refuse, or nobody to keep it for.
    Conflict
        This person has a table of this name already, or too many.
    """
    if actor.user_id is None:
        raise UserError(_("Bảng được lưu cho một người. Xin nêu địa chỉ của người ấy (--by)."))
    wanted = " ".join(name.split())
    if not wanted:
        raise UserError(_("Xin đặt tên cho bảng, ví dụ „Theo tuổi và giới tính”."))
    if len(wanted) > LONGEST_NAME:
        raise UserError(_("Tên bảng dài nhất %(limit)s ký tự. Xin viết ngắn lại.", limit=LONGEST_NAME))
    if not is_clean(wanted):
        raise UserError(_("Tên bảng có ký tự không dùng được. Xin gõ lại tên."))
    if len(query) > LONGEST_QUERY:
        raise UserError(_("Bảng này có quá nhiều điều kiện nên không lưu được. Xin bỏ bớt điều kiện lọc."))
    own = select(func.count()).where(SavedView.survey_id == survey.id, SavedView.owner_id == actor.user_id)
    if (session.scalar(own) or 0) >= MOST_VIEWS:
        raise Conflict(_("Đã lưu đủ %(limit)s bảng của đợt này. Xin xóa bớt bảng không dùng nữa.", limit=MOST_VIEWS))
    view = SavedView(survey_id=survey.id, owner_id=actor.user_id, name=wanted, query=query)
    try:
        with session.begin_nested():
            session.add(view)
    except IntegrityError as error:
        raise Conflict(_("Đã có bảng tên „%(name)s”. Xin đặt tên khác, hoặc xóa bảng cũ.", name=wanted)) from error
    record(session, actor, "view.save", f"survey:{survey.slug}", view=view.id, query=query)
    return view


def delete_view(session: Session, survey: Survey, number: int, *, actor: Actor) -> None:
    """Forget a saved table; figures and other tables stay.

    Raises
    ------
    NotFound
        This person keeps no such table of the survey.
    """
    view = find_view(session, survey, number, actor=actor)
    record(session, actor, "view.delete", f"survey:{survey.slug}", view=view.id)
    session.delete(view)
    session.flush()


def find_view(session: Session, survey: Survey, number: int, *, actor: Actor) -> SavedView:
    """One of a person's own tables.

    Raises
    ------
    NotFound
        This person keeps no such table of the survey.
    """
    own = {view.id: view for view in saved_views(session, survey, actor.user_id)}
    if number not in own:
        raise NotFound(_("Ông/Bà không có bảng đã lưu nào mang số %(number)s ở đợt này.", number=number))
    return own[number]
