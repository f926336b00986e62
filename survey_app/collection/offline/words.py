"""The words of a form that is filled in without the server, in every language; as the server's pages have them."""

from __future__ import annotations

from collections.abc import Callable

from flask_babel import force_locale
from flask_babel import gettext as _

from survey_app.i18n import LANGUAGES

#: One sentence, or the sentences for one and for many.
Words = dict[str, str | list[str]]


def in_every_language(words: Callable[[], Words]) -> dict[str, Words]:
    """The same words in each language, by its code; what is filled in later stands in braces."""
    found = {}
    for code in LANGUAGES:
        with force_locale(code):
            found[code] = words()
    return found


def form_words() -> Words:
    """What ``form.js`` says around the questions and about answers that are missing or wrong."""
    return _page_words() | _unanswered_words() | _refusal_words() | _place_words()


def _page_words() -> Words:
    return {
        "languages": _("Ngôn ngữ"),
        "progress": _("Phần %(index)s/%(count)s", index="{index}", count="{total}"),
        "next": _("Tiếp tục"),
        "send": _("Gửi phiếu"),
        "back": _("Quay lại"),
        "begin": _("Đồng ý và bắt đầu"),
        "before": _("Trước khi bắt đầu"),
        "minutes": _("Mất khoảng %(minutes)s phút", minutes="{minutes}"),
        "place": _("Nơi khảo sát:"),
        "take_back": _("Bỏ chọn"),
        "please_choose": _("Xin chọn"),
        "other_line": _("%(option)s: xin ghi rõ", option="{option}"),
        "same": _("Ông/Bà đã chọn cùng một mức cho mọi câu ở đây. Nếu đúng như Ông/Bà nghĩ thì xin cứ tiếp tục."),
        "skipped": _("Phần này còn câu chưa trả lời. Xin Ông/Bà trả lời rồi gửi phiếu."),
        "nothing": _("Phiếu chưa có câu trả lời nào. Xin trả lời ít nhất một câu."),
        "review": _("Xin xem lại %(count)s chỗ sau", count="{total}"),
        "review_title": _("Cần xem lại:"),
        "also": _("Xin xem lại:"),
        "blank_title": _("Ông/Bà chưa trả lời %(count)s câu", count="{total}"),
        "blank_advice": _(
            "Xin chọn một câu trả lời ở từng câu, hoặc ý đứng riêng bên dưới nếu Ông/Bà không có ý kiến."
        ),
        "number": _("Câu %(number)s", number="{number}"),
        "problem": _("Câu %(number)s: %(message)s", number="{number}", message="{message}"),
        "simulated": _("Dữ liệu mô phỏng"),
        "simulated_long": _("Số liệu trên trang này do máy tạo ra để thử hệ thống, không phải kết quả thật."),
    }


def _unanswered_words() -> Words:
    unanswered = _("Ông/Bà chưa trả lời câu %(number)s. %(advice)s", number="{number}", advice="{advice}")
    advice = {
        "scale": _("Xin chọn một mức."),
        "single": _("Xin chọn một ý."),
        "multiple": _("Xin chọn ít nhất một ý."),
        "ranking": _("Xin chọn ý quan trọng nhất."),
        "number": _("Xin ghi một con số."),
        "text": _("Xin ghi câu trả lời."),
        "date": _("Xin chọn một ngày."),
    }
    no_opinion = _(
        "Ông/Bà chưa trả lời câu %(number)s. Xin chọn một mức, hoặc chọn %(no_opinion)s.",
        number="{number}",
        no_opinion="{no_opinion}",
    )
    return {
        "unanswered_no_opinion": no_opinion,
        **{f"unanswered_{kind}": unanswered.replace("{advice}", words) for kind, words in advice.items()},
    }


def _refusal_words() -> Words:
    return {
        "exclusive_option": _(
            "ý «%(label)s» không đi cùng ý khác. Xin Ông/Bà chỉ chọn ý này, hoặc bỏ ý này.", label="{label}"
        ),
        "gap_in_order": _("thứ tự bị bỏ trống ở giữa. Xin Ông/Bà chọn lần lượt từ thứ nhất."),
        "duplicate_rank": _("có ý được xếp hai lần. Xin Ông/Bà xếp mỗi ý một lần."),
        "typed_and_chosen": _("Xin Ông/Bà chỉ ghi vào ô, hoặc chỉ chọn một ý bên dưới."),
        "two_readings": _("Con số này có thể hiểu theo hai cách. Xin viết liền, không tách hàng nghìn, ví dụ 1234."),
        "no_number": _("Đây chưa phải là một con số. Xin chỉ viết chữ số, ví dụ 3 hoặc 2,5."),
        "number_too_large": _("con số quá lớn. Xin Ông/Bà viết lại."),
        "too_small": _("con số nhỏ nhất có thể ghi là %(limit)s. Xin Ông/Bà viết lại.", limit="{limit}"),
        "too_large": _("con số lớn nhất có thể ghi là %(limit)s. Xin Ông/Bà viết lại.", limit="{limit}"),
        "whole_number": _("cần một số nguyên. Xin Ông/Bà viết lại, không ghi phần lẻ."),
        "wrong_step": _("con số phải đi theo từng bước %(step)s. Xin Ông/Bà viết lại.", step="{step}"),
        "hidden_characters": _(
            "câu trả lời có ký tự ẩn không nhận được. Xin Ông/Bà xóa đi và gõ lại, không dán từ nơi khác."
        ),
        "text_too_long": _(
            "câu trả lời dài %(length)s ký tự, nhiều nhất là %(limit)s. Xin Ông/Bà viết ngắn lại.",
            length="{length}",
            limit="{limit}",
        ),
        "no_day": _("Ngày này không có thật hoặc viết chưa đúng. Xin viết ngày/tháng/năm, ví dụ 20/11/2026."),
        "too_early": _("ngày sớm nhất có thể ghi là %(limit)s. Xin Ông/Bà viết lại.", limit="{limit}"),
        "too_late": _("ngày muộn nhất có thể ghi là %(limit)s. Xin Ông/Bà viết lại.", limit="{limit}"),
    }


def _place_words() -> Words:
    names = [
        _("Thứ nhất"), _("Thứ nhì"), _("Thứ ba"), _("Thứ tư"), _("Thứ năm"), _("Thứ sáu"),
        _("Thứ bảy"), _("Thứ tám"), _("Thứ chín"), _("Thứ mười"), _("Thứ mười một"), _("Thứ mười hai"),
    ]  # fmt: skip
    return {f"place_{place}": name for place, name in enumerate(names, start=1)}
