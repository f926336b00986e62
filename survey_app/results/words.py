"""Sentences about figures: what a leader reads first, and what a chart says to people who do not see it."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import ngettext

from survey_app.i18n import decimal, language, number, percent
from survey_app.results.charts import ChartText
from survey_app.results.estimates import Row


def target_words(rows: list[Row]) -> str:
    """The target of the figures that are judged, said briefly: „từ 80% trở lên”; nothing where none is."""
    row = next((row for row in rows if row.target is not None), None)
    return "" if row is None else _target(row)


def _target(row: Row) -> str:
    share = (row.target or 0.0) * 100
    rate = f"{decimal(share, 0 if abs(share - round(share)) < 1e-9 else 1)}%"
    return _("trên %(rate)s", rate=rate) if row.target_operator == "gt" else _("từ %(rate)s trở lên", rate=rate)


def rate_words(row: Row) -> str:
    """The figure in its unit, with its interval: 82,4% (80,1–84,5), 4,12 điểm (4,01–4,23)."""
    if row.estimate is None:
        return _("không công bố")
    if row.unit == "points":
        rate, places, scale = _("%(score)s điểm", score=decimal(row.estimate, 2)), 2, 1
    elif row.unit == "percent":
        rate, places, scale = f"{decimal(row.estimate)}%", 1, 1
    else:
        rate, places, scale = percent(row.estimate), 1, 100
    if row.ci is None:
        return rate
    low, high = (decimal((row.ci[end] or 0) * scale, places) for end in ("low", "high"))
    return f"{rate} ({low}–{high})"


def not_drawn_words() -> str:
    """Why the figures of a sample that nobody drew have no interval and no verdict."""
    return _(
        "Đây không phải mẫu xác suất: không ai bốc thăm người trả lời, họ tự đến. Các tỷ lệ chỉ nói về những người đã "
        "trả lời, nên không có khoảng tin cậy và không kết luận đạt hay không đạt."
    )


def answer_sentence(row: Row | None) -> str:
    """The answer of a survey in one sentence: rate, interval, verdict."""
    if row is None or row.respondents == 0:
        return _("Chưa có phiếu nào nên chưa tính được tỷ lệ hài lòng.")
    if row.withheld:
        return ngettext(
            "Mới có %(num)s phiếu, quá ít để công bố tỷ lệ hài lòng.",
            "Mới có %(num)s phiếu, quá ít để công bố tỷ lệ hài lòng.",
            row.respondents,
        )
    if "non_probability" in row.marks:
        return (
            _(
                "Trong những người đã trả lời, tỷ lệ hài lòng là %(rate)s; đây không phải mẫu xác suất.",
                rate=rate_words(row),
            )
            if row.unit == "share"
            else _(
                "Trong những người đã trả lời: %(title)s, %(rate)s; đây không phải mẫu xác suất.",
                title=row.title[language()],
                rate=rate_words(row),
            )
        )
    if row.target is None:
        return f"{row.title[language()]}: {rate_words(row)}."
    rate, target = rate_words(row), _target(row)
    if row.verdict == "met":
        return _("Tỷ lệ hài lòng là %(rate)s, đạt mục tiêu %(target)s.", rate=rate, target=target)
    if row.verdict == "not_met":
        return _("Tỷ lệ hài lòng là %(rate)s, không đạt mục tiêu %(target)s.", rate=rate, target=target)
    return _(
        "Tỷ lệ hài lòng là %(rate)s, chưa đủ bằng chứng để nói đạt hay không đạt mục tiêu %(target)s.",
        rate=rate,
        target=target,
    )


def weakest_words(rows: list[Row], language: str, subject: str) -> ChartText:
    """Title and description of a dot chart: which is weakest, which strongest, how many reach the target."""
    shown = [row for row in rows if row.estimate is not None]
    if not shown:
        return ChartText(subject, _("Chưa có số liệu để vẽ."))
    low = min(shown, key=lambda row: row.estimate or 0)
    high = max(shown, key=lambda row: row.estimate or 0)
    met = sum(row.verdict == "met" for row in shown)
    title = _(
        "%(subject)s: thấp nhất là „%(name)s”, %(rate)s",
        subject=subject,
        name=_name(low, language),
        rate=percent(low.estimate),
    )
    if any("non_probability" in row.marks for row in shown):
        description = _(
            "Không phải mẫu xác suất. Thấp nhất: %(low)s, %(low_rate)s. Cao nhất: %(high)s, %(high_rate)s.",
            low=_name(low, language),
            low_rate=rate_words(low),
            high=_name(high, language),
            high_rate=rate_words(high),
        )
        return ChartText(title, description)
    description = _(
        "%(met)s trên %(count)s đạt mục tiêu. Thấp nhất: %(low)s, %(low_rate)s. Cao nhất: %(high)s, %(high_rate)s.",
        count=number(len(shown)),
        met=number(met),
        low=_name(low, language),
        low_rate=rate_words(low),
        high=_name(high, language),
        high_rate=rate_words(high),
    )
    return ChartText(title, description)


def _name(row: Row, language: str) -> str:
    return (row.domain_title if row.domain else row.title)[language]
