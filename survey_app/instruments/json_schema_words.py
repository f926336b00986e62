"""What each key of a questionnaire means, in the Vietnamese that an editor shows beside it."""

from __future__ import annotations

#: Keys that mean the same in every part.
COMMON = {
    "key": "Tên khóa: chữ thường không dấu, chữ số, gạch dưới, bắt đầu bằng chữ. Đã dùng rồi thì giữ nguyên.",
    "title": "Tên hiện ra cho người đọc, bằng hai thứ tiếng.",
    "text": "Câu hỏi hoặc đoạn lời, bằng hai thứ tiếng. Có thể viết {agency}, {commune}, {province}.",
    "label": "Câu chữ của mức hoặc ý, bằng hai thứ tiếng.",
    "show_if": "Chỉ hỏi khi điều kiện này đúng. Chỉ nói đến những câu đứng trước.",
    "criterion": "Số hiệu tiêu chí chính thức, ví dụ III.10.",
    "wording": "official: nguyên văn của văn bản; own: câu chữ tự soạn (mặc định).",
    "source": "Văn bản có nguyên văn câu này, khi wording là official.",
    "hint": "Lời giải thích nhỏ dưới câu hỏi, bằng hai thứ tiếng.",
    "required": "true: không bỏ qua được trên màn hình. Câu theo thang có no_opinion thì mặc định là true.",
    "kind": "Loại chỉ số, hoặc lý do câu trả lời nằm ngoài tỷ lệ.",
    "of": "Danh sách khóa của phần hoặc câu được tính.",
    "intro": "Lời dẫn, bằng hai thứ tiếng.",
}

_VALUE = (
    "Số nguyên từ 0 đến 9999 hoặc một từ không dấu. Đã dùng rồi thì giữ nguyên: đổi value là đổi nghĩa của số liệu."
)
_MISSING = "no_opinion: không có ý kiến; not_used: không sử dụng; refused: không muốn trả lời; dont_know: không biết."
_MISSING_OPTION = f"Ý này nằm ngoài mọi tỷ lệ. {_MISSING}"
_OTHER = "true: ý „khác, xin ghi rõ”; người trả lời được viết thêm tối đa 200 ký tự. Mỗi câu nhiều nhất một ý như vậy."
_WORDS = "Những ý chọn thay cho câu trả lời, ví dụ „Không biết”."
_TYPE = "Kiểu trả lời của câu."

