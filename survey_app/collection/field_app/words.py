"""The words of the collector's app, which shows them without the server; what is filled in later stands in braces."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import ngettext

from survey_app.collection.offline.words import Words, form_words
from survey_app.sampling.work.words import OUTCOME_WORDS


def app_words() -> Words:
    """Everything the app says, the form included."""
    outcomes: Words = {f"outcome_{name}": str(words) for name, words in OUTCOME_WORDS.items()}
    own = (
        _lock_words()
        | _home_words()
        | _case_words()
        | _hand_words()
        | _queue_words()
        | _device_words()
        | _counted_words()
    )
    return form_words() | outcomes | own


def _lock_words() -> Words:
    return {
        "app": _("Thu phiếu"),
        "menu": _("Trình đơn"),
        "pin_title": _("Đặt mã PIN cho máy này"),
        "pin_why": _("Mã PIN khóa màn hình khi người trả lời cầm máy, và khi Ông/Bà mở lại ứng dụng."),
        "pin_new": _("Mã PIN mới"),
        "pin_hint": _("4 đến 6 chữ số, không dùng 1234 hay năm sinh."),
        "pin_again": _("Gõ lại mã PIN"),
        "pin_set": _("Đặt mã PIN"),
        "pin_shape": _("Mã PIN gồm 4 đến 6 chữ số. Xin gõ lại."),
        "pin_differs": _("Hai lần gõ không giống nhau. Xin gõ lại."),
        "pin": _("Mã PIN"),
        "pin_wrong": _("Mã PIN chưa đúng. Xin gõ lại."),
        "pin_wait": _("Mã PIN chưa đúng. Xin chờ %(seconds)s giây rồi gõ lại.", seconds="{seconds}"),
        "pin_forgotten": _("Quên mã PIN"),
        "pin_forgotten_offline": _("Đặt lại mã PIN cần có mạng để đăng nhập lại. Phiếu đã làm vẫn còn trên máy."),
        "pin_change": _("Đổi mã PIN"),
        "locked": _("Máy đang khóa"),
        "locked_why": _("Điều tra viên gõ mã PIN để tiếp tục."),
        "unlock": _("Mở khóa"),
        "form_go_on": _("Tiếp tục phiếu đang làm dở"),
        "sign_in": _("Đăng nhập"),
    }


def _home_words() -> Words:
    return {
        "home": _("Hồ sơ của tôi"),
        "surveys": _("Các đợt khảo sát"),
        "fetching": _("Đang tải hồ sơ và bộ phiếu về máy…"),
        "first_time_online": _("Lần mở đầu tiên cần có mạng để tải hồ sơ và bộ phiếu về máy. Xin thử lại khi có mạng."),
        "no_work": _("Chưa có việc."),
        "no_work_next": _("Khi điều phối giao hồ sơ, các hồ sơ sẽ hiện ở đây."),
        "communes_sentence": _("Chọn xã, bấm Nhận một phiếu, rồi đưa máy cho người trả lời."),
        "search": _("Tìm hồ sơ"),
        "search_hint": _("Theo tên, số, địa chỉ hoặc xã; gõ không dấu cũng được."),
        "nothing_found": _("Không có hồ sơ nào khớp."),
        "nothing_found_next": _("Xin gõ ít chữ hơn, hoặc tìm theo số hồ sơ."),
        "more": _("Xem thêm"),
        "case": _("Hồ sơ số %(number)s", number="{number}"),
        "due": _("hạn %(day)s", day="{day}"),
        "reserve": _("dự bị thứ %(rank)s", rank="{rank}"),
        "received": _("đã nhận %(received)s trên %(planned)s phiếu", received="{received}", planned="{planned}"),
        "interview": _("Bắt đầu phỏng vấn"),
        "interview_go_on": _("Tiếp tục phỏng vấn"),
        "interview_new": _("Nhận một phiếu"),
        "chip_todo": _("chưa làm"),
        "chip_begun": _("làm dở"),
        "chip_late": _("▲ quá hạn"),
        "chip_sealed": _("✓ đã niêm phong, chờ gửi"),
        "chip_replaced": _("đã xin thay, chờ gửi"),
        "to_list": _("Về danh sách"),
        "device": _("Máy này"),
    }


def _case_words() -> Words:
    return {
        "case_gone": _("Hồ sơ này không còn trong phần việc của Ông/Bà."),
        "case_sealed": _(
            "Phiếu của hồ sơ này đã niêm phong trên máy, chờ gửi. Không ai trên máy này đọc hay sửa được nữa."
        ),
        "case_replaced": _("Đã ghi việc xin thay. Hồ sơ dự bị sẽ hiện ra sau khi gửi."),
        "last_try": _(
            "Lần gần nhất: %(outcome)s. Đã tính %(have)s trên %(need)s lần.",
            outcome="{outcome}",
            have="{have}",
            need="{need}",
        ),
        "not_met": _("Gọi hoặc đến nhưng không gặp…"),
        "outcome": _("Kết quả"),
        "try_day": _("Ngày thử"),
        "try_hour": _("Giờ"),
        "try_record": _("Ghi lần thử"),
        "try_recorded": _("Đã ghi lần thử với hồ sơ số %(number)s; sẽ gửi khi có mạng.", number="{number}"),
        "try_no_outcome": _("Xin chọn một kết quả của lần thử, ví dụ „vắng nhà, không gặp”."),
        "try_no_moment": _("Xin ghi ngày và giờ của lần thử."),
        "try_too_early": _("Lần thử ghi vào ngày trước khi đợt bắt đầu (%(day)s). Xin sửa ngày.", day="{day}"),
        "replace": _("Thay bằng hồ sơ dự bị…"),
        "replace_how": _("Hồ sơ dự bị kế tiếp của xã sẽ thay khi máy gửi được. Không ai chọn được người thay."),
        "replace_now": _("Thay hồ sơ số %(number)s", number="{number}"),
        "replace_recorded": _("Đã ghi việc xin thay hồ sơ số %(number)s; sẽ gửi khi có mạng.", number="{number}"),
        "reason": _("Lý do"),
        "reason_hint": _("Không ghi tên, điện thoại hay địa chỉ."),
        "reason_missing": _("Xin ghi lý do thay hồ sơ này."),
        "note": _("Ghi chú cho riêng mình"),
        "note_hint": _("Chỉ để trên máy này, không gửi đi; xóa khi đăng xuất."),
        "note_kept": _("Đã lưu ghi chú."),
        "discard": _("Bỏ phiếu làm dở…"),
        "discard_what": _("Các câu đã trả lời của phiếu làm dở sẽ mất hẳn. Hồ sơ vẫn còn để làm lại."),
        "discard_now": _("Bỏ phiếu làm dở của hồ sơ số %(number)s", number="{number}"),
        "discarded": _("Đã bỏ phiếu làm dở."),
    }


def _hand_words() -> Words:
    return {
        "hand_title": _("Xin đưa máy cho người trả lời"),
        "hand_why": _("Người trả lời tự chọn. Phiếu gửi xong được niêm phong: không ai trên máy này đọc hay sửa được."),
        "hand_pin": _("Muốn lấy lại máy, Ông/Bà gõ mã PIN."),
        "hand_done": _("Tôi là người trả lời, bắt đầu"),
        "thanks": _("Xin cảm ơn Ông/Bà"),
        "thanks_sealed": _(
            "Phiếu đã được niêm phong trên máy này và sẽ tự gửi về khi có mạng. Từ giờ không ai đọc được "
            "phiếu trên máy này nữa."
        ),
        "not_kept": _(
            "Máy chưa lưu được phiếu, có thể vì hết chỗ. Câu trả lời vẫn còn trên màn hình này: xin báo điều"
            " tra viên, rồi bấm lại."
        ),
        "receipt": _("Mã biên nhận"),
        "receipt_hint": _("Mã này chỉ cho biết phiếu đã đến nơi, không cho biết ai đã trả lời."),
        "give_back": _("Trả máy cho điều tra viên"),
    }


def _queue_words() -> Words:
    return {
        "send_data": _("Gửi dữ liệu"),
        "sending": _("Đang gửi… đã xong %(done)s", done="{done}"),
        "waits": _("Chờ gửi: %(forms)s phiếu, %(actions)s việc", forms="{forms}", actions="{actions}"),
        "nothing_waits": _("Không có gì chờ gửi."),
        "sent_last": _("Gửi lần cuối: %(when)s", when="{when}"),
        "sent_never": _("Chưa gửi lần nào"),
        "problem_offline": _("Chưa có mạng, sẽ tự gửi lại."),
        "problem_busy": _("Máy chủ bận, sẽ tự gửi lại."),
        "problem_signed_out": _("Cần đăng nhập lại để gửi."),
        "see_queue": _("Xem chi tiết"),
        "queue": _("Dữ liệu trên máy"),
        "refused_forms": _("Phiếu máy chủ chưa nhận"),
        "refused_actions": _("Việc máy chủ chưa nhận"),
        "try_again": _("Thử lại"),
        "drop_action": _("Bỏ việc này"),
        "export": _("Xuất ra tệp niêm phong…"),
        "export_what": _(
            "Khi máy không gửi được, xuất tệp rồi đưa cho điều phối. Chỉ máy chủ mở được tệp này. Phiếu vẫn "
            "còn trên máy cho đến khi máy chủ xác nhận."
        ),
        "export_now": _("Xuất tệp niêm phong"),
        "history": _("Đã gửi gần đây"),
        "kind_form": _("phiếu"),
        "kind_attempt": _("lần thử"),
        "kind_replace": _("xin thay hồ sơ"),
        "state_accepted": _("Đã nhận:"),
        "state_repeated": _("Đã nhận từ trước:"),
        "state_done": _("Đã ghi:"),
        "state_disputed": _("Trùng, điều phối xem:"),
        "state_held": _("Giữ lại, điều phối xem:"),
        "state_refused": _("Chưa nhận:"),
    }


def _device_words() -> Words:
    return {
        "signed_in_as": _("Người dùng: %(name)s", name="{name}"),
        "session_until": _("Phiên đăng nhập đến ngày %(day)s.", day="{day}"),
        "session_soon": _(
            "Phiên đăng nhập hết hạn ngày %(day)s. Xin đăng nhập lại trước ngày ấy khi có mạng.", day="{day}"
        ),
        "session_over": _("Phiên đăng nhập đã hết hạn. Phiếu vẫn còn trên máy; xin đăng nhập lại để gửi."),
        "position": _("Ghi vị trí khi phỏng vấn"),
        "position_what": _("Chỉ khi Ông/Bà đồng ý; làm tròn khoảng 100 m. Máy chủ chỉ giữ khoảng cách đến xã."),
        "storage_used": _("Ứng dụng đang dùng %(used)s MB.", used="{used}"),
        "storage_safe": _("Trình duyệt đã hứa giữ dữ liệu này."),
        "storage_unsafe": _("Trình duyệt chưa hứa giữ dữ liệu khi máy đầy; xin gửi dữ liệu đều đặn."),
        "little_space": _("Máy sắp hết chỗ. Xin gửi dữ liệu, rồi xóa bớt ảnh và ứng dụng không dùng."),
        "version": _("Phiên bản %(version)s", version="{version}"),
        "refresh": _("Tải lại hồ sơ"),
        "new_version": _("Có bản mới của ứng dụng."),
        "apply_version": _("Dùng bản mới"),
        "new_questionnaire": _("Bộ phiếu có bản mới. Phiếu làm dở vẫn theo bản cũ."),
        "clock_back": _("Đồng hồ của máy chạy sai. Xin chỉnh lại giờ; phiếu vẫn được giữ và gửi như thường."),
        "another_person": _(
            "Máy này đang giữ phiếu của %(name)s. Xin đăng nhập bằng tài khoản ấy để gửi; %(other)s chưa "
            "dùng được máy này.",
            name="{name}",
            other="{other}",
        ),
        "sign_out": _("Đăng xuất"),
        "sign_out_what": _("Tên, điện thoại, địa chỉ và ghi chú trên máy bị xóa ngay."),
        "sign_out_refused": _("Chưa đăng xuất được: máy còn dữ liệu chưa gửi."),
        "sign_out_ways": _(
            "Xin gửi dữ liệu khi có mạng; hoặc xuất tệp niêm phong đưa cho điều phối, rồi bấm Đăng xuất lần "
            "nữa. Phiếu làm dở thì làm nốt, hoặc bỏ ở trang của hồ sơ."
        ),
        "signed_out": _("Đã đăng xuất"),
        "signed_out_what": _("Hồ sơ và liên hệ đã được xóa khỏi máy này."),
        "cannot": _("Trình duyệt này không chạy được ứng dụng. Xin dùng địa chỉ https và một trình duyệt mới."),
        "broken": _("Ứng dụng gặp lỗi. Phiếu đã làm vẫn còn trên máy. Xin mở lại."),
        "open_again": _("Mở lại"),
    }


def _counted_words() -> Words:
    return {
        "cases_open": [
            ngettext("Còn %(count)s hồ sơ.", "Còn %(count)s hồ sơ.", number, count="{count}") for number in (1, 2)
        ],
        "cases_late": [
            ngettext(
                "Còn %(count)s hồ sơ, trong đó %(late)s đã quá hạn.",
                "Còn %(count)s hồ sơ, trong đó %(late)s đã quá hạn.",
                number,
                count="{count}",
                late="{late}",
            )
            for number in (1, 2)
        ],
        "found": [
            ngettext("%(count)s hồ sơ khớp.", "%(count)s hồ sơ khớp.", number, count="{count}") for number in (1, 2)
        ],
        "waiting_list": [
            ngettext("%(count)s phiếu chờ gửi", "%(count)s phiếu chờ gửi", number, count="{count}") for number in (1, 2)
        ],
        "and_more": [
            ngettext("và %(count)s phiếu nữa", "và %(count)s phiếu nữa", number, count="{count}") for number in (1, 2)
        ],
        "exported": [
            ngettext(
                "Đã xuất %(count)s phiếu ra tệp niêm phong. Xin đưa tệp cho điều phối.",
                "Đã xuất %(count)s phiếu ra tệp niêm phong. Xin đưa tệp cho điều phối.",
                number,
                count="{count}",
            )
            for number in (1, 2)
        ],
        "refused_some": [
            ngettext(
                "%(count)s mục máy chủ chưa nhận: xem lý do",
                "%(count)s mục máy chủ chưa nhận: xem lý do",
                number,
                count="{count}",
            )
            for number in (1, 2)
        ],
        "drafts_left": [
            ngettext("%(count)s phiếu đang làm dở.", "%(count)s phiếu đang làm dở.", number, count="{count}")
            for number in (1, 2)
        ],
    }
