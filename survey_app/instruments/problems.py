"""What can be wrong with a questionnaire file, told to an author who is not a programmer.

The catalogue has one entry a code: what is wrong, and how to mend it. Codes never change their meaning.
Q00x the file, Q02x keys and values, Q04x names used twice, Q05x scales, Q06x conditions, Q07x limits,
Q08x indices and targets.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask_babel import lazy_gettext as _l

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Problem:
    """One thing to mend: where it is (file, line from 1, dotted key), what is wrong, what to do."""

    code: str
    message: str
    advice: str
    file: str
    line: int | None
    key: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        where = f" [{self.key}]" if self.key else ""
        return f"{place}{where} {self.code}: {self.message} {self.advice}"


class QuestionnaireProblems(Exception):
    """A questionnaire file was refused; ``problems`` tells all that is wrong with it, in file order."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


@dataclass(frozen=True)
class Finding:
    """A problem as a check sees it: code and path in the file; the loader adds words and line."""

    code: str
    path: Path = ()
    values: Mapping[str, object] = field(default_factory=dict)
    line: int | None = None


def dotted(path: Path) -> str:
    """The path as an author reads it: ``sections[2].items[0].text.en``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def make_problem(finding: Finding, *, file: str, line: int | None) -> Problem:
    """The finding in words, in the language of the present request (Vietnamese outside one)."""
    message, advice = CATALOGUE[finding.code]
    values = {"key": dotted(finding.path) or WHOLE_FILE, **finding.values}
    return Problem(
        code=finding.code,
        message=str(message) % values,
        advice=str(advice) % values,
        file=file,
        line=finding.line or line,
        key=dotted(finding.path),
    )


#: What a value should be, in words, for Q022.
EXPECTED = {
    "text": _l("câu chữ"),
    "integer": _l("số nguyên"),
    "number": _l("con số"),
    "truth": _l("true hoặc false"),
    "list": _l("danh sách (mỗi dòng bắt đầu bằng dấu gạch ngang, hoặc đặt trong dấu ngoặc vuông)"),
    "mapping": _l("một nhóm khóa, mỗi khóa một dòng"),
    "date": _l("ngày viết theo năm-tháng-ngày"),
    "choice": _l("số nguyên hoặc một từ không dấu"),
    "other": _l("giá trị khác"),
}
NONE_ALIKE = _l("không có")
WHOLE_FILE = _l("cả tệp")

CATALOGUE = {
    "Q001": (
        _l("Tệp không phải là văn bản UTF-8."),
        _l("Xin mở tệp bằng trình soạn thảo và lưu lại với bảng mã UTF-8."),
    ),
    "Q002": (
        _l("Tệp trống."),
        _l("Xin chép một bộ phiếu mẫu vào tệp rồi sửa theo ý mình."),
    ),
    "Q003": (
        _l("Tệp lớn hơn %(limit)s MB."),
        _l("Xin chia thành nhiều bộ phiếu, hoặc bỏ phần không phải là câu hỏi."),
    ),
    "Q004": (
        _l("Dòng này không đúng cách viết YAML."),
        _l("Xin xem lại dấu ngoặc, dấu nháy và số dấu cách thụt đầu dòng ở dòng này và dòng ngay trên."),
    ),
    "Q005": (
        _l("Dòng này thụt vào bằng phím Tab."),
        _l("Xin thay mỗi dấu Tab bằng hai dấu cách."),
    ),
    "Q006": (
        _l("Dòng này có dấu hai chấm ở giữa câu nên máy đọc nhầm thành tên khóa."),
        _l('Xin đặt cả câu trong dấu nháy kép, ví dụ: vi: "Xin cho biết: …".'),
    ),
    "Q007": (
        _l("Dòng này dùng dấu «%(sign)s» của YAML (đặt tên, gọi lại, ép kiểu); bộ phiếu không cho phép."),
        _l("Xin viết đầy đủ nội dung tại chỗ; nếu dấu này thuộc câu chữ, xin đặt cả câu trong dấu nháy kép."),
    ),
    "Q008": (
        _l("Các phần lồng vào nhau quá sâu (hơn %(limit)s bậc)."),
        _l("Xin xem lại chỗ thụt đầu dòng, hoặc viết điều kiện ngắn hơn."),
    ),
    "Q009": (
        _l("Tệp chứa nhiều hơn một bộ phiếu (có dòng «---» ở giữa)."),
        _l("Xin tách mỗi bộ phiếu thành một tệp."),
    ),
    "Q010": (
        _l("Khóa «%(name)s» viết hai lần trong cùng một phần; lần đầu ở dòng %(first)s."),
        _l("Xin giữ một lần và xóa lần kia."),
    ),
    "Q011": (
        _l("Văn bản có ký tự ẩn không được phép: %(characters)s."),
        _l("Xin xóa câu này và gõ lại bằng tay, không chép từ nơi khác."),
    ),
    "Q012": (
        _l("Tệp có quá nhiều giá trị (hơn %(limit)s)."),
        _l("Xin chia thành nhiều bộ phiếu."),
    ),
    "Q020": (
        _l("Không có khóa nào tên là «%(name)s» ở chỗ này."),
        _l("Xin xóa khóa này hoặc sửa lại tên. Tên gần giống: %(suggestion)s."),
    ),
    "Q021": (
        _l("Thiếu khóa «%(name)s», hoặc khóa đó để trống."),
        _l("Xin thêm khóa «%(name)s» kèm giá trị vào phần này."),
    ),
    "Q022": (
        _l("Giá trị của «%(key)s» không đúng kiểu; ở đây cần %(expected)s."),
        _l('Xin sửa giá trị. Chữ số được hiểu là chữ khi đặt trong dấu nháy kép, ví dụ "2020.1".'),
    ),
    "Q023": (
        _l("Giá trị «%(value)s» của «%(key)s» không có trong danh sách cho phép."),
        _l("Xin chọn một trong các giá trị: %(allowed)s."),
    ),
    "Q024": (
        _l("Thiếu bản dịch «%(language)s» của «%(key)s»."),
        _l("Xin viết đủ cả tiếng Việt (vi) và tiếng Anh (en)."),
    ),
    "Q025": (
        _l("Tên khóa «%(value)s» viết không đúng cách."),
        _l(
            "Xin dùng chữ thường không dấu, chữ số và dấu gạch dưới, bắt đầu bằng chữ; riêng khóa của "
            "bộ phiếu dùng dấu gạch nối thay cho gạch dưới."
        ),
    ),
    "Q026": (
        _l("Tên khóa «%(value)s» được hệ thống dùng cho việc khác."),
        _l("Xin đặt tên khác, ví dụ thêm một chữ số vào cuối."),
    ),
    "Q027": (
        _l("Danh sách «%(key)s» chưa có đủ phần tử (cần ít nhất %(least)s)."),
        _l("Xin thêm phần tử vào danh sách, hoặc xóa cả phần nếu không dùng."),
    ),
    "Q028": (
        _l("Số ở «%(key)s» nằm ngoài khoảng cho phép (%(limits)s)."),
        _l("Xin sửa lại con số."),
    ),
    "Q029": (
        _l("Ngày ở «%(key)s» không có thật hoặc viết không đúng cách."),
        _l("Xin viết ngày theo thứ tự năm-tháng-ngày, ví dụ 2019-09-13."),
    ),
    "Q030": (
        _l("Câu chữ ở «%(key)s» để trống hoặc quá dài (nhiều nhất %(limit)s ký tự)."),
        _l("Xin viết lại cho vừa."),
    ),
    "Q031": (
        _l("Câu chữ ở «%(key)s» có dấu ngoặc nhọn máy không hiểu."),
        _l(
            "Xin chỉ viết {agency}, {commune} hoặc {province} trong ngoặc nhọn, và chỉ ở câu hỏi (text), lời giải "
            "thích (hint), tên và lời dẫn của phần (title, intro)."
        ),
    ),
    "Q032": (
        _l("Danh sách «%(key)s» có quá nhiều phần tử (nhiều nhất %(most)s)."),
        _l("Xin bỏ bớt phần tử, hoặc tách thành hai câu."),
    ),
    "Q040": (
        _l("Khóa «%(value)s» đã dùng ở dòng %(first)s cho một phần hoặc một câu hỏi khác."),
        _l("Xin đặt cho mỗi phần và mỗi câu hỏi một khóa riêng."),
    ),
    "Q041": (
        _l("Giá trị «%(value)s» đã dùng ở dòng %(first)s trong cùng danh sách."),
        _l("Xin cho mỗi lựa chọn một giá trị riêng."),
    ),
    "Q042": (
        _l("Khóa chỉ số «%(value)s» đã dùng ở dòng %(first)s."),
        _l("Xin đặt cho mỗi chỉ số một khóa riêng."),
    ),
    "Q043": (
        _l("Khóa «%(value)s» dành cho ô ghi ý khác của câu «%(item)s»."),
        _l("Xin đặt khóa khác; ô ghi ý khác đã có sẵn, không cần thêm câu riêng."),
    ),
    "Q044": (
        _l("Một câu chỉ có một ý được ghi thêm bằng lời (other: true)."),
        _l("Xin giữ «other: true» ở một ý và bỏ ở các ý kia."),
    ),
    "Q050": (
        _l("Không có thang đo nào tên là «%(value)s»."),
        _l("Xin dùng một thang đo đã khai ở đầu tệp: %(known)s."),
    ),
    "Q051": (
        _l("Mức hài lòng «%(value)s» không phải là một mức của thang đo."),
        _l("Xin chỉ ghi những mức có trong «points»: %(known)s."),
    ),
    "Q052": (
        _l("Mức không hài lòng «%(value)s» không phải là một mức của thang đo, hoặc đã là mức hài lòng."),
        _l("Xin chỉ ghi những mức có trong «points» và không có trong «satisfied»."),
    ),
    "Q053": (
        _l("Giá trị «%(value)s» của «no_opinion» trùng với một mức của thang đo."),
        _l("Xin chọn một số khác, ví dụ 9."),
    ),
    "Q054": (
        _l("Giá trị «%(value)s» của «missing» trùng với một mức của thang đo hoặc với «no_opinion»."),
        _l("Xin chọn một số chưa dùng, ví dụ 8."),
    ),
    "Q055": (
        _l("Thang đo này không có ba hoặc năm mức nên không hiện bằng khuôn mặt được."),
        _l("Xin dùng «display: list» hoặc «display: grid»."),
    ),
    "Q060": (
        _l("Điều kiện nói đến câu hỏi «%(value)s», nhưng bộ phiếu không có câu này."),
        _l("Xin sửa lại khóa của câu hỏi. Khóa gần giống: %(suggestion)s."),
    ),
    "Q061": (
        _l("Điều kiện nói đến câu hỏi «%(value)s», nhưng câu này đứng sau hoặc chính là câu đang xét."),
        _l("Xin chỉ đặt điều kiện theo những câu đứng trước."),
    ),
    "Q062": (
        _l("Giá trị «%(value)s» trong điều kiện không phải là một câu trả lời của câu «%(item)s»."),
        _l("Xin dùng các giá trị của câu đó: %(known)s."),
    ),
    "Q063": (
        _l("Phép so sánh «%(operator)s» không dùng được với câu «%(item)s»."),
        _l(
            "Câu chọn một hoặc chọn nhiều dùng in, not_in, eq; thang đo, câu số, câu ngày dùng thêm ge, le; "
            "câu viết chữ không làm điều kiện."
        ),
    ),
    "Q064": (
        _l("Mỗi điều kiện cần đúng một phép so sánh."),
        _l("Xin viết một trong các phép in, not_in, eq, ge, le; cần nhiều điều kiện, xin dùng all hoặc any."),
    ),
    "Q070": (
        _l("Giới hạn dưới (min) lớn hơn giới hạn trên (max)."),
        _l("Xin đổi chỗ hoặc sửa lại hai giới hạn."),
    ),
    "Q071": (
        _l("Câu xếp thứ tự cho chọn %(value)s ý, nhưng chỉ có %(known)s ý."),
        _l("Xin sửa «choose» cho không quá số ý, hoặc bỏ khóa này để xếp tất cả."),
    ),
    "Q080": (
        _l("Chỉ số tính từ «%(value)s», nhưng bộ phiếu không có phần hoặc câu hỏi này."),
        _l("Xin sửa lại khóa. Khóa gần giống: %(suggestion)s."),
    ),
    "Q081": (
        _l("Chỉ số tính từ «%(value)s», nhưng ở đó không có câu nào trả lời theo thang đo."),
        _l("Xin chỉ tính chỉ số từ những phần hoặc câu có «scale»."),
    ),
    "Q082": (
        _l("Mục tiêu đặt cho chỉ số «%(value)s», nhưng bộ phiếu không có chỉ số này."),
        _l("Xin dùng một chỉ số đã khai: %(known)s."),
    ),
    "Q083": (
        _l("Mục tiêu phải là một tỷ lệ từ 0 đến 1."),
        _l("Xin viết 0.80 cho tám mươi phần trăm."),
    ),
    "Q084": (
        _l("Chỉ số tính từ «%(value)s», nhưng ở đó không có câu nào trả lời bằng số."),
        _l("Xin chỉ tính «expectation_met» từ những phần hoặc câu kiểu number."),
    ),
    "Q085": (
        _l("Tổng điểm tính từ «%(value)s», nhưng đó không phải là một chỉ số papi_dimension."),
        _l("Xin dùng các chỉ số nội dung đã khai: %(known)s."),
    ),
    "Q086": (
        _l("Câu «%(value)s» không dùng làm chỉ báo như vậy được."),
        _l("Xin dùng câu theo thang đo hoặc chọn một nếu có «codes»; không có «codes» thì cần câu trả lời bằng số."),
    ),
    "Q087": (
        _l("Chỉ số «%(value)s» không phải là một tỷ lệ nên không đặt mục tiêu được."),
        _l("Xin chỉ đặt mục tiêu cho chỉ số kiểu satisfied_share hoặc all_satisfied."),
    ),
    "Q088": (
        _l("Điểm trung bình gộp các thang đo có số mức khác nhau."),
        _l("Xin tách thành nhiều chỉ số, mỗi chỉ số một thang đo."),
    ),
    "Q089": (
        _l("Giới hạn lý thuyết của chỉ báo sai: «min» phải nhỏ hơn «max»."),
        _l("Xin ghi giá trị nhỏ nhất và lớn nhất mà câu trả lời có thể có."),
    ),
}
