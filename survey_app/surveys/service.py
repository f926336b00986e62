"""The verbs of surveys: create one, take it from state to state."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey_app.audit.models import Actor
from survey_app.audit.service import record
from survey_app.errors import Conflict, NotFound, UserError
from survey_app.geography.models import Unit
from survey_app.instruments.queries import find_questionnaire
from survey_app.reasons import read_reason
from survey_app.surveys.definition import SurveyDefinition, Territory
from survey_app.surveys.design import SampleSettings, SurveyDesign, design_of
from survey_app.surveys.models import STATES, Survey


class KeyRefused(UserError):
    """A key of the definition does not fit this territory.

    Parameters
    ----------
    key : str
        Its path, such as ``sample.first_stage``.
    """

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key


STATE_WORDS = {
    "draft": _l("bản nháp"),
    "sampled": _l("đã bốc mẫu"),
    "collecting": _l("đang nhận phiếu"),
    "closed": _l("đã đóng"),
    "published": _l("đã công bố"),
}
#: Columns that repeat what the design says.
IN_DESIGN = (
    "design", "sample_share", "sample_rule", "stratify_by", "min_per_stratum", "sample_method", "cases_per_commune",
)  # fmt: skip
#: The steps a person may take by hand. Drawing leads to `sampled`, approving a publication to `published`.
STEPS = {"sampled": ("collecting",), "collecting": ("closed",), "closed": ("collecting",)}

Follower = Callable[[Session, Survey], object]
_followers: dict[str, list[Follower]] = {}


def on_state(state: str) -> Callable[[Follower], Follower]:
    """Register what a later room does when a survey comes to a state, in the same transaction."""

    def register(function: Follower) -> Follower:
        _followers.setdefault(state, []).append(function)
        return function

    return register


def create_survey(session: Session, definition: SurveyDefinition, *, actor: Actor) -> Survey:
    """Store a survey as a draft.

    Raises
    ------
    NotFound
        The questionnaire or the territory does not exist.
    Conflict
        The slug is taken.
    UserError
        The territory is a commune, or has no districts to stratify by or to draw.
    """
    questionnaire = find_questionnaire(session, definition.questionnaire)
    territory = _find_territory(session, definition.territory)
    survey = Survey(
        slug=definition.slug,
        questionnaire=questionnaire,
        territory=territory,
        **_settings(session, territory, definition),
    )
    session.add(survey)
    try:
        session.flush()
    except IntegrityError as error:
        session.rollback()
        raise Conflict(
            _("Đã có đợt khảo sát mang tên ngắn „%(slug)s”. Xin chọn tên khác.", slug=definition.slug)
        ) from error
    record(
        session,
        actor,
        "survey.create",
        f"survey:{survey.slug}",
        questionnaire=questionnaire.content_hash,
        territory=territory.code,
        share=survey.sample_share,
        rule=survey.sample_rule,
    )
    return survey


def change_design(session: Session, survey: Survey, definition: SurveyDefinition, *, actor: Actor) -> list[str]:
    """Change what a draft says of its sample, its work, its period, its target and its name.

    Returns
    -------
    list of str
        What changed, as the trail names it; empty where nothing did, and then nothing is written.

    Raises
    ------
    Conflict
        The survey has been drawn: those who check the draw rely on its design.
    UserError
        The definition is of another survey, questionnaire or territory; these stay what they are.
    """
    session.refresh(survey, with_for_update={"of": Survey})
    if survey.state != "draft":
        raise Conflict(
            _("Đợt khảo sát đã bốc mẫu nên thiết kế không sửa được nữa. Muốn khác, xin lập một đợt khảo sát mới.")
        )
    questionnaire = survey.questionnaire
    if (
        definition.slug != survey.slug
        or definition.questionnaire not in (questionnaire.key, f"{questionnaire.key}@{questionnaire.version}")
        or _find_territory(session, definition.territory).id != survey.territory_id
    ):
        raise UserError(
            _(
                "Tên ngắn, bộ phiếu và địa bàn của một đợt không đổi được: đợt này là %(slug)s, %(questionnaire)s, "
                "%(territory)s. Muốn khác, xin lập một đợt khảo sát mới.",
                slug=survey.slug,
                questionnaire=f"{questionnaire.key}@{questionnaire.version}",
                territory=survey.territory.code,
            )
        )
    settings = _settings(session, survey.territory, definition)
    before = _flat(design_of(survey).model_dump(mode="json"))
    after = _flat(settings["design"])
    changes = {key: [before.get(key), after.get(key)] for key in before | after if before.get(key) != after.get(key)}
    for name, value in settings.items():
        if name not in IN_DESIGN and getattr(survey, name) != value:
            changes[name] = [_plain(getattr(survey, name)), _plain(value)]
        setattr(survey, name, value)
    if changes:
        session.flush()
        record(session, actor, "survey.change", f"survey:{survey.slug}", **changes)
    return sorted(changes)


def _flat(design: dict[str, Any], path: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in design.items():
        found |= _flat(value, f"{path}{key}.") if isinstance(value, dict) else {path + key: value}
    return found


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _settings(session: Session, territory: Unit, definition: SurveyDefinition) -> dict[str, Any]:
    """The columns of a survey that a draft may change."""
    sample = definition.sample
    with_districts = _has_districts(session, territory)
    stratify_by = sample.stratify_by or _usual_stratifier(sample, with_districts=with_districts)
    if not with_districts:
        for key, value in (("sample.stratify_by", stratify_by), ("sample.first_stage", sample.first_stage)):
            if value == "district":
                raise KeyRefused(
                    key,
                    _(
                        "%(name)s không có cấp huyện. Xin bốc xã, phân tầng theo loại xã (commune_type) hoặc "
                        "không phân tầng (none).",
                        name=territory.name,
                    ),
                )
    return {
        "title_vi": definition.title.vi,
        "title_en": definition.title.en,
        "starts_on": definition.period.starts_on,
        "ends_on": definition.period.ends_on,
        "sample_share": sample.share,
        "sample_rule": sample.rule,
        "stratify_by": stratify_by,
        "min_per_stratum": sample.min_per_stratum,
        "sample_method": sample.method,
        "cases_per_commune": sample.cases_per_commune,
        "design": SurveyDesign(
            sample=sample.model_copy(update={"stratify_by": stratify_by}), work=definition.work
        ).model_dump(mode="json"),
        "target_rate": definition.target.rate,
        "target_operator": definition.target.operator,
        "target_basis": definition.target.basis,
        "confidence_level": definition.confidence_level,
        "simulated": definition.simulated,
    }


def _usual_stratifier(sample: SampleSettings, *, with_districts: bool) -> str:
    if sample.first_stage == "district" or sample.frame == "none":
        return "none"
    return "district" if with_districts else "commune_type"


def _find_territory(session: Session, wanted: Territory) -> Unit:
    query = select(Unit).where(Unit.code == wanted.code).order_by(Unit.valid_from.desc())
    if wanted.code_system:
        query = query.where(Unit.code_system == wanted.code_system)
    units = session.scalars(query).all()
    above = [unit for unit in units if unit.level in ("province", "district")]
    if not above:
        raise NotFound(
            _(
                "Không có tỉnh hoặc huyện mang mã %(code)s. Xin nhập danh mục đơn vị hành chính trước.",
                code=wanted.code,
            )
        )
    if len({unit.code_system for unit in above}) > 1:
        raise UserError(
            _(
                "Mã %(code)s có trong nhiều bộ mã: %(systems)s. Xin ghi thêm code_system.",
                code=wanted.code,
                systems=", ".join(unit.code_system for unit in above),
            )
        )
    return above[0]


def _has_districts(session: Session, territory: Unit) -> bool:
    if territory.level == "district":
        return True
    return (
        session.scalar(select(Unit.id).where(Unit.parent_id == territory.id, Unit.level == "district").limit(1))
        is not None
    )


def set_state(session: Session, survey: Survey, state: str, *, actor: Actor, reason: str = "") -> None:
    """Open a drawn survey, close an open one, or open a closed one again (with a reason).

    Raises
    ------
    UserError
        No such state, or no reason where one is needed.
    Conflict
        The step is not allowed from the present state.
    """
    if state not in STATES:
        raise UserError(
            _(
                "Không có trạng thái „%(state)s”. Xin dùng một trong: %(states)s.",
                state=state[:40],
                states=", ".join(STATES),
            )
        )
    session.refresh(survey, with_for_update={"of": Survey})
    if state == "sampled":
        raise Conflict(_("Trạng thái „đã bốc mẫu” chỉ có được bằng việc bốc mẫu."))
    if state == "published":
        raise Conflict(_("Trạng thái „đã công bố” chỉ có được khi lãnh đạo duyệt bản công bố."))
    if state not in STEPS.get(survey.state, ()):
        raise Conflict(
            _(
                "Đợt khảo sát đang ở trạng thái „%(now)s”, không chuyển sang „%(then)s” được.",
                now=STATE_WORDS[survey.state],
                then=STATE_WORDS[state],
            )
        )
    if survey.state == "closed" and not reason.strip():
        raise UserError(_("Mở lại đợt đã đóng cần ghi lý do."))
    if reason.strip():
        reason = read_reason(reason)
    record(
        session,
        actor,
        "survey.state",
        f"survey:{survey.slug}",
        before=survey.state,
        after=state,
        reason=reason.strip(),
    )
    survey.state = state
    session.flush()
    for follow in _followers.get(state, ()):
        follow(session, survey)
