"""Sentences about the figures, drafted by rules: each is computed, none is invented."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from survey_app.i18n import decimal, number, percent
from survey_app.publication.documents.content import ReportContent
from survey_app.results.estimates import Row
from survey_app.results.words import answer_sentence, rate_words, target_words

NAMED = 3


def answer(report: ReportContent) -> str:
    """The answer, the three sides, what the interval means."""
    row = report.index
    told = [answer_sentence(row)]
    if row is not None and row.estimate is not None:
        if row.shares and row.unit == "share":
            told.append(
                _(
                    "Tính chung các lượt trả lời: hài lòng %(high)s, bình thường %(middle)s, không hài lòng %(low)s.",
                    high=percent(row.shares["satisfied"]),
                    middle=percent(row.shares["neutral"]),
                    low=percent(row.shares["dissatisfied"]),
                )
            )
        told.append(
            _(
                "Số này tính từ %(people)s người với %(n)s câu trả lời.",
                people=number(row.respondents),
                n=number(row.n),
            )
        )
    return " ".join(told)


def comparison(rows: list[Row], report: ReportContent, *, factors: bool) -> str:
    """How many reach the target, which are weakest and strongest, and whether that can be told apart."""
    shown = [row for row in rows if row.estimate is not None]
    if not shown:
        return _("Chưa có số liệu được công bố cho phần này.")
    told = []
    verdicts = [row.verdict for row in shown if row.verdict]
    if verdicts:
        counts = _counts(verdicts, shown)
        told.append(
            _(
                "Trong %(count)s yếu tố, so với mục tiêu %(target)s: %(verdicts)s.",
                **counts,
            )
            if factors
            else _(
                "Trong %(count)s tiêu chí, so với mục tiêu %(target)s: %(verdicts)s.",
                **counts,
            )
        )
    low, high = shown[0], shown[-1]
    told.append(
        _(
            "Thấp nhất: %(low)s. Cao nhất: %(high)s.",
            low="; ".join(_named(row, report) for row in (shown[:1] if factors else shown[:NAMED])),
            high=_named(high, report),
        )
    )
    if len(shown) > 1 and low.ci and _overlap(low, shown[1]):
        told.append(_("Khoảng tin cậy của hai mục thấp nhất chồng lên nhau, nên chưa nói chắc được mục nào thấp nhất."))
    return " ".join(told)


def places(report: ReportContent, by: str) -> str:
    """The parts of a breakdown beside each other; never a ranking of what cannot be ranked."""
    shown = [row for row in report.parts(by) if row.estimate is not None]
    if not shown:
        return _("Chưa có số liệu được công bố cho phần này.")
    compared = [row for row in shown if "model_assisted" not in row.marks]
    told = []
    if len(compared) > 1:
        told.append(
            _(
                "Theo %(by)s: thấp nhất là %(low)s; cao nhất là %(high)s.",
                by=report.breakdown_title(by),
                low=_named(compared[0], report),
                high=_named(compared[-1], report),
            )
        )
        if compared[0].ci and compared[-1].ci:
            told.append(_apart(compared))
    elif len(shown) == 1:
        told.append(_("Theo %(by)s: %(one)s.", by=report.breakdown_title(by), one=_named(shown[0], report)))
    else:
        told.append(
            _(
                "Theo %(by)s, từ %(low)s đến %(high)s.",
                by=report.breakdown_title(by),
                low=rate_words(shown[0]),
                high=rate_words(shown[-1]),
            )
        )
    verdicts = [row.verdict for row in shown if row.verdict]
    if verdicts and len(shown) > NAMED:
        told.append(_("So với mục tiêu %(target)s, trong %(count)s mục: %(verdicts)s.", **_counts(verdicts, shown)))
    listed = [row for row in shown if row.verdict_in_list == "met"]
    if listed and by in ("district", "commune"):
        told.append(
            _(
                "Có thể nêu tên là đạt, đã chỉnh cho việc so nhiều nơi cùng lúc: %(names)s.",
                names=", ".join(row.domain_title[report.language] for row in listed),
            )
        )
    reference = sum("model_assisted" in row.marks for row in shown)
    if reference:
        told.append(
            ngettext(
                "%(n)s nơi có quá ít xã trong mẫu, số liệu chỉ để tham khảo và không đem so.",
                "%(n)s nơi có quá ít xã trong mẫu, số liệu chỉ để tham khảo và không đem so.",
                reference,
                n=number(reference),
            )
        )
    return " ".join(told)


def chosen(report: ReportContent, choice: dict[str, Any]) -> str:
    """Of a choice question, what was chosen most, with its share, its interval and its base."""
    title = report.words(choice["title"])
    given = [option for option in choice["options"] if option["share"] is not None]
    if choice.get("withheld") or not given:
        return _("„%(title)s”: không công bố, vì dưới 10 phiếu.", title=title)
    first = max(given, key=lambda option: option["share"])
    interval = "" if first["low"] is None else f" ({decimal(first['low'] * 100)}–{decimal(first['high'] * 100)})"
    return _(
        "„%(title)s”: nhiều nhất là „%(label)s”, %(share)s, trong %(n)s người trả lời câu này.",
        title=title,
        label=first["label"][report.language],
        share=percent(first["share"]) + interval,
        n=number(choice["n"]),
    )


def ranked_choices(report: ReportContent, choice: dict[str, Any]) -> str:
    """The three options that most people chose."""
    given = sorted((one for one in choice["options"] if one["share"] is not None), key=lambda one: -one["share"])
    if choice.get("withheld") or not given:
        return _("„%(title)s”: không công bố, vì dưới 10 phiếu.", title=report.words(choice["title"]))
    return _(
        "„%(title)s”: được chọn nhiều nhất là %(list)s; %(n)s người trả lời câu này.",
        title=report.words(choice["title"]),
        list="; ".join(f"„{one['label'][report.language]}” {percent(one['share'])}" for one in given[:NAMED]),
        n=number(choice["n"]),
    )


def remarks(report: ReportContent) -> str:
    """The findings in a few lines: the verdict, then what lies under the target for certain."""
    told = [answer_sentence(report.index)]
    for rows, words in (
        (report.factors, _("Yếu tố dưới mục tiêu: %(names)s.")),
        (report.items, _("Tiêu chí dưới mục tiêu: %(names)s.")),
    ):
        below = [row for row in rows if row.verdict == "not_met"]
        if below:
            told.append(words % {"names": "; ".join(_named(row, report) for row in below)})
    if report.probability and not any(row.verdict == "not_met" for row in [*report.factors, *report.items]):
        told.append(
            _("Không có yếu tố hay tiêu chí nào chắc chắn dưới mục tiêu %(target)s.", target=target_words(report.whole))
        )
    return "\n".join(told)


def rate_of(row: Row) -> str:
    """A figure with its interval, or why it is not there."""
    return "◌" if row.estimate is None else rate_words(row)


def _apart(rows: list[Row]) -> str:
    """Whether the intervals tell the weakest from the strongest; nobody is ranked whom they do not tell apart."""
    if _overlap(rows[0], rows[-1]):
        return _("Khoảng tin cậy của hai mục ấy chồng lên nhau, nên chưa thấy khác biệt rõ và không xếp hạng.")
    return _(
        "Khoảng tin cậy của mục thấp nhất nằm hẳn dưới khoảng của mục cao nhất; những mục có khoảng chồng lên nhau thì "
        "không xếp hạng."
    )


def _counts(verdicts: list[Any], rows: list[Row]) -> dict[str, str]:
    words = {
        "met": _("%(n)s đạt"),
        "not_met": _("%(n)s không đạt"),
        "not_proven": _("%(n)s chưa đủ bằng chứng"),
    }
    found = [(word, sum(verdict == kind for verdict in verdicts)) for kind, word in words.items()]
    told = ", ".join(word % {"n": number(count)} for word, count in found if count)
    return {"verdicts": told, "count": number(len(rows)), "target": target_words(rows)}


def _named(row: Row, report: ReportContent) -> str:
    title = (row.domain_title if row.domain else row.title)[report.language]
    criterion = f"{row.criterion} " if row.criterion and not row.domain else ""
    return f"„{criterion}{title}” {rate_words(row)}"


def _overlap(low: Row, high: Row) -> bool:
    return bool(low.ci and high.ci and (low.ci["high"] or 0.0) >= (high.ci["low"] or 0.0))
