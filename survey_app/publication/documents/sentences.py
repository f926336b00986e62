"""Sentences drafted from figures by rules: each is computed, none is invented."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from survey_app.i18n import day, decimal, number, percent
from survey_app.publication.documents.content import ReportContent
from survey_app.results.estimates import Row
from survey_app.results.measures import channel_title
from survey_app.results.weighting.words import step_words
from survey_app.results.words import answer_sentence, not_drawn_words, rate_words, target_words

NAMED = 3


def scope(report: ReportContent) -> str:
    """What was measured, where, when, with which questionnaire."""
    first, last = report.period
    asked = report.items_asked()
    return " ".join(
        [
            _(
                "„%(title)s” được thực hiện tại %(place)s từ ngày %(first)s đến ngày %(last)s.",
                title=report.title,
                place=_lower(report.survey["territory"]),
                first=day(first),
                last=day(last),
            ),
            _(
                "Bộ phiếu „%(name)s”, phiên bản %(version)s, có %(count)s câu hỏi, trong đó %(items)s tiêu chí hài "
                "lòng thuộc %(factors)s yếu tố.",
                name=report.words(report.instrument["title"]),
                version=report.content["questionnaire"]["version"],
                count=number(len(asked)),
                items=number(len(report.items)),
                factors=number(len(report.factors)),
            ),
        ]
    )


def brief_scope(report: ReportContent) -> str:
    """Where, when, how many answered, in two sentences."""
    first, last = report.period
    told = _(
        "„%(title)s” được thực hiện tại %(place)s từ ngày %(first)s đến ngày %(last)s.",
        title=report.title,
        place=_lower(report.survey["territory"]),
        first=day(first),
        last=day(last),
    )
    return f"{told} {_received(report)}"


def sampling(report: ReportContent) -> str:
    """How the sample was drawn, and how anyone redoes the draw."""
    draw = report.content.get("draw") or {}
    if not report.probability or not draw:
        return not_drawn_words()
    units = _("đơn vị cấp xã") if draw["frame"] == "communes" else _("đơn vị")
    method = {
        "srswor": _("ngẫu nhiên đơn giản không hoàn lại trong từng tầng"),
        "pareto": _("với xác suất tỷ lệ với quy mô (phương pháp Pareto)"),
        "systematic": _("hệ thống, với xác suất tỷ lệ với quy mô"),
    }[draw["method"]]
    told = [
        _(
            "Mẫu được bốc thăm %(method)s: %(drawn)s trên %(size)s %(units)s, thuộc %(strata)s tầng.",
            method=method,
            drawn=number(draw["drawn"]),
            size=number(draw["frame_size"]),
            units=units,
            strata=number(len(draw["strata"])),
        )
    ]
    if draw.get("first_stage") == "district":
        told.append(_("Các huyện được bốc trước, rồi lấy mọi xã của huyện được bốc."))
    if draw.get("cases"):
        told.append(
            _(
                "Trong các đơn vị ấy, %(drawn)s trên %(listed)s hồ sơ của danh sách được bốc để mời trả lời.",
                drawn=number(draw["cases"]["drawn"]),
                listed=number(draw["cases"]["listed"]),
            )
        )
    told.append(
        _(
            "Mầm ngẫu nhiên là „%(seed)s”; với danh sách có mã băm ghi ở phụ lục, bất cứ ai cũng bốc lại được đúng mẫu "
            "này.",
            seed=draw["seed"],
        )
    )
    return " ".join(told)


def collection(report: ReportContent) -> str:
    """How many forms came, from how many places, by which channel."""
    total = report.content["responses"]
    told = [_received(report)]
    planned = (report.content.get("review") or {}).get("coverage", {}).get("planned")
    if planned:
        told.append(
            _(
                "Số này bằng %(share)s của %(planned)s phiếu dự kiến.",
                share=percent(total / planned),
                planned=number(planned),
            )
        )
    channels = sorted((report.content.get("channels") or {}).items(), key=lambda one: -one[1])
    if channels and total:
        told.append(
            _(
                "Theo kênh: %(list)s.",
                list="; ".join(
                    f"{_lower(channel_title(name)[report.language])} {number(count)} ({percent(count / total)})"
                    for name, count in channels
                ),
            )
        )
    return " ".join(told)


def _received(report: ReportContent) -> str:
    total, draw = report.content["responses"], report.content.get("draw") or {}
    told = ngettext("Thu được %(n)s phiếu hợp lệ.", "Thu được %(n)s phiếu hợp lệ.", total, n=number(total))
    if not (report.probability and report.index and draw):
        return str(told)
    return f"{told} " + _(
        "Phiếu đến từ %(units)s trên %(drawn)s đơn vị đã bốc.",
        units=number(report.index.n_psu),
        drawn=number(draw["drawn"]),
    )


def quality(report: ReportContent) -> str:
    """What was set aside, left empty, weighted."""
    aside, undrawn = report.content.get("set_aside", 0), report.content.get("undrawn", 0)
    told = [
        ngettext(
            "Có %(n)s phiếu được để riêng sau khi kiểm tra và không tính vào kết quả.",
            "Có %(n)s phiếu được để riêng sau khi kiểm tra và không tính vào kết quả.",
            aside,
            n=number(aside),
        )
        if aside
        else _("Không có phiếu nào bị để riêng sau khi kiểm tra.")
    ]
    if undrawn:
        told.append(
            ngettext(
                "%(n)s phiếu đến từ nơi không bốc vào mẫu cũng không tính vào kết quả.",
                "%(n)s phiếu đến từ nơi không bốc vào mẫu cũng không tính vào kết quả.",
                undrawn,
                n=number(undrawn),
            )
        )
    if report.index and report.index.base:
        told.append(
            _(
                "Trong %(base)s lượt hỏi của chỉ số chung có %(missing)s lượt (%(share)s) bỏ trống hoặc chọn không có "
                "ý kiến; các lượt này không tính vào tỷ lệ.",
                base=number(report.index.base),
                missing=number(report.index.missing),
                share=percent(report.index.missing / report.index.base),
            )
        )
    steps = [
        step_words(one["kind"], one["variables"], one["times_mean"], report.language)
        for one in report.content.get("weighting") or []
    ]
    if steps:
        told.append(_("Trọng số: %(steps)s.", steps="; ".join(steps)))
    return " ".join(told)


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


def how_to_read(report: ReportContent) -> str:
    """What the interval and the verdict mean; nothing of them where nobody drew the sample."""
    if not report.probability:
        return not_drawn_words()
    level = f"{decimal(report.survey['confidence_level'] * 100, 0)}%"
    return _(
        "Hai số trong ngoặc là khoảng tin cậy %(level)s: vì chỉ hỏi một phần người dân, tỷ lệ thật có thể cao hơn hoặc "
        "thấp hơn một chút, và khoảng này cho biết chừng nào. Đạt: cả khoảng nằm từ mục tiêu trở lên. Không đạt: cả "
        "khoảng nằm dưới mục tiêu. Chưa đủ bằng chứng: mục tiêu nằm trong khoảng.",
        level=level,
    )


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


def who_answered(report: ReportContent) -> str:
    """The largest group of each question about the person, in one sentence; the tables tell the rest."""
    told = []
    for choice in report.choices_of("background"):
        given = [option for option in choice["options"] if option["share"] is not None]
        if given:
            first = max(given, key=lambda option: option["share"])
            told.append(f"„{first['label'][report.language]}” {percent(first['share'])}")
    if not told:
        return ""
    return _(
        "Nhóm đông nhất của mỗi câu về người trả lời: %(list)s. Các bảng sau cho biết đầy đủ.", list="; ".join(told)
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


def limits(report: ReportContent) -> str:
    """What the figures cannot tell."""
    told = []
    if report.simulated:
        told.append(_("Đây là dữ liệu mô phỏng, không phải ý kiến của người dân; không dùng để kết luận."))
    if not report.frozen:
        told.append(_("Số liệu chưa chốt; khi chốt có thể khác."))
    if not report.probability:
        told.append(not_drawn_words())
    hidden = sum(row.withheld is not None for rows in report.tables.values() for row in rows)
    if hidden:
        told.append(
            ngettext(
                "%(n)s số không công bố vì có dưới 10 người trả lời.",
                "%(n)s số không công bố vì có dưới 10 người trả lời.",
                hidden,
                n=number(hidden),
            )
        )
    few = sum("few_psu" in row.marks for by in report.breakdowns for row in report.parts(by))
    if few:
        told.append(
            ngettext(
                "%(n)s nơi hoặc nhóm có ít xã trong mẫu nên khoảng tin cậy rộng.",
                "%(n)s nơi hoặc nhóm có ít xã trong mẫu nên khoảng tin cậy rộng.",
                few,
                n=number(few),
            )
        )
    if report.probability:
        told.append(
            _(
                "Khoảng tin cậy chỉ kể sai số do chọn mẫu, không kể sai số khác như người được mời không trả lời hoặc "
                "hiểu khác câu hỏi."
            )
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


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
