"""Sentences about a published table: what it shows and what is assumed."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import ngettext

from survey_app.i18n import day, decimal, number
from survey_app.results.counts.figures import CountedFigure
from survey_app.results.counts.models import CountedSurvey


def period_words(survey: CountedSurvey) -> str:
    """A whole year by its number, another period by its days."""
    start, end = survey.starts_on, survey.ends_on
    if (start.month, start.day, end.month, end.day, start.year) == (1, 1, 12, 31, end.year):
        return str(start.year)
    return f"{day(start)}–{day(end)}"


def answer_words(figures: list[CountedFigure]) -> str:
    """How many lines reach the target, how many do not, how many prove nothing."""
    judged = [figure.row.verdict for figure in figures if figure.row.verdict]
    if not judged:
        return _("Mẫu không được bốc ngẫu nhiên nên các tỷ lệ chỉ được chép lại, không có khoảng tin cậy và kết luận.")
    parts = [
        (judged.count("met"), _("đạt")),
        (judged.count("not_met"), _("không đạt")),
        (judged.count("not_proven"), _("chưa đủ bằng chứng")),
    ]
    said = ", ".join(f"{number(count)} {word}" for count, word in parts if count)
    return ngettext(
        "%(num)s dòng so với mục tiêu: %(said)s.", "%(num)s dòng so với mục tiêu: %(said)s.", len(judged), said=said
    )


def assumption_words(survey: CountedSurvey) -> list[str]:
    """What is known of the sample and what the intervals assume, one sentence each."""
    sentences = []
    if survey.units_drawn and survey.units_all:
        levels = {"commune": _("xã"), "district": _("huyện"), "agency": _("cơ quan")}
        sentences.append(
            _(
                "Mẫu gồm %(drawn)s trên %(all)s %(level)s.",
                drawn=number(survey.units_drawn),
                all=number(survey.units_all),
                level=levels[survey.unit_level],
            )
        )
    if survey.selection == "not_drawn":
        return [*sentences, _("Mẫu không được bốc ngẫu nhiên, nên không tính khoảng tin cậy.")]
    sentences.append(
        _("Nguồn cho biết mẫu được bốc ngẫu nhiên.")
        if survey.selection == "drawn"
        else _("Nguồn không cho biết cách chọn mẫu; chúng tôi tính như mẫu được bốc ngẫu nhiên.")
    )
    if survey.design_effect is not None:
        sentences.append(
            _(
                "Hệ số thiết kế coi là %(deff)s (%(source)s).",
                deff=decimal(survey.design_effect),
                source=survey.clustering_source,
            )
        )
    elif survey.correlation is not None:
        sentences.append(
            _(
                "Hệ số thiết kế tính từ tương quan trong cụm %(rho)s (%(source)s).",
                rho=decimal(survey.correlation, 3),
                source=survey.clustering_source,
            )
        )
    else:
        sentences.append(_("Coi như mẫu ngẫu nhiên đơn giản: hệ số thiết kế bằng 1."))
    sentences.append(
        _(
            "Mỗi phiếu tính là một câu trả lời; nếu tỷ lệ gộp nhiều câu của một người thì khoảng tin cậy thật hẹp hơn "
            "hoặc bằng khoảng ở đây."
        )
    )
    return sentences


def doubt_words(figures: list[CountedFigure]) -> str:
    """A sentence where published percentages are no counts of the forms; empty where they are."""
    lines = sum(figure.whole is False for figure in figures)
    if not lines:
        return ""
    return _(
        "Không có số phiếu nguyên nào cho đúng tỷ lệ đã công bố ở %(count)s dòng; có lẽ mẫu số là tổng số câu trả lời "
        "chứ không phải số phiếu.",
        count=number(lines),
    )
