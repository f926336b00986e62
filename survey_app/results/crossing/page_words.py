"""Sentences of the pages „Ở đâu” and „Ai”."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import ngettext

from survey_app.i18n import decimal, language
from survey_app.results.crossing.differences import Difference
from survey_app.results.crossing.places import Ranking
from survey_app.results.crossing.words import list_words
from survey_app.results.estimates import Row
from survey_app.results.pen import ChartText
from survey_app.results.words import rate_words

MOST_SAID = 6
MOST_NAMED = 15


def ranking_sentence(ranking: Ranking) -> str:
    """What may be said of the order of places, in one sentence or two."""
    if ranking.together:
        return _("Không xếp hạng được theo chỉ tiêu này: các nhóm có chung xã nên không so với nhau như nhóm độc lập.")
    if not ranking.ranked:
        return _("Không xếp hạng được các nơi: mỗi nơi có quá ít xã hoặc quá ít phiếu trong mẫu.")
    if not ranking.proven:
        return _(
            "Không xếp hạng được giữa %(names)s: chênh lệch giữa các nơi ấy chưa vượt quá sai số của mẫu.",
            names=_named(ranking.ranked),
        )
    best, worst = _ends(ranking)
    return _(
        "Có chênh lệch rõ: %(best)s cao hơn %(worst)s. Không phải hai nơi nào cũng xếp được trên dưới.",
        best=_named(best),
        worst=_named(worst),
    )


def _ends(ranking: Ranking) -> tuple[list[Row], list[Row]]:
    """One group wholly proven above another: the place that lies above most others, and those."""
    above: dict[int, list[Row]] = {}
    for high, low in ranking.proven:
        above.setdefault(id(high), []).append(low)
    top = max((high for high, _low in ranking.proven), key=lambda row: len(above[id(row)]))
    return [top], above[id(top)]


def no_rates_sentence() -> str:
    """Why there is nothing to compare though people have answered."""
    return _("Bộ phiếu này không có câu hỏi nào cho tỷ lệ hài lòng nên không so sánh được.")


def tie_sentences(ranking: Ranking) -> list[str]:
    """Which runs of places cannot be ranked, where some others can."""
    if not ranking.proven:
        return []
    return [_("Không xếp hạng được giữa %(names)s.", names=_named(run)) for run in ranking.ties[:MOST_SAID]]


def unranked_sentence(ranking: Ranking) -> str:
    """How many places stand outside the ranking, and why."""
    if not ranking.unranked or not ranking.ranked:
        return ""
    return ngettext(
        "%(num)s nơi không xếp hạng vì có quá ít xã hoặc quá ít phiếu trong mẫu; số của nơi ấy để tham khảo.",
        "%(num)s nơi không xếp hạng vì có quá ít xã hoặc quá ít phiếu trong mẫu; số của các nơi ấy để tham khảo.",
        len(ranking.unranked),
    )


def rank_words(ranking: Ranking, row: Row) -> str:
    """The possible ranks of a place: „3–11 trên 12”."""
    ((_by, value),) = row.domain.items()
    if value not in ranking.low:
        return _("không xếp hạng")
    low, high, count = ranking.low[value], ranking.high[value], len(ranking.ranked)
    if low == high:
        return _("%(rank)s trên %(count)s", rank=low, count=count)
    return _("%(low)s–%(high)s trên %(count)s", low=low, high=high, count=count)


def places_words(rows: Sequence[Row], subject: str, ranking: Ranking) -> ChartText:
    """Title and description of the chart of places: never who is first, but what is known."""
    shown = [row for row in rows if row.estimate is not None]
    if not shown:
        return ChartText(subject, _("Chưa có số liệu để vẽ."))
    if ranking.proven:
        title = _("%(subject)s: có nơi chênh lệch rõ", subject=subject)
    else:
        title = _("%(subject)s: các khoảng tin cậy chồng lên nhau, chưa xếp hạng được", subject=subject)
    said = "; ".join(f"{row.domain_title[language()]} {rate_words(row)}" for row in shown[:MOST_NAMED])
    return ChartText(title, f"{ranking_sentence(ranking)} {said}.")


def difference_sentence(one: Difference) -> str:
    """Whether groups differ, in a plain sentence with the p value."""
    groups = one.groups
    if len(groups) < 2:
        return _("Chưa đủ người ở từ hai nhóm trở lên nên chưa so sánh được.")
    if not one.adjusted_p >= 0:
        return _("Không kiểm định được: mẫu không được bốc, hoặc các câu trả lời đều như nhau.")
    p_words = _p_words(one.adjusted_p)
    if not one.differs:
        return _("Chưa thấy khác nhau giữa các nhóm (%(p)s).", p=p_words)
    low, high = min(groups, key=_value), max(groups, key=_value)
    return _(
        "Khác nhau rõ (%(p)s): từ %(low_rate)s ở nhóm „%(low)s” đến %(high_rate)s ở nhóm „%(high)s”.",
        p=p_words,
        low_rate=rate_words(low),
        low=low.domain_title[language()],
        high_rate=rate_words(high),
        high=high.domain_title[language()],
    )


def differences_sentence(found: Sequence[Difference]) -> str:
    """The answer of the page „Ai”: by what groups differ."""
    tested = [one for one in found if one.adjusted_p >= 0]
    if not tested:
        return _("Chưa kiểm định được các nhóm có khác nhau không.")
    clear = [one.facet.title[language()] for one in tested if one.differs]
    if not clear:
        return ngettext(
            "Chưa thấy nhóm nào khác nhau: đã so %(num)s bảng cùng lúc.",
            "Chưa thấy nhóm nào khác nhau: đã so %(num)s bảng cùng lúc.",
            len(tested),
        )
    return _("Khác nhau rõ theo: %(names)s. Theo các câu khác thì chưa thấy.", names=list_words(clear))


def _p_words(p_value: float) -> str:
    return _("p hiệu chỉnh dưới 0,001") if p_value < 0.001 else _("p hiệu chỉnh %(p)s", p=decimal(p_value, 3))


def _named(rows: Sequence[Row]) -> str:
    names = [row.domain_title[language()] for row in rows]
    if len(names) > MOST_NAMED:
        left = len(names) - MOST_NAMED + 1
        return ngettext(
            "%(names)s và %(num)s nơi nữa",
            "%(names)s và %(num)s nơi nữa",
            left,
            names=", ".join(names[: MOST_NAMED - 1]),
        )
    return list_words(names)


def _value(row: Row) -> float:
    return row.estimate or 0.0
