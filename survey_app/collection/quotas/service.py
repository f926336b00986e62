"""The verbs of quotas: add, change, remove; count anew when responses are set aside or come back."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from survey_app.audit.models import Actor
from survey_app.audit.service import record
from survey_app.collection.models import CHANNELS, Quota
from survey_app.collection.quotas.counting import count_received
from survey_app.collection.quotas.words import answer_words, part_words
from survey_app.database import by_number
from survey_app.errors import Conflict, NotFound, UserError
from survey_app.geography.models import Unit
from survey_app.geography.queries import find_unit
from survey_app.instruments.queries import instrument_of
from survey_app.surveys.models import Survey

RULES = ("refuse", "flag")
MAXIMUM_GOAL = 10_000_000
MAXIMUM_QUOTAS = 500


def all_quotas(session: Session, survey: Survey) -> Sequence[Quota]:
    """The quotas of a survey, the first made first."""
    return session.scalars(
        select(Quota).where(Quota.survey_id == survey.id).options(joinedload(Quota.unit)).order_by(Quota.id)
    ).all()


def add_quota(
    session: Session,
    survey: Survey,
    *,
    goal: int,
    rule: str,
    actor: Actor,
    place: str = "",
    channel: str = "",
    item: str = "",
    value: str = "",
) -> Quota:
    """Count a part of the responses against a goal; what has come already is counted at once.

    Parameters
    ----------
    rule : {"refuse", "flag"}
        Beyond the goal: refuse, or take in with a flag. Responses that came before the quota get no flag.
    place, channel, item, value : str
        Code of a unit, channel, key of a scale or single-choice item with one of its answers; at least one part.

    Raises
    ------
    UserError
        A part that the survey does not have, a goal that is no number, or for ``refuse`` below what has come.
    Conflict
        The same part has a quota, or the survey is closed.
    """
    quota = Quota(
        survey_id=survey.id,
        unit=_find_place(session, survey, place.strip()),
        channel=_read_channel(channel.strip()),
        goal=_read_goal(goal),
        rule=_read_rule(rule),
        made_by=actor.label,
    )
    quota.item, quota.value = _read_answer(session, survey, item.strip(), value.strip())
    if quota.unit is None and quota.channel is None and quota.item is None:
        raise UserError(_("Xin chọn ít nhất một: nơi, kênh, hoặc câu trả lời. Cả đợt thì ghi mã của địa bàn."))
    quota.unit_id = quota.unit.id if quota.unit is not None else None
    _hold(session, survey)
    if len(all_quotas(session, survey)) >= MAXIMUM_QUOTAS:
        raise Conflict(_("Một đợt có nhiều nhất %(limit)s hạn mức.", limit=MAXIMUM_QUOTAS))
    quota.received = count_received(session, quota)
    _check_goal(quota)
    try:
        with session.begin_nested():
            session.add(quota)
    except IntegrityError as error:
        raise Conflict(_("Phần này đã có hạn mức. Xin sửa hạn mức ấy.")) from error
    _tell(session, survey, quota, "quota.add", actor)
    return quota


def change_quota(session: Session, survey: Survey, number: int, *, goal: int, rule: str, actor: Actor) -> Quota:
    """Give a quota another goal or rule.

    Raises
    ------
    NotFound, UserError, Conflict
        No such quota; a goal below what has come for ``refuse``; the survey is closed.
    """
    goal, rule = _read_goal(goal), _read_rule(rule)
    _hold(session, survey)
    quota = _find(session, survey, number)
    before = {"goal": quota.goal, "rule": quota.rule}
    quota.received = count_received(session, quota)
    quota.goal, quota.rule = goal, rule
    with session.no_autoflush:
        _check_goal(quota)
    session.flush()
    _tell(session, survey, quota, "quota.change", actor, before=before)
    return quota


def remove_quota(session: Session, survey: Survey, number: int, *, actor: Actor) -> None:
    """Stop counting a part; its responses stay."""
    _hold(session, survey)
    quota = _find(session, survey, number)
    _tell(session, survey, quota, "quota.remove", actor)
    session.delete(quota)
    session.flush()


def recount_quotas(session: Session, survey: Survey) -> None:
    """Count every quota from the responses, after some were left out or came back; the caller holds the survey.

    Raises
    ------
    Conflict
        A quota that refuses would be passed.
    """
    instrument = instrument_of(session, survey.questionnaire_id)
    session.flush()
    for quota in all_quotas(session, survey):
        received = count_received(session, quota)
        if quota.rule == "refuse" and received > quota.goal:
            raise Conflict(
                _(
                    "Hạn mức „%(part)s” sẽ bị vượt: %(received)s trên %(goal)s phiếu. "
                    "Xin tăng hạn mức, hoặc cho nhận kèm gắn cờ, rồi làm lại.",
                    part=part_words(quota, instrument),
                    received=received,
                    goal=quota.goal,
                )
            )
        quota.received = received
    session.flush()


def _hold(session: Session, survey: Survey) -> None:
    """Hold the survey: no response comes in until this is done."""
    session.refresh(survey, with_for_update={"of": Survey})
    if survey.state in ("closed", "published"):
        raise Conflict(_("Đợt khảo sát đã đóng nên không đặt hạn mức được nữa."))


def _find(session: Session, survey: Survey, number: int) -> Quota:
    quota = by_number(session, Quota, number)
    if quota is None or quota.survey_id != survey.id:
        raise NotFound(_("Đợt này không có hạn mức số %(number)s.", number=number))
    return quota


def _find_place(session: Session, survey: Survey, code: str) -> Unit | None:
    if not code:
        return None
    unit = find_unit(session, code, code_system=survey.territory.code_system)
    if not unit.lies_in(survey.territory):
        raise UserError(_("%(name)s không thuộc địa bàn của đợt này.", name=unit.name))
    return unit


def _read_channel(channel: str) -> str | None:
    if channel and channel not in CHANNELS:
        raise UserError(
            _(
                "Kênh „%(channel)s” không dùng được. Xin dùng một trong: %(channels)s.",
                channel=channel[:30],
                channels=", ".join(CHANNELS),
            )
        )
    return channel or None


def _read_answer(session: Session, survey: Survey, item: str, value: str) -> tuple[str | None, str | None]:
    if not item and not value:
        return None, None
    if not item or not value:
        raise UserError(_("Hạn mức theo câu trả lời cần cả câu hỏi và câu trả lời."))
    instrument = instrument_of(session, survey.questionnaire_id)
    answers = answer_words(instrument, item)
    if not answers:
        raise UserError(
            _("Bộ phiếu không có câu chọn một đáp án nào mang khóa „%(item)s”. Xin xem lại khóa.", item=item[:60])
        )
    if value not in answers:
        raise UserError(
            _(
                "Câu „%(item)s” không có đáp án „%(value)s”. Xin dùng một trong: %(answers)s.",
                item=item,
                value=value[:60],
                answers=", ".join(answers),
            )
        )
    return item, value


def _read_goal(goal: int) -> int:
    if not 1 <= goal <= MAXIMUM_GOAL:
        raise UserError(_("Hạn mức phải là một số nguyên từ 1 trở lên, ví dụ 200."))
    return goal


def _read_rule(rule: str) -> str:
    if rule not in RULES:
        raise UserError(_("Khi đủ hạn mức: xin dùng refuse (thôi nhận) hoặc flag (nhận và gắn cờ)."))
    return rule


def _check_goal(quota: Quota) -> None:
    if quota.rule == "refuse" and quota.received > quota.goal:
        raise UserError(
            _(
                "Đã nhận %(received)s phiếu của phần này, nhiều hơn hạn mức %(goal)s. "
                "Xin đặt hạn mức từ %(received)s trở lên, hoặc cho nhận kèm gắn cờ.",
                received=quota.received,
                goal=quota.goal,
            )
        )


def _tell(session: Session, survey: Survey, quota: Quota, verb: str, actor: Actor, **detail: object) -> None:
    record(
        session,
        actor,
        verb,
        f"survey:{survey.slug}",
        quota=quota.id,
        place=quota.unit.code if quota.unit else None,
        channel=quota.channel,
        item=quota.item,
        value=quota.value,
        goal=quota.goal,
        rule=quota.rule,
        received=quota.received,
        **detail,
    )