#: Model → what it is, and the words of its own keys.
MODELS: dict[str, tuple[str, dict[str, str]]] = {
    "Instrument": (
        "Một bộ phiếu khảo sát.",
        {
            "key": "Tên của bộ phiếu: chữ thường không dấu, chữ số, gạch nối. Ví dụ sipas-commune.",
            "version": 'Phiên bản, đặt trong dấu nháy kép, ví dụ "2020.1". Sửa nội dung thì phải tăng phiên bản.',
            "sector": "Lĩnh vực của bộ phiếu.",
            "audience": "Người trả lời: một hoặc nhiều nhóm.",
            "title": "Tên phiếu, bằng hai thứ tiếng.",
            "minutes": "Số phút cần để trả lời, hiện ở trang đầu.",
            "basis": "Các văn bản căn cứ.",
            "intro": "Lời mở đầu, bằng hai thứ tiếng.",
            "consent": "Lời nói rõ quyền của người trả lời và hỏi có đồng ý không, bằng hai thứ tiếng.",
            "scales": "Các thang đo, mỗi thang một tên, dùng lại cho nhiều câu.",
            "sections": "Các phần của phiếu; mỗi phần là một trang trên điện thoại.",
            "indices": "Các chỉ số. Chỉ số đầu tiên đứng đầu trang kết quả.",
            "targets": "Các mục tiêu đặt cho chỉ số.",
        },
    ),
    "Text": (
        "Câu chữ bằng tiếng Việt và tiếng Anh.",
        {"vi": "Tiếng Việt, nhiều nhất 4.000 ký tự.", "en": "Tiếng Anh, nhiều nhất 4.000 ký tự."},
    ),
    "Basis": (
        "Một văn bản căn cứ.",
        {
            "document": "Tên và số hiệu văn bản.",
            "date": "Ngày ban hành, viết năm-tháng-ngày.",
            "issuer": "Cơ quan ban hành.",
        },
    ),
    "Scale": (
        "Một thang đo.",
        {
            "points": "Các mức, ít nhất hai mức.",
            "satisfied": "Những mức được tính là hài lòng (thuận), ví dụ [4, 5].",
            "dissatisfied": "Những mức không hài lòng. Không ghi thì lấy bấy nhiêu mức ở đầu kia.",
            "no_opinion": "Mức „Không có ý kiến”, nằm ngoài mọi tỷ lệ.",
            "missing": "Những câu trả lời khác nằm ngoài mọi tỷ lệ, ví dụ „Không sử dụng”.",
            "display": "list: danh sách; grid: bảng trên màn hình rộng; faces: khuôn mặt, chỉ khi có ba hoặc năm mức.",
        },
    ),
    "Point": ("Một mức của thang đo.", {"value": "Số nguyên từ 0 đến 99."}),
    "MissingPoint": (
        "Một câu trả lời của thang đo nằm ngoài mọi tỷ lệ.",
        {"value": "Số nguyên từ 0 đến 99, chưa dùng cho mức nào.", "kind": _MISSING},
    ),
    "MissingWord": (
        "Một ý chọn thay cho con số hoặc ngày.",
        {"value": "Một từ không dấu, ví dụ dk.", "kind": _MISSING},
    ),
    "Option": ("Một ý để xếp thứ tự.", {"value": _VALUE}),
    "ChoiceOption": ("Một ý của câu chọn một.", {"value": _VALUE, "missing": _MISSING_OPTION, "other": _OTHER}),
    "MultipleOption": (
        "Một ý của câu chọn nhiều.",
        {
            "value": _VALUE,
            "missing": _MISSING_OPTION,
            "other": _OTHER,
            "exclusive": "true: ý này đứng một mình, ví dụ „Không ý nào”.",
        },
    ),
    "Section": (
        "Một phần của phiếu.",
        {
            "factor": "true: phần này là một yếu tố, được tính tỷ lệ riêng.",
            "title": "Tên phần, bằng hai thứ tiếng. Có thể viết {agency}, {commune}, {province}.",
            "intro": "Lời dẫn của phần, bằng hai thứ tiếng. Có thể viết {agency}, {commune}, {province}.",
            "items": "Các câu hỏi của phần, ít nhất một câu.",
        },
    ),
    "ScaleItem": (
        "Câu trả lời theo thang đo.",
        {
            "type": f"{_TYPE} Có thể bỏ khi đã ghi scale.",
            "scale": "Tên một thang đo đã khai ở đầu tệp.",
            "direction": "negative: đồng ý hoặc thường xuyên là điều không tốt; khi tính thì đổi hai phía cho nhau.",
        },
    ),
    "SingleItem": ("Câu chọn một ý.", {"type": _TYPE, "options": "Các ý để chọn, ít nhất hai ý."}),
    "MultipleItem": ("Câu chọn nhiều ý.", {"type": _TYPE, "options": "Các ý để chọn, ít nhất hai ý."}),
    "RankingItem": (
        "Câu xếp thứ tự các ý, quan trọng nhất đứng đầu.",
        {
            "type": _TYPE,
            "options": "Các ý để xếp, từ 2 đến 12 ý.",
            "choose": "Số ý phải xếp; không ghi thì xếp tất cả.",
        },
    ),
    "NumberItem": (
        "Câu trả lời bằng số.",
        {
            "type": _TYPE,
            "min": "Số nhỏ nhất có thể ghi.",
            "max": "Số lớn nhất có thể ghi.",
            "step": "Bước của con số: 1 là số nguyên (mặc định), 0.5 là từng nửa.",
            "unit": "Đơn vị, bằng hai thứ tiếng.",
            "missing": _WORDS,
        },
    ),
    "TextItem": (
        "Câu trả lời bằng lời.",
        {
            "type": _TYPE,
            "max_length": "Số ký tự nhiều nhất, mặc định 1000.",
            "rows": "Số dòng của ô, mặc định 3; 1 là ô một dòng.",
        },
    ),
    "DateItem": (
        "Câu trả lời bằng ngày.",
        {
            "type": _TYPE,
            "min": "Ngày sớm nhất, viết năm-tháng-ngày.",
            "max": "Ngày muộn nhất, viết năm-tháng-ngày.",
            "missing": _WORDS,
        },
    ),
    "InformationItem": ("Đoạn lời giữa các câu hỏi; không có câu trả lời và không có số thứ tự.", {"type": _TYPE}),
    "Comparison": (
        "Một phép so sánh; câu chưa trả lời thì phép nào cũng sai.",
        {
            "item": "Khóa của một câu đứng trước.",
            "in": "Câu trả lời là một trong các giá trị này.",
            "not_in": "Đã trả lời, và không phải giá trị nào trong danh sách này.",
            "eq": "Câu trả lời bằng giá trị này.",
            "ge": "Câu trả lời từ giá trị này trở lên.",
            "le": "Câu trả lời từ giá trị này trở xuống.",
        },
    ),
    "AllOf": ("Đúng khi mọi điều kiện trong danh sách đều đúng.", {"all": "Các điều kiện phải cùng đúng."}),
    "AnyOf": (
        "Đúng khi ít nhất một điều kiện trong danh sách đúng.",
        {"any": "Các điều kiện, chỉ cần một điều đúng."},
    ),
    "Negation": ("Đúng khi điều kiện bên trong sai.", {"not": "Điều kiện phải sai."}),
    "SatisfiedShare": (
        "Chỉ số: tỷ lệ câu trả lời hài lòng.",
        {"pool": "answers: gộp mọi câu trả lời (mặc định); items: trung bình tỷ lệ của từng câu."},
    ),
    "MeanScore": ("Chỉ số: điểm trung bình.", {"rescale": "true: ghi thêm trên thang 0 đến 100."}),
    "AllSatisfied": ("Chỉ số: tỷ lệ người hài lòng về mọi điều đã đánh giá.", {}),
    "ExpectationMet": ("Chỉ số: mức đáp ứng mong đợi, trung bình của câu trả lời bằng phần trăm.", {}),
    "PapiDimension": (
        "Chỉ số: một trục nội dung, từ 1 đến 10 điểm.",
        {"sub_dimensions": "Các nội dung thành phần."},
    ),
    "PapiSubDimension": ("Một nội dung thành phần.", {"indicators": "Các chỉ tiêu."}),
    "PapiIndicator": (
        "Một chỉ tiêu.",
        {
            "item": "Khóa của câu hỏi.",
            "codes": "Tính tỷ lệ những câu trả lời này; không ghi thì tính trung bình của mã hoặc con số.",
            "min": "Mức lý thuyết nhỏ nhất.",
            "max": "Mức lý thuyết lớn nhất.",
            "negative": "true: số cao là không tốt.",
        },
    ),
    "PapiTotal": ("Chỉ số: tổng điểm của các trục.", {}),
    "Target": (
        "Một mục tiêu.",
        {
            "index": "Khóa của một chỉ số đã khai.",
            "rate": "Tỷ lệ cần đạt, từ 0 đến 1: 0.80 là 80%.",
            "operator": "ge: đạt từ mức này trở lên (mặc định); gt: phải vượt mức này.",
            "basis": "Văn bản đặt ra mục tiêu.",
        },
    ),
}
