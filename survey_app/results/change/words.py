"""Sentences about changes: what a leader reads, and what a chart says to people who do not see it."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import ngettext

from survey_app.i18n import decimal, language, number
from survey_app.results.change.compare import Comparison
from survey_app.results.change.figures import Change
from survey_app.results.charts import ChartText
from survey_app.results.words import rate_words
from survey_app.surveys.models import Survey


def _scale(change: Change) -> tuple[float, int]:
    """By what the figure is multiplied to be read, and with how many decimals."""
    return {"share": (100.0, 1), "percent": (1.0, 1)}.get(change.later.unit, (1.0, 2))


def change_words(change: Change) -> str:
    """One change as a phrase: „tăng 2,1 điểm (0,3–3,9)”, „chưa thấy thay đổi”, or why nothing is said."""
    if change.difference is None:
        return _("không so sánh được: một bên dưới 10 phiếu")
    scale, places = _scale(change)
    points = decimal(abs(change.difference) * scale, places)
    if change.low is None or change.high is None:
        return _("chênh %(points)s điểm; không có khoảng tin cậy vì một bên không phải mẫu xác suất", points=points)
    low, high = change.low * scale, change.high * scale
    if not change.outside_zero or change.reference:
        limits = _("từ %(low)s đến %(high)s", low=_signed(low, places), high=_signed(high, places))
        if change.reference and change.outside_zero:
            return _(
                "chênh %(points)s điểm (%(limits)s), chỉ để tham khảo",
                points=_signed(change.difference * scale, places),
                limits=limits,
            )
        return _("chưa thấy thay đổi (%(limits)s)", limits=limits)
    ends = sorted((abs(low), abs(high)))
    limits = f"{decimal(ends[0], places)}–{decimal(ends[1], places)}"
    words = (
        _("tăng %(points)s điểm (%(limits)s)", points=points, limits=limits)
        if change.difference > 0
        else _("giảm %(points)s điểm (%(limits)s)", points=points, limits=limits)
    )
    if change.proven:
        return words
    return _("%(change)s; chưa đủ chắc khi xét cùng lúc nhiều con số", change=words)


def short_words(change: Change) -> str:
    """The difference as a chart writes it: +2,1 (0,3 đến 3,9)."""
    if change.difference is None:
        return _("không so sánh được")
    scale, places = _scale(change)
    text = _signed(change.difference * scale, places)
    if change.low is None or change.high is None:
        return text
    low, high = _signed(change.low * scale, places), _signed(change.high * scale, places)
    return _("%(difference)s (%(low)s đến %(high)s)", difference=text, low=low, high=high)


def _signed(value: float, places: int) -> str:
    text = decimal(abs(value), places)
    if not any(character not in "0,." for character in text):
        return text
    return f"{'+' if value > 0 else '−'}{text}"


def answer_words(comparison: Comparison, earlier: str) -> str:
    """The answer of the page in one sentence: what became of the first figure since when."""
    changes = comparison.changes
    if not changes:
        return _("Không có con số nào so sánh được với „%(earlier)s”.", earlier=earlier)
    lead = next((change for change in changes if change.later.kind == "index"), changes[0])
    title = _title(lead)
    if lead.difference is None:
        return _("%(title)s: chưa so sánh được, vì một bên dưới 10 phiếu.", title=title)
    return _(
        "%(title)s: %(change)s. Trước: %(before)s; nay: %(after)s.",
        title=title,
        change=change_words(lead),
        before=rate_words(lead.earlier),
        after=rate_words(lead.later),
    )


def _title(change: Change) -> str:
    row = change.later
    return (row.domain_title if row.domain else row.title).get(language(), "")


def chart_words(changes: list[Change], subject: str) -> ChartText:
    """Title and description of a chart of change."""
    shown = [change for change in changes if change.difference is not None]
    rose = [one for one in shown if one.proven and (one.difference or 0) > 0]
    fell = [one for one in shown if one.proven and (one.difference or 0) < 0]
    same = len(shown) - len(rose) - len(fell)
    title = _(
        "%(subject)s: %(rose)s tăng, %(fell)s giảm, %(same)s chưa chắc có thay đổi",
        subject=subject,
        rose=number(len(rose)),
        fell=number(len(fell)),
        same=number(same),
    )
    return ChartText(title, "; ".join(f"{_title(one)}: {change_words(one)}" for one in shown) + ".")


def how_words(comparison: Comparison, earlier: Survey | None, later: Survey) -> list[str]:
    """How the two waves were compared, one sentence each."""
    sentences = [
        _(
            "Điểm là điểm phần trăm. Trong ngoặc là khoảng tin cậy %(level)s%% của mức chênh.",
            level=decimal(later.confidence_level * 100, 0),
        ),
        _("Chỉ nói tăng hay giảm khi vẫn chắc sau khi xét cùng lúc mọi con số cùng loại (cách của Holm)."),
    ]
    overlap = comparison.overlap
    if overlap is not None and overlap.covariances:
        sentences.append(
            ngettext(
                "%(num)s đơn vị mẫu có trong cả hai đợt (đợt trước %(before)s, đợt này %(after)s): mức chênh tính cả "
                "phần hai đợt cùng cao cùng thấp ở những nơi ấy.",
                "%(num)s đơn vị mẫu có trong cả hai đợt (đợt trước %(before)s, đợt này %(after)s): mức chênh tính cả "
                "phần hai đợt cùng cao cùng thấp ở những nơi ấy.",
                overlap.shared,
                before=number(overlap.before),
                after=number(overlap.after),
            )
        )
    else:
        sentences.append(_("Hai đợt được coi là hai mẫu độc lập."))
    bridge = comparison.bridge
    if bridge is not None and earlier is not None:
        sentences.append(
            _(
                "Hai đợt theo hai bản đồ hành chính. Đợt này chỉ tính ở %(new)s xã có phần đất của %(old)s trước đây; "
                "bảng nối có %(known)s xã cũ (%(documents)s).",
                new=number(len(bridge.inside)),
                old=earlier.territory.name,
                known=number(bridge.known),
                documents="; ".join(bridge.documents) or "–",
            )
        )
    return sentences
