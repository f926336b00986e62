"""What a tablet says when it works without the server."""

from __future__ import annotations

from flask_babel import gettext as _

from survey_app.collection.offline.words import Words, form_words


def tablet_words() -> Words:
    """Everything a tablet says without the server."""
    return (
        form_words()
        | queue_words()
        | {
            "lead": _("Xin Ông/Bà cho biết đã hài lòng đến đâu khi làm thủ tục ở đây."),
            "no_network": _(
                "Máy đang mất mạng nhưng vẫn nhận phiếu: phiếu được niêm phong trên máy và gửi khi có mạng."
            ),
            "not_ready": _("Máy đang mất mạng"),
            "not_ready_what": _("Màn hình tự thử lại. Xin Ông/Bà đợi ít phút, hoặc hỏi cán bộ Bộ phận Một cửa."),
            "rest": _("Máy tạm nghỉ vì trong giờ này đã mở nhiều phiếu. Xin báo cán bộ nếu cần sớm hơn."),
            "idle_title": _("Ông/Bà còn trả lời không?"),
            "idle_what": _("Nếu không ai chạm vào màn hình, những gì đã chọn sẽ bị xóa để người sau không nhìn thấy."),
            "idle_seconds": _("giây"),
            "idle_stay": _("Trả lời tiếp"),
            "stop": _("Kết thúc"),
            "stop_what": _("Những gì Ông/Bà đã chọn sẽ bị xóa khỏi máy và không được gửi."),
            "stop_now": _("Xóa và kết thúc"),
            "thanks": _("Xin cảm ơn Ông/Bà"),
            "thanks_sealed": _("Phiếu đã được niêm phong trên máy và sẽ tự gửi khi có mạng. Ở đây không ai đọc được."),
            "receipt": _("Mã biên nhận"),
            "back_in": _("Màn hình tự trở về trang đầu sau %(seconds)s giây.", seconds="{seconds}"),
            "to_start": _("Về trang đầu"),
            "full": _(
                "Máy không còn chỗ để giữ phiếu này. Xin báo cán bộ; những gì Ông/Bà chọn vẫn còn trên màn hình."
            ),
            "staff": _("Cán bộ"),
            "staff_corner": _("Góc cán bộ"),
            "pin": _("Mã PIN"),
            "open_corner": _("Mở góc cán bộ"),
            "pin_wrong": _("Mã PIN chưa đúng. Xin nhập lại, hoặc hỏi cán bộ phụ trách để đổi mã."),
            "pin_unknown": _("Khi mất mạng, góc cán bộ chỉ mở được nếu đã mở một lần lúc có mạng."),
        }
    )


def queue_words() -> Words:
    """What the staff corner says of the sealed forms that wait."""
    return {
        "waits": _("Phiếu đang chờ gửi: %(count)s", count="{count}"),
        "refused": _("Phiếu máy chủ không nhận: %(count)s", count="{count}"),
        "nothing_waits": _("Không có phiếu nào chờ gửi."),
        "send_now": _("Gửi ngay"),
        "export": _("Xuất phiếu niêm phong ra tệp"),
        "export_what": _(
            "Tệp chỉ máy chủ mở được. Người phụ trách nhập tệp bằng lệnh response import-sealed; "
            "phiếu nào đã gửi rồi thì không tính hai lần."
        ),
    }
