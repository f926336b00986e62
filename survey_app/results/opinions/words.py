"""Sentences about open answers."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import ngettext

from survey_app.i18n import decimal, language, number, percent
from survey_app.results.opinions.figures import OpenQuestion, ThemeFigure


def strongest(question: OpenQuestion) -> list[ThemeFigure]:
    """The themes that are spoken of, the most frequent first."""
    return sorted((one for one in question.themes if one.share), key=lambda one: -(one.share or 0.0))


def answer_words(questions: list[OpenQuestion], responses: int) -> str:
    """What the page says at its top: who wrote, and of what most."""
    if not responses:
        return _("Chưa có phiếu nào nên chưa có ý kiến.")
    if not questions:
        return _("Chưa ai viết ý kiến riêng.")
    most = max(questions, key=lambda one: one.n)
    if most.withheld or not strongest(most):
        return ngettext("%(num)s người viết ý kiến riêng.", "%(num)s người viết ý kiến riêng.", most.n)
    lead = strongest(most)[0]
    return _(
        "%(count)s người viết ý kiến riêng; nhiều nhất là về „%(theme)s”: %(share)s.",
        count=number(most.n),
        theme=lead.theme.title[language()],
        share=percent(lead.share),
    )


def question_words(question: OpenQuestion) -> str:
    """The finding of a question's table, and its base."""
    if question.withheld:
        return _("Dưới 10 người viết, nên không công bố tỷ lệ theo chủ đề.")
    named = ", ".join(f"{one.theme.title[language()]} ({share_words(one)})" for one in strongest(question)[:3])
    return _(
        "%(n)s trong %(asked)s phiếu có viết. Nói tới nhiều nhất: %(named)s. %(rest)s ý kiến không thuộc chủ đề nào.",
        n=number(question.n),
        asked=number(question.asked),
        named=named or "–",
        rest=number(question.ungrouped),
    )


def share_words(figure: ThemeFigure) -> str:
    """24,1% (20,3–28,4)."""
    if figure.low is None or figure.high is None:
        return percent(figure.share)
    return f"{percent(figure.share)}; {decimal(figure.low * 100)}–{decimal(figure.high * 100)}"
