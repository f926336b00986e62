"""The themes of a survey: the shipped lists of terms, or its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from flask_babel import gettext as _
from ruamel.yaml import YAML
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from survey_app.audit.models import Actor
from survey_app.audit.service import record
from survey_app.characters import is_clean
from survey_app.errors import LinesRefused
from survey_app.results.opinions.matching import folded
from survey_app.results.opinions.models import OpinionTheme
from survey_app.settings import ROOT
from survey_app.surveys.models import Survey

SHIPPED = ROOT / "data" / "themes" / "themes.yaml"
LONGEST_TITLE, LONGEST_TERM = 100, 60
MAXIMUM_THEMES, MAXIMUM_TERMS = 40, 80


@dataclass(frozen=True)
class Theme:
    """A title and the terms that lead to it."""

    title: dict[str, str]
    terms: tuple[str, ...]


@cache
def shipped_themes() -> tuple[Theme, ...]:
    """The themes that come with the platform."""
    read = YAML(typ="safe", pure=True).load(SHIPPED.read_text("utf-8"))
    return tuple(Theme(dict(one["title"]), tuple(str(term) for term in one["terms"])) for one in read)


def themes_of(session: Session, survey: Survey) -> list[Theme]:
    """The themes of a survey, in its order."""
    query = select(OpinionTheme).where(OpinionTheme.survey_id == survey.id).order_by(OpinionTheme.position)
    own = [Theme({"vi": one.title_vi, "en": one.title_en}, tuple(one.terms)) for one in session.scalars(query)]
    return own or list(shipped_themes())


def has_own_themes(session: Session, survey: Survey) -> bool:
    """Whether an office has changed the themes."""
    return session.scalar(select(OpinionTheme.id).where(OpinionTheme.survey_id == survey.id).limit(1)) is not None


def read_themes(lines: Sequence[tuple[str, str, str]]) -> list[Theme]:
    """Themes as typed: title in both languages, terms with commas or lines between; empty ones fall away.

    Raises
    ------
    LinesRefused
        A title without terms, terms without a title, too long, too many, the same twice: each with its number.
    """
    themes: list[Theme] = []
    faults: list[tuple[int, str]] = []
    for number, (title_vi, title_en, text) in enumerate(lines, start=1):
        vi, en = " ".join(title_vi.split()), " ".join(title_en.split())
        terms = tuple(
            dict.fromkeys(term for part in text.replace("\n", ",").split(",") if (term := " ".join(part.split())))
        )
        if not vi and not terms:
            continue
        fault = _fault(vi, en, terms, themes)
        if fault:
            faults.append((number, fault))
        themes.append(Theme({"vi": vi, "en": en or vi}, terms))
    if len(themes) > MAXIMUM_THEMES:
        faults.append((0, _("Nhiều nhất %(limit)s chủ đề.", limit=MAXIMUM_THEMES)))
    if faults:
        raise LinesRefused(_("Chưa lưu các chủ đề: có chỗ chưa đúng."), faults)
    return themes


def _fault(vi: str, en: str, terms: tuple[str, ...], before: list[Theme]) -> str:
    if not vi:
        return _("Chủ đề chưa có tên.")
    if not terms:
        return _("Chủ đề „%(title)s” chưa có từ nào.", title=vi[:40])
    if max(len(vi), len(en)) > LONGEST_TITLE or any(len(term) > LONGEST_TERM for term in terms):
        return _(
            "Tên chủ đề dài nhất %(title)s ký tự, mỗi từ dài nhất %(term)s.", title=LONGEST_TITLE, term=LONGEST_TERM
        )
    if len(terms) > MAXIMUM_TERMS:
        return _("Mỗi chủ đề nhiều nhất %(limit)s từ.", limit=MAXIMUM_TERMS)
    if not all(is_clean(text) for text in (vi, en, *terms)):
        return _("Có ký tự ẩn. Xin gõ lại.")
    if any(not folded(term) for term in terms):
        return _("Mỗi từ phải có ít nhất một chữ cái hoặc chữ số.")
    if vi in {theme.title["vi"] for theme in before}:
        return _("Chủ đề „%(title)s” ghi hai lần.", title=vi[:40])
    return ""


def change_themes(session: Session, survey: Survey, themes: Sequence[Theme], *, actor: Actor) -> None:
    """Give a survey its own themes; none: the shipped ones again."""
    session.refresh(survey, with_for_update={"of": Survey})  # two lists at once: the second waits for the first
    session.execute(delete(OpinionTheme).where(OpinionTheme.survey_id == survey.id))
    session.add_all(
        OpinionTheme(
            survey_id=survey.id,
            position=number,
            title_vi=theme.title["vi"],
            title_en=theme.title["en"],
            terms=list(theme.terms),
        )
        for number, theme in enumerate(themes, start=1)
    )
    session.flush()
    record(
        session,
        actor,
        "opinion.themes",
        f"survey:{survey.slug}",
        themes={theme.title["vi"]: list(theme.terms) for theme in themes},
    )
