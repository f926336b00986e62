"""The words for what a workbook holds that a questionnaire cannot, and for what had to be assumed.

One entry a code: what it is, and how to mend it. X0x the file, X1x types of questions, X2x choices, X3x conditions and
other cells, X4x parts of the form; X5x to X7x what was changed or assumed.
"""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

CATALOGUE = {
    "X01": (
        _l("Trang tính «%(name)s» không thuộc bộ phiếu."),
        _l("Nếu chỉ là ghi chú, xin xóa trang này; nếu là danh sách lựa chọn, xin chuyển sang trang «choices»."),
    ),
    "X02": (
        _l("Có hai trang tính cùng tên «%(name)s»; trang sau bị bỏ."),
        _l("Xin gộp hai trang làm một."),
    ),
    "X03": (
        _l("Hai cột có cùng tên «%(name)s»; cột sau bị bỏ."),
        _l("Xin gộp hai cột làm một."),
    ),
    "X04": (
        _l("Ô %(cell)s có chữ «%(value)s» nhưng cột này không có tên ở dòng đầu."),
        _l("Xin ghi tên cột ở dòng đầu, hoặc xóa ô này; nếu là ô gộp, xin bỏ gộp."),
    ),
    "X05": (
        _l("Ô %(cell)s là một công thức chưa tính được: «%(value)s»."),
        _l("Xin mở tệp bằng Excel, chép cột này rồi dán lại chỉ lấy giá trị, và lưu."),
    ),
    "X06": (
        _l("Cột «%(name)s» (%(count)s ô có chữ) không có chỗ trong bộ phiếu."),
        _l("Nếu chỉ là ghi chú, xin xóa cột này."),
    ),
    "X07": (
        _l("Ngôn ngữ «%(name)s» (%(count)s ô có chữ) không được giữ; bộ phiếu có tiếng Việt (vi) và tiếng Anh (en)."),
        _l("Nếu đây là tiếng Việt hoặc tiếng Anh, xin đặt tên cột kiểu «label::Tiếng Việt (vi)»."),
    ),
    "X08": (
        _l("Dòng này có chữ («%(value)s») nhưng ô «type» để trống."),
        _l("Xin ghi loại câu hỏi vào ô «type», hoặc xóa dòng này; nếu là ô gộp, xin bỏ gộp."),
    ),
    "X10": (
        _l("Dòng tự tính «%(name)s» (%(value)s) không được giữ; bộ phiếu không có câu tự tính."),
        _l("Xin tính khi phân tích số liệu, và bỏ dòng này cùng những điều kiện dựa vào nó."),
    ),
    "X11": (
        _l("Câu «%(name)s» (%(value)s) không được giữ; bộ phiếu không nhận ảnh, âm thanh, chữ ký hay tệp."),
        _l("Xin bỏ dòng này, hoặc hỏi bằng chữ (text)."),
    ),
    "X12": (
        _l("Câu «%(name)s» (%(value)s) không được giữ; bộ phiếu không hỏi vị trí."),
        _l("Xin bỏ dòng này. Xã, phường của phiếu đã có sẵn từ mẫu khảo sát."),
    ),
    "X14": (
        _l("Phần lặp lại «%(name)s» và %(count)s dòng trong đó không được giữ."),
        _l("Xin viết thành các câu riêng (người thứ nhất, người thứ hai…), hoặc bỏ phần lặp."),
    ),
    "X15": (
        _l("Câu «%(name)s» (%(value)s) nằm trong phần lặp lại nên không được giữ."),
        _l("Xin chuyển câu này ra ngoài phần lặp nếu cần."),
    ),
    "X16": (
        _l("Câu «%(name)s» (%(value)s) lấy danh sách từ một tệp khác nên không được giữ."),
        _l("Xin chép danh sách vào trang «choices» và dùng select_one."),
    ),
    "X17": (
        _l("Câu «%(name)s» thuộc loại «%(value)s», bộ phiếu không có loại này."),
        _l("Xin xem chính tả; dùng được select_one, select_multiple, rank, integer, decimal, range, text, date, note."),
    ),
    "X18": (
        _l("Câu «%(name)s» (%(value)s) chỉ giữ lời, thành một đoạn văn; ô đánh dấu đã đọc thì không."),
        _l("Cần người trả lời xác nhận, xin dùng select_one có hai lựa chọn."),
    ),
    "X19": (
        _l("Câu «%(name)s» (%(value)s) được giữ thành câu hỏi ngày; giờ thì không."),
        _l("Cần hỏi giờ, xin thêm một câu viết chữ (text)."),
    ),
    "X20": (
        _l("Câu «%(name)s» dùng danh sách «%(value)s» có %(count)s lựa chọn; cần từ %(least)s đến %(most)s."),
        _l("Xin sửa danh sách ở trang «choices» hoặc tên danh sách ở ô «type»."),
    ),
    "X21": (
        _l("Mã «%(value)s» của danh sách «%(name)s» không dùng được và đổi thành «%(new)s»."),
        _l("Xin đặt mã là số nguyên từ 0 đến 9999, hoặc một từ không dấu bắt đầu bằng chữ, nhiều nhất 40 ký tự."),
    ),
    "X22": (
        _l("Mã «%(value)s» với cùng câu chữ đã có trong danh sách «%(name)s»; dòng này bị bỏ."),
        _l("Xin cho mỗi lựa chọn một mã riêng."),
    ),
    "X23": (
        _l("Không câu nào được giữ dùng danh sách «%(name)s»; %(count)s lựa chọn bị bỏ."),
        _l("Xin xóa danh sách này, hoặc sửa tên danh sách ở ô «type» của câu dùng nó."),
    ),
    "X24": (
        _l("Lựa chọn này thiếu «%(value)s»."),
        _l("Xin ghi đủ list_name và name; nếu là ô gộp, xin bỏ gộp."),
    ),
    "X25": (
        _l("Câu «%(name)s» dùng danh sách «%(value)s» có %(count)s lựa chọn; cả bộ phiếu vượt %(most)s lựa chọn."),
        _l("Xin rút ngắn danh sách ở trang «choices», hoặc hỏi bằng chữ (text)."),
    ),
    "X30": (
        _l("Điều kiện của «%(name)s» không được giữ, câu sẽ luôn được hỏi: %(value)s (%(reason)s)."),
        _l("Xin viết lại bằng and, or, not, selected(${câu}, 'mã') và các phép so sánh với một giá trị."),
    ),
    "X31": (
        _l("Ràng buộc của «%(name)s» không được giữ: %(value)s."),
        _l("Xin dùng giới hạn như . >= 0 and . <= 100; với ngày: . >= date('2026-01-31')."),
    ),
    "X32": (
        _l("«required» của «%(name)s» là một biểu thức nên không được giữ: %(value)s."),
        _l("Xin ghi yes hoặc để trống."),
    ),
    "X33": (
        _l("Ô «%(column)s» của «%(name)s» không được giữ: %(value)s."),
        _l("Xin xóa ô này nếu không cần."),
    ),
    "X34": (
        _l("Câu chữ của «%(name)s» có chỗ điền «%(value)s», được thay bằng dấu ba chấm."),
        _l("Xin viết lại câu không cần chỗ điền; bộ phiếu chỉ điền {agency}, {commune}, {province}."),
    ),
    "X35": (
        _l("Câu chữ của «%(name)s» dài hơn %(count)s ký tự; phần sau bị cắt: «%(value)s»"),
        _l("Xin rút ngắn, hoặc tách thành nhiều dòng note."),
    ),
    "X40": (
        _l("Tên nhóm «%(name)s» không được giữ: %(value)s."),
        _l("Nhóm này chỉ chứa các nhóm khác, hoặc không có câu nào. Xin bỏ nhóm, hoặc chuyển tên vào một note."),
    ),
    "X41": (
        _l("Nhóm mở và đóng không khớp ở dòng này (%(value)s)."),
        _l("Xin cho mỗi begin_group một end_group."),
    ),
    "X42": (
        _l("Dòng «%(name)s» bị tắt (disabled) nên không được giữ."),
        _l("Xin xóa dòng này, hoặc xóa chữ ở cột disabled."),
    ),
    "X43": (
        _l("Dòng «%(name)s» do Hài Lòng tự viết khi xuất; chỗ sửa bằng tay ở «%(column)s» không được giữ."),
        _l("Xin trả lại như cũ (%(value)s), hoặc xóa ô ở cột hailong_helper để dòng này thành câu hỏi thường."),
    ),
    "X44": (
        _l("Không dòng nào ở trang này thành câu hỏi được."),
        _l("Lý do từng dòng ghi ở trên; xin đổi ít nhất một dòng thành loại câu hỏi mà bộ phiếu có."),
    ),
    "X50": (
        _l("Tên «%(name)s» được đổi thành «%(new)s»."),
        _l("Khóa của bộ phiếu là chữ thường không dấu, bắt đầu bằng chữ, nhiều nhất 40 ký tự, không trùng nhau."),
    ),
    "X51": (
        _l("Ô %(cell)s là công thức; lấy giá trị lúc lưu tệp: «%(value)s»."),
        _l("Xin kiểm tra lại giá trị này."),
    ),
    "X52": (
        _l("Thiếu %(language)s ở «%(column)s»; tạm dùng câu chữ của ngôn ngữ kia."),
        _l("Xin dịch rồi sửa trong tệp bộ phiếu, hoặc thêm cột «%(column)s::%(heading)s»."),
    ),
    "X53": (
        _l("Không có «%(name)s»; tạm ghi «%(value)s»."),
        _l("Xin thêm cột này vào trang «settings», hoặc sửa trong tệp bộ phiếu."),
    ),
    "X54": (
        _l("Câu «%(name)s» nhận số lẻ đến hai chữ số sau dấu phẩy."),
        _l("Cần lẻ hơn, xin sửa «step» trong tệp bộ phiếu."),
    ),
    "X55": (
        _l("Nhóm con «%(name)s» không còn là nhóm; các câu của nó thuộc phần «%(value)s»."),
        _l("Tên của nhóm con, nếu có, thành một đoạn chữ đứng trước các câu ấy."),
    ),
    "X56": (
        _l("Không câu nào theo thang đo, vì vậy chưa tính được tỷ lệ hài lòng."),
        _l("Xin thêm trang «hailong_scales» (xem docs/bo-phieu.md), hoặc sửa trong tệp bộ phiếu."),
    ),
    "X57": (
        _l("Câu chữ của «%(name)s» có dấu định dạng; dấu ấy hiện ra như chữ thường."),
        _l("Xin xóa các dấu như **, # hoặc <b>."),
    ),
    "X58": (
        _l("«%(name)s» không có câu chữ; tạm dùng tên của nó."),
        _l("Xin ghi câu chữ vào cột «label»."),
    ),
    "X59": (
        _l("Cách trình bày «%(value)s» của «%(name)s» không được giữ; bộ phiếu tự trình bày."),
        _l("Không cần làm gì."),
    ),
    "X60": (
        _l("Thiếu cả tiếng Việt và tiếng Anh ở «%(column)s»; tạm dùng «%(name)s»."),
        _l("Xin dịch rồi sửa trong tệp bộ phiếu, hoặc thêm cột «%(column)s::%(heading)s»."),
    ),
    "X61": (
        _l("Cột «%(name)s» (%(count)s ô có chữ) là sổ ghi riêng của Kobo nên bỏ qua."),
        _l("Không cần làm gì."),
    ),
    "X62": (
        _l("Số phiên bản «%(name)s» dài hơn 40 ký tự nên rút thành «%(new)s»."),
        _l("Xin sửa trong tệp bộ phiếu nếu cần."),
    ),
    "X63": (
        _l("Cột «label» không ghi ngôn ngữ; coi là %(language)s."),
        _l(
            "Nếu không phải, xin đặt tên cột kiểu «label::Tiếng Việt (vi)», hoặc ghi default_language ở "
            "trang «settings»."
        ),
    ),
    "X64": (
        _l("Danh sách «%(name)s» được coi là thang đo: hài lòng là %(satisfied)s, không hài lòng là %(dissatisfied)s."),
        _l("Xin xem lại mục «scales» trong tệp bộ phiếu."),
    ),
    "X65": (
        _l("Tạm lập một chỉ số hài lòng chung từ các phần có thang đo: %(name)s."),
        _l("Xin xem lại mục «indices» trong tệp bộ phiếu."),
    ),
    "X66": (
        _l("Ô %(cell)s có ký tự ẩn (%(value)s); đã bỏ ký tự ấy."),
        _l("Xin xem lại câu chữ này."),
    ),
    "X67": (
        _l("Thiết lập «%(name)s» (%(value)s) dành cho ODK hay Kobo nên bỏ qua."),
        _l("Không cần làm gì."),
    ),
    "X68": (
        _l("Nhóm «%(name)s» không có tên; tạm ghi «%(value)s»."),
        _l("Xin ghi tên vào cột «label» của dòng này, hoặc sửa trong tệp bộ phiếu."),
    ),
    "X69": (
        _l("Bậc «%(name)s» của câu xếp thứ tự «%(value)s» không giữ lời riêng; bộ phiếu tự ghi „Thứ nhất”, „Thứ nhì”…"),
        _l("Không cần làm gì."),
    ),
    "X70": (
        _l("Dòng tự ghi «%(name)s» (%(value)s) không cần giữ."),
        _l("Ngày và cách trả lời được hệ thống tự ghi; máy và người trả lời thì không ghi."),
    ),
    "X71": (
        _l("Mã «%(value)s» của thang đo «%(name)s» đổi thành số «%(new)s»."),
        _l("Điểm của thang đo là số; xin ghi nhớ khi so với số liệu cũ."),
    ),
}
