"""Sentences about how the survey was done, drafted by rules: each is computed, none is invented."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import ngettext

from survey_app.i18n import day, decimal, number, percent
from survey_app.publication.documents.content import ReportContent
from survey_app.results.measures import channel_title
from survey_app.results.weighting.words import step_words
from survey_app.results.words import not_drawn_words


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


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
