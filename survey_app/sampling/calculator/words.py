"""The answers of the calculator in sentences, for the page and the command line."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import ngettext

from survey_app.i18n import decimal, number
from survey_app.sampling.calculator.outlook import FEWEST_ANSWERS, Outlook, Prospect
from survey_app.sampling.calculator.size import Answer, Question
from survey_app.surveys.form_values import show_percentage

NAMES = 6
WEAK = 0.5


def answer_sentence(question: Question, answer: Answer, outlook: Outlook | None = None) -> str:
    """How many answers, how many people to invite, and what for; a condition where this survey draws nobody."""
    said = _answer_sentence(question, answer)
    if outlook is None or outlook.probability:
        return said
    return _("Nếu bốc ngẫu nhiên: %(sentence)s", sentence=said[:1].lower() + said[1:])


def _answer_sentence(question: Question, answer: Answer) -> str:
    each = bool(answer.domains)
    counts = {"answers": number(answer.whole.answers), "invited": number(answer.whole.invited)}
    purpose = _purpose(question, each=each)
    if question.goal == "change":
        return _(
            "Mỗi đợt cần %(answers)s phiếu trả lời, mời %(invited)s người, %(purpose)s.", purpose=purpose, **counts
        )
    return _("Cần %(answers)s phiếu trả lời, mời %(invited)s người, %(purpose)s.", purpose=purpose, **counts)


def _purpose(question: Question, *, each: bool) -> str:
    if question.goal == "margin":
        points = show_percentage(question.margin)
        if each:
            return _("để biết tỷ lệ hài lòng của từng tầng chính xác đến ±%(points)s điểm", points=points)
        return _("để biết tỷ lệ hài lòng chính xác đến ±%(points)s điểm", points=points)
    power = show_percentage(question.power)
    if question.goal == "change" and each:
        return _(
            "để ở từng tầng có %(power)s%% khả năng thấy được thay đổi từ %(before)s%% đến %(now)s%%",
            power=power,
            before=show_percentage(question.earlier_rate),
            now=show_percentage(question.rate),
        )
    if question.goal == "change":
        return _(
            "để có %(power)s%% khả năng thấy được thay đổi từ %(before)s%% đến %(now)s%%",
            power=power,
            before=show_percentage(question.earlier_rate),
            now=show_percentage(question.rate),
        )
    if each:
        return _(
            "để ở từng tầng có %(power)s%% khả năng chứng minh mục tiêu %(target)s%% khi tỷ lệ thật là %(rate)s%%",
            power=power,
            target=show_percentage(question.target),
            rate=show_percentage(question.true_rate),
        )
    rates = {"target": show_percentage(question.target), "rate": show_percentage(question.true_rate)}
    if question.true_rate < question.target:
        return _(
            "để có %(power)s%% khả năng chứng minh không đạt mục tiêu %(target)s%% khi tỷ lệ thật là %(rate)s%%",
            power=power,
            **rates,
        )
    return _(
        "để có %(power)s%% khả năng chứng minh đạt mục tiêu %(target)s%% khi tỷ lệ thật là %(rate)s%%",
        power=power,
        **rates,
    )


def points(share: float | None) -> str:
    """A half-width as people say it: ±2,8."""
    return "–" if share is None else f"±{decimal(share * 100)}"


def outlook_sentence(outlook: Outlook, question: Question, answer: Answer) -> str:
    """What the survey at hand will give, against what was asked."""
    whole = outlook.whole
    counts = {"invited": number(whole.invited), "answers": number(whole.answers)}
    if not outlook.probability:
        return _(
            "Đợt này dự kiến hỏi %(invited)s người, được %(answers)s phiếu; không bốc ngẫu nhiên nên không có khoảng "
            "tin cậy và không kết luận đạt hay không đạt.",
            **counts,
        )
    if whole.margin is None:
        return _(
            "Đợt này dự kiến chỉ được %(answers)s phiếu, dưới %(least)s phiếu thì không có số nào được công bố.",
            least=FEWEST_ANSWERS,
            **counts,
        )
    expected = _(
        "đợt này sẽ mời %(invited)s người, được khoảng %(answers)s phiếu, sai số cả địa bàn khoảng %(points)s điểm.",
        points=points(whole.margin),
        **counts,
    )
    return f"{_comparison(outlook, question, answer)} {expected}"


def _comparison(outlook: Outlook, question: Question, answer: Answer) -> str:
    if answer.domains:
        enough = sum(row.answers >= answer.domains[row.name].answers for row in outlook.strata)
        return _("%(enough)s trên %(all)s tầng đủ phiếu:", enough=enough, all=len(outlook.strata))
    missing = answer.whole.answers - outlook.whole.answers
    return _("Đủ:") if missing <= 0 else _("Thiếu %(count)s phiếu:", count=number(missing))


def warnings(outlook: Outlook, target: float) -> list[str]:
    """What those who planned the survey should know before they draw it."""
    if not outlook.probability:
        return []
    said = []
    several = len(outlook.strata) > 1
    if outlook.whole.supported:
        said.append(
            _(
                "Cả đợt chỉ bốc %(drawn)s xã: sai số không tính được đáng tin. Xin bốc thêm xã.",
                drawn=outlook.whole.drawn,
            )
        )
    elif outlook.whole.few:
        said.append(
            _("Bậc tự do chỉ có %(df)s: khoảng tin cậy rộng vì ít xã. Thêm xã tốt hơn thêm phiếu.", df=outlook.whole.df)
        )
    weak = [row for row in outlook.strata if row.supported and row.drawn]
    if several and weak:
        said.append(
            ngettext(
                "%(num)s tầng chỉ bốc từ 1 đến 3 xã nên gần như không chứng minh được gì: %(names)s. Số của tầng ấy "
                "dựa vào cả địa bàn, chỉ để tham khảo, không xếp hạng.",
                "%(num)s tầng chỉ bốc từ 1 đến 3 xã nên gần như không chứng minh được gì: %(names)s. Số của các tầng "
                "ấy dựa vào cả địa bàn, chỉ để tham khảo, không xếp hạng.",
                len(weak),
                names=_names(weak),
            )
        )
    nothing = [row for row in outlook.strata if not row.drawn]
    if nothing:
        said.append(_("Tầng không được bốc xã nào: %(names)s. Xin đặt ít nhất 1 xã mỗi tầng.", names=_names(nothing)))
    silent = [row for row in outlook.strata if row.drawn and row.answers < FEWEST_ANSWERS]
    if several and silent:
        said.append(
            _(
                "Dự kiến dưới %(least)s phiếu nên không được công bố: %(names)s.",
                least=FEWEST_ANSWERS,
                names=_names(silent),
            )
        )
    said += [
        _(
            "Tỷ lệ thật là %(rate)s%% thì cả địa bàn cũng chỉ có %(chance)s khả năng chứng minh đạt %(target)s%%.",
            rate=show_percentage(chance.true_rate),
            chance=whole_percent(chance.met),
            target=show_percentage(target),
        )
        for chance in outlook.whole.chances[2:3]
        if chance.met < WEAK
    ]
    if outlook.short_lists:
        said.append(
            ngettext(
                "%(num)s xã có danh sách ngắn hơn số hồ sơ cần bốc; ở đó mọi hồ sơ đều được bốc.",
                "%(num)s xã có danh sách ngắn hơn số hồ sơ cần bốc; ở đó mọi hồ sơ đều được bốc.",
                outlook.short_lists,
            )
        )
    return said


def whole_percent(chance: float) -> str:
    """A probability without decimals; never a bare 0 or 100."""
    if chance < 0.01:
        return "<1%"
    if chance > 0.99:
        return ">99%"
    return f"{decimal(chance * 100, 0)}%"


def _names(rows: list[Prospect]) -> str:
    names = ", ".join(row.name for row in rows[:NAMES])
    return names if len(rows) <= NAMES else _("%(names)s và %(count)s tầng khác", names=names, count=len(rows) - NAMES)
