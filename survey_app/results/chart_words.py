"""What a chart of three sides, of importance or of the factors around a circle says in words."""

from __future__ import annotations

from flask_babel import gettext as _

from analysis.models.quadrants import QuadrantChart
from survey_app.i18n import percent
from survey_app.results.estimates import Row
from survey_app.results.pen import ChartText
from survey_app.results.words import rate_words


def sides_words(rows: list[Row], language: str, subject: str) -> ChartText:
    """Title and description of a likert chart: where the most are dissatisfied, and where the fewest."""
    shown = [row for row in rows if row.shares]
    if not shown:
        return ChartText(subject, _("Chưa có số liệu để vẽ."))

    def dissatisfied(row: Row) -> float:
        return (row.shares or {})["dissatisfied"]

    worst, best = max(shown, key=dissatisfied), min(shown, key=dissatisfied)
    title = _(
        "%(subject)s: nhiều người không hài lòng nhất là „%(name)s”, %(rate)s",
        subject=subject,
        name=worst.title[language],
        rate=percent(dissatisfied(worst)),
    )
    description = _(
        "Thanh chồng ba mức, lấy mức bình thường làm giữa. Không hài lòng nhiều nhất: %(worst)s, %(worst_rate)s. "
        "Ít nhất: %(best)s, %(best_rate)s.",
        worst=worst.title[language],
        worst_rate=percent(dissatisfied(worst)),
        best=best.title[language],
        best_rate=percent(dissatisfied(best)),
    )
    return ChartText(title, description)


def quadrant_words(chart: QuadrantChart, titles: dict[str, str], *, judged: bool) -> ChartText:
    """Title and description of the chart of importance against satisfaction.

    Parameters
    ----------
    judged : bool
        Whether satisfaction is cut at the target; else at the mean of the criteria.
    """
    first = [one for one in chart.criteria if one.quadrant == "concentrate_here"]
    line = _("mục tiêu") if judged else _("trung bình")
    if not first:
        title = _("Không tiêu chí quan trọng nào thấp hơn %(line)s", line=line)
    else:
        head = max(first, key=lambda one: one.importance.value)
        title = _("Nên làm trước: „%(name)s”, quan trọng mà còn dưới %(line)s", name=titles[head.name], line=line)
    description = _(
        "%(count)s trên %(all)s tiêu chí quan trọng hơn trung bình mà dưới %(line)s; chắc chắn: %(certain)s. "
        "Mỗi tiêu chí ở vị trí theo tỷ lệ hài lòng (ngang) và tầm quan trọng (dọc); số liệu ở bảng bên dưới.",
        count=len(first),
        all=len(chart.criteria),
        line=line,
        certain=sum(one.certain for one in first),
    )
    return ChartText(title, description)


def radar_words(rows: list[Row], language: str, subject: str) -> ChartText:
    """Title and description of the radar."""
    low, high = min(rows, key=lambda row: row.estimate or 0), max(rows, key=lambda row: row.estimate or 0)
    title = _(
        "%(subject)s: thấp nhất là „%(name)s”, %(rate)s",
        subject=subject,
        name=low.title[language],
        rate=percent(low.estimate),
    )
    description = _(
        "Biểu đồ mạng nhện từ 0 ở giữa đến 100%% ở vành ngoài. Thấp nhất: %(low)s, %(low_rate)s. Cao nhất: %(high)s, "
        "%(high_rate)s.",
        low=low.title[language],
        low_rate=rate_words(low),
        high=high.title[language],
        high_rate=rate_words(high),
    )
    return ChartText(title, description)
