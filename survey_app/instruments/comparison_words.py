"""The words of a comparison of two versions: one sentence for each kind of change and each reason."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

#: What a change says; „before” and „after” are how it was and how it is.
CHANGES = {
    "head.setting": _l("Đầu phiếu: «%(name)s» đổi từ %(before)s thành %(after)s."),
    "head.text": _l("Đầu phiếu: câu chữ «%(name)s» đổi từ „%(before)s” thành „%(after)s”."),
    "basis.added": _l("Thêm căn cứ: %(key)s."),
    "basis.removed": _l("Bỏ căn cứ: %(key)s."),
    "scale.added": _l("Thêm thang đo %(key)s."),
    "scale.removed": _l("Bỏ thang đo %(key)s."),
    "scale.choice_added": _l("Thang đo %(key)s: thêm mức %(name)s („%(after)s”)."),
    "scale.choice_removed": _l("Thang đo %(key)s: bỏ mức %(name)s („%(before)s”)."),
    "scale.choice.text": _l("Thang đo %(key)s: câu chữ của mức %(name)s đổi từ „%(before)s” thành „%(after)s”."),
    "scale.choice_order": _l("Thang đo %(key)s: thứ tự các mức đổi từ %(before)s thành %(after)s."),
    "scale.missing": _l("Thang đo %(key)s: cách tính mức %(name)s ngoài tỷ lệ đổi từ %(before)s thành %(after)s."),
    "scale.setting": _l("Thang đo %(key)s: «%(name)s» đổi từ %(before)s thành %(after)s."),
    "section.added": _l("Thêm phần %(key)s."),
    "section.removed": _l("Bỏ phần %(key)s."),
    "section.moved": _l("Phần %(key)s chuyển chỗ."),
    "section.text": _l("Phần %(key)s: câu chữ «%(name)s» đổi từ „%(before)s” thành „%(after)s”."),
    "section.setting": _l("Phần %(key)s: «%(name)s» đổi từ %(before)s thành %(after)s."),
    "item.added": _l("Thêm câu %(key)s: „%(after)s”."),
    "item.removed": _l("Bỏ câu %(key)s."),
    "item.renamed": _l("Bỏ câu %(key)s; câu mới %(after)s có cùng câu chữ."),
    "item.section": _l("Câu %(key)s chuyển từ phần %(before)s sang phần %(after)s."),
    "item.moved": _l("Câu %(key)s chuyển chỗ trong phần %(after)s."),
    "item.text": _l("Câu %(key)s: câu chữ «%(name)s» đổi từ „%(before)s” thành „%(after)s”."),
    "item.setting": _l("Câu %(key)s: «%(name)s» đổi từ %(before)s thành %(after)s."),
    "item.choice_added": _l("Câu %(key)s: thêm ý %(name)s („%(after)s”)."),
    "item.choice_removed": _l("Câu %(key)s: bỏ ý %(name)s („%(before)s”)."),
    "item.choice.text": _l("Câu %(key)s: câu chữ của ý %(name)s đổi từ „%(before)s” thành „%(after)s”."),
    "item.choice_order": _l("Câu %(key)s: thứ tự các ý đổi từ %(before)s thành %(after)s."),
    "item.missing": _l("Câu %(key)s: cách tính ý %(name)s ngoài tỷ lệ đổi từ %(before)s thành %(after)s."),
    "item.condition": _l("Câu %(key)s: điều kiện hỏi đổi từ %(before)s thành %(after)s."),
    "index.added": _l("Thêm chỉ số %(key)s."),
    "index.removed": _l("Bỏ chỉ số %(key)s."),
    "index.first": _l("Chỉ số đứng đầu đổi từ %(before)s thành %(after)s."),
    "index.text": _l("Chỉ số %(key)s: câu chữ «%(name)s» đổi từ „%(before)s” thành „%(after)s”."),
    "index.setting": _l("Chỉ số %(key)s: «%(name)s» đổi từ %(before)s thành %(after)s."),
    "index.sub_dimensions": _l("Chỉ số %(key)s: các nội dung thành phần hoặc chỉ báo đã đổi."),
    "target.added": _l("Thêm mục tiêu: %(after)s."),
    "target.removed": _l("Bỏ mục tiêu: %(before)s."),
}

#: Why an item or an index is not simply comparable.
REASONS = {
    "type": _l("kiểu trả lời đã đổi"),
    "answers": _l("các mức hoặc ý trả lời đã thêm bớt"),
    "favourable": _l("mức được tính là hài lòng đã đổi"),
    "base": _l("câu trả lời nằm ngoài tỷ lệ đã đổi"),
    "direction": _l("chiều của câu đã đổi"),
    "condition": _l("điều kiện hỏi đã đổi"),
    "asked_after": _l("chỉ hỏi tùy theo một câu không còn như cũ"),
    "unit": _l("đơn vị đã đổi"),
    "places": _l("số ý phải xếp đã đổi"),
    "wording": _l("câu chữ đã đổi"),
    "labels": _l("tên các mức hoặc ý đã đổi"),
    "order": _l("thứ tự các mức hoặc ý đã đổi"),
    "roles": _l("ý đứng một mình hoặc ý ghi thêm đã đổi"),
    "display": _l("cách trình bày thang đo đã đổi"),
    "limits": _l("giới hạn hoặc bước của câu trả lời đã đổi"),
    "missing_words": _l("các ý chọn thay cho câu trả lời đã đổi"),
    "required": _l("bắt buộc hay không đã đổi"),
    "index_kind": _l("cách tính đã đổi"),
    "members": _l("các câu được tính đã thêm bớt"),
    "broken_member": _l("có câu không còn so sánh được"),
    "changed_member": _l("có câu cần thận trọng khi so sánh"),
}


def change_in_words(kind: str, *, key: str, name: str, before: object, after: object) -> str:
    """The change as a sentence; what was not there is said so."""
    values = {"key": key, "name": name, "before": _value(before), "after": _value(after)}
    return str(CHANGES[kind]) % values


def reason_in_words(reason: str) -> str:
    """The reason as a phrase."""
    return str(REASONS[reason])


def _value(value: object) -> str:
    if value is None or value == "":
        return str(_("(không có)"))
    return str(value).lower() if isinstance(value, bool) else str(value)
