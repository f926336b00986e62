"""The sentences of a snapshot: the answer, what its interval means, how the survey was done, what each chart says."""

from __future__ import annotations

from typing import Any

from flask_babel import force_locale, ngettext
from flask_babel import gettext as _

from survey_app.i18n import decimal, number
from survey_app.publication.figure_files import describe_charts
from survey_app.publication.waves import rows_of
from survey_app.results.estimates import Row
from survey_app.results.weighting.words import step_words
from survey_app.results.words import answer_sentence, target_words


def write_texts(content: dict[str, Any], language: str) -> dict[str, Any]:
    """What a snapshot says in one language: ``answer, meaning, target, method, charts``."""
    with force_locale(language):
        whole = rows_of(content)
        index = next((row for row in whole if row.kind == "index"), None)
        return {
            "answer": answer_sentence(index),
            "meaning": meaning_of(index),
            "target": target_words(whole),
            "method": list(_method(content, target_words(whole), language)),
            "charts": {
                name: {"title": words.title, "description": words.description}
                for name, (_rows, words) in describe_charts(content, language).items()
            },
        }


def meaning_of(row: Row | None) -> str:
    """What the interval of a figure means, in one sentence; nothing where it has none."""
    if row is None or row.estimate is None or row.ci is None or row.unit != "share":
        return ""
    low, high = (f"{decimal((row.ci[end] or 0) * 100)}%" for end in ("low", "high"))
    return _(
        "Chỉ một phần người dân được hỏi; nếu hỏi tất cả mọi người thì tỷ lệ thật nhiều khả năng nằm trong khoảng từ "
        "%(low)s đến %(high)s (cách tính này đúng chừng %(times)s lần trong 100 lần khảo sát).",
        low=low,
        high=high,
        times=decimal(row.ci["level"] * 100, 0),
    )


def _method(content: dict[str, Any], target: str, language: str) -> list[str]:
    survey, draw = content["survey"], content["draw"]
    parts = []
    if not content.get("probability", True):
        parts.append(
            _("Không ai bốc thăm xã hay người trả lời: phiếu thu ở quầy mở, đường dẫn mở, ai đến thì trả lời.")
            + " "
            + _("Vì vậy không có khoảng tin cậy, không so với mục tiêu; các tỷ lệ chỉ nói về những người đã trả lời.")
        )
    else:
        parts.append(_drawing(survey, draw))
        parts.append(
            _(
                "Hệ số thiết kế cho biết phương sai lớn gấp mấy lần so với khi hỏi ngẫu nhiên từng người trong cả tỉnh "
                "(sai số lớn gấp căn bậc hai của số này); số người và số câu trả lời là cơ sở của mỗi tỷ lệ."
            )
        )
        judged = _(
            "Khoảng tin cậy tính theo Wilson với cỡ mẫu hiệu dụng của thiết kế chọn mẫu nhiều giai đoạn; "
            "mục tiêu: %(target)s.",
            target=target,
        )
        if survey["target_basis"]:
            judged += " " + _("Căn cứ: %(basis)s.", basis=survey["target_basis"])
        parts.append(judged)
    if steps := [
        step_words(one["kind"], one["variables"], one["times_mean"], language) for one in content.get("weighting", [])
    ]:
        parts.append(
            _(
                "Mỗi phiếu mang một trọng số: nghịch đảo xác suất được bốc, rồi %(steps)s.",
                steps="; ".join(steps),
            )
        )
    if undrawn := content.get("undrawn", 0):
        text = "%(num)s phiếu của người không được bốc không tính vào kết quả."
        parts.append(ngettext(text, text, undrawn))
    if aside := content.get("set_aside", 0):
        parts.append(
            ngettext(
                "%(n)s phiếu được để ra ngoài vì công việc của người thu phiếu không đạt khi kiểm tra; các con số "
                "không tính phiếu ấy.",
                "%(n)s phiếu được để ra ngoài vì công việc của người thu phiếu không đạt khi kiểm tra; các con số "
                "không tính những phiếu ấy.",
                aside,
                n=number(aside),
            )
        )
    return parts


def _drawing(survey: dict[str, Any], draw: dict[str, Any]) -> str:
    facts = {
        "frame": draw["frame_size"],
        "territory": survey["territory"],
        "drawn": draw["drawn"],
        "seed": draw["seed"],
    }
    if draw.get("first_stage", "commune") == "district":
        text = _(
            "Các huyện của %(territory)s được bốc ngẫu nhiên với mầm công khai „%(seed)s”; mọi xã của huyện được bốc "
            "đều được khảo sát, %(drawn)s trên %(frame)s xã. Ai cũng bốc lại được theo biên bản bốc mẫu.",
            **facts,
        )
    elif draw["method"] in ("pareto", "systematic"):
        text = _(
            "Trong %(frame)s xã, cơ quan của %(territory)s, %(drawn)s nơi được bốc ngẫu nhiên trong từng tầng với xác "
            "suất theo quy mô và mầm công khai „%(seed)s”. Ai cũng bốc lại được theo biên bản bốc mẫu.",
            **facts,
        )
    else:
        text = (
            _(
                "Trong %(frame)s xã của %(territory)s, %(drawn)s xã được bốc ngẫu nhiên trong từng tầng với mầm công "
                "khai „%(seed)s”.",
                **facts,
            )
            + " "
            + _(
                "Ai cũng bốc lại được: u là 53 bit đầu của SHA-256(„mầm|mã xã”) chia cho 2⁵³; mỗi tầng lấy các xã có "
                "u nhỏ nhất."
            )
        )
    if draw.get("cases"):
        text += " " + _("Ở mỗi nơi được bốc, người được hỏi được bốc từ danh sách hồ sơ đã giải quyết.")
    return text
