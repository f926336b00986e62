"""What requests and answers look like; the OpenAPI document is made from these models."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, StrictFloat, WithJsonSchema

from survey_app.collection.models import CHANNELS, LANGUAGES
from survey_app.surveys.models import STATES

MOST_CASES = 1_000
MOST_RESPONSES = 100
MOST_TOKENS = 1_000
LONGEST_MINUTES = 1_440.0
PAGE = 100
LARGEST_PAGE = 500
#: No controls, no hidden characters; the rooms say the rest.
_VISIBLE = r"^[^\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]*$"
_UUID = "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$"


def _l(text: str) -> str:
    """Mark words for translation; the document is translated when it is asked for."""
    return text


def _only_text(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError("text only")
    return value


Code = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9._/-]+$")]
Cell = Annotated[str, Field(max_length=300)]


def _only_number(value: object) -> object:
    if isinstance(value, (bool, str)):
        raise ValueError("numbers only")
    return value


FormId = Annotated[
    UUID, BeforeValidator(_only_text), WithJsonSchema({"type": "string", "format": "uuid", "pattern": _UUID})
]
Day = Annotated[date, BeforeValidator(_only_text), WithJsonSchema({"type": "string", "format": "date"})]


class _Asked(BaseModel):
    """A body of a request: what it does not know it refuses."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class Page(BaseModel):
    """Which part of a list."""

    limit: int = Field(default=PAGE, ge=1, le=LARGEST_PAGE, description=_l("Nhiều nhất bao nhiêu phần tử một trang."))
    after: str | None = Field(
        default=None, max_length=80, pattern=r"^[A-Za-z0-9._/-]+$", description=_l("Giá trị „next” của trang trước.")
    )


class FinishedCase(_Asked):
    """A dossier that was finished, a discharge, a pupil: what a row of a list holds."""

    unit: Code = Field(description=_l("Mã xã hoặc mã cơ quan trong dàn mẫu."))
    reference: Annotated[str, Field(min_length=1, max_length=100)] = Field(
        description=_l("Số hồ sơ; không hồ sơ nào của đợt được trùng. Được mã hóa.")
    )
    name: Cell = Field(default="", description=_l("Họ tên người được mời. Được mã hóa."))
    phone: Cell = Field(default="", description=_l("Điện thoại. Được mã hóa."))
    address: Cell = Field(default="", description=_l("Địa chỉ. Được mã hóa."))
    attributes: dict[Annotated[str, Field(min_length=1, max_length=60, pattern=_VISIBLE)], Cell] = Field(
        default_factory=dict,
        max_length=12,
        json_schema_extra={"additionalProperties": False},
        description=_l("Cột mô tả để phân tầng và phân tổ, ví dụ lĩnh vực. Không bao giờ là thông tin cá nhân."),
    )


class CaseBatch(_Asked):
    """Finished dossiers, all of them or none."""

    name: str = Field(
        default="",
        max_length=200,
        pattern=_VISIBLE,
        description=_l("Tên lô, hiện ở trang Dàn mẫu; để trống: tên khóa và ngày."),
    )
    cases: list[FinishedCase] = Field(min_length=1, max_length=MOST_CASES)


class CaseReport(BaseModel):
    """What came in."""

    batch: int = Field(description=_l("Số của lô trong danh sách dàn mẫu."))
    cases: int
    units: int = Field(description=_l("Số đơn vị có hồ sơ trong lô."))
    repeated_persons: int = Field(description=_l("Số người có mặt nhiều lần trong các danh sách của đợt."))
    restored_phones: int = Field(description=_l("Số điện thoại được trả lại số 0 đứng đầu."))


class TokenRequest(_Asked):
    """How many single-use tokens for which unit."""

    unit: Code = Field(description=_l("Mã xã hoặc mã cơ quan trong mẫu."))
    count: Annotated[int, Field(ge=1, le=MOST_TOKENS), BeforeValidator(_only_number)] = 1


class Token(BaseModel):
    """A single-use token; shown now and never again."""

    token: str
    path: str = Field(description=_l("Đường dẫn để in hoặc gửi cho người được mời, sau địa chỉ của hệ thống."))


class Tokens(BaseModel):
    """Tokens of a unit."""

    unit: str
    expires_on: date
    invitations: list[Token]


class PushedResponse(_Asked):
    """One filled-in form."""

    id: FormId = Field(description=_l("UUID do nơi gửi đặt; gửi lại cùng UUID và nội dung thì nhận cùng biên nhận."))
    unit: Code = Field(description=_l("Mã xã hoặc mã cơ quan trong mẫu."))
    channel: Literal[CHANNELS] = Field(  # type: ignore[valid-type]  # the channels are listed in one place
        "file", description=_l("Kênh khác „file” cần quyền responses.channel.")
    )
    language: Literal[LANGUAGES] = Field(default="vi")  # type: ignore[valid-type]  # as the channels
    day: Day | None = Field(default=None, description=_l("Ngày trả lời; để trống: hôm nay."))
    minutes: Annotated[StrictFloat, Field(ge=0, le=LONGEST_MINUTES)] | None = None
    case: Annotated[int, Field(ge=1, le=2**31 - 1), BeforeValidator(_only_number)] | None = Field(
        default=None, description=_l("Số của hồ sơ được bốc, nếu phiếu là của một hồ sơ.")
    )
    answers: dict[Annotated[str, Field(max_length=60)], JsonValue] = Field(
        min_length=1, max_length=2_000, description=_l("Mã câu hỏi → câu trả lời, như trong bộ phiếu.")
    )


class ResponseBatch(_Asked):
    """Filled-in forms, each taken or refused by itself."""

    responses: list[PushedResponse] = Field(min_length=1, max_length=MOST_RESPONSES)


class AnswerError(BaseModel):
    """Why an answer was not taken."""

    item: str
    reason: str


class PushedResult(BaseModel):
    """What became of one form."""

    id: UUID
    state: Literal["accepted", "repeated", "disputed", "refused"] = Field(
        description=_l(
            "accepted: đã lưu; repeated: đã có, cùng nội dung; disputed: trùng mã hoặc trùng hồ sơ với phiếu khác, "
            "giữ để người xem; refused: không lưu gì, xem „reason”."
        )
    )
    code: str | None = Field(default=None, description=_l("Mã biên nhận."))
    reason: str | None = None
    errors: list[AnswerError] = Field(default_factory=list)
    dropped: list[str] = Field(
        default_factory=list, description=_l("Câu không thuộc đường đi của người trả lời nên không lưu.")
    )


class PushedResults(BaseModel):
    """One result for each form, in the order sent."""

    accepted: int
    results: list[PushedResult]


class SurveyShown(BaseModel):
    """A survey."""

    slug: str
    title: dict[str, str]
    sector: str
    state: Literal[STATES]  # type: ignore[valid-type]  # listed in one place
    starts_on: date
    ends_on: date
    questionnaire: str = Field(description=_l("Bộ phiếu và phiên bản."))
    questionnaire_hash: str
    simulated: bool = Field(description=_l("Dữ liệu mô phỏng, không phải kết quả thật."))


class SurveyList(BaseModel):
    """A page of surveys, newest first."""

    surveys: list[SurveyShown]
    next: str | None = Field(description=_l("Gửi lại ở „after” để lấy trang sau; không có: hết."))


class UnitProgress(BaseModel):
    """How far one unit is."""

    unit: str
    name: str
    received: int
    planned: int


class Progress(BaseModel):
    """How far a survey is; never what anybody answered."""

    survey: str
    state: str
    simulated: bool
    received: int
    planned: int
    channels: dict[str, int]
    units: list[UnitProgress]
    next: str | None = Field(description=_l("Gửi lại ở „after” để lấy trang sau; không có: hết."))


class ResultShown(BaseModel):
    """A published result."""

    slug: str
    title: dict[str, str]
    number: int
    sha256: str
    approved_at: str
    simulated: bool


class ResultList(BaseModel):
    """A page of published results, newest first."""

    results: list[ResultShown]
    next: str | None = Field(description=_l("Gửi lại ở „after” để lấy trang sau; không có: hết."))


class Result(BaseModel):
    """The snapshot that was approved, whole, as the public page shows it."""

    slug: str
    number: int
    sha256: str
    approved_at: str
    snapshot: dict[str, Any]


class ProblemError(BaseModel):
    """One place of a request, and what is wrong there."""

    field: str | None = Field(default=None, description=_l("Chỗ sai trong yêu cầu."))
    row: int | None = Field(default=None, description=_l("Số thứ tự hồ sơ trong lô, từ 1."))
    reason: str


class Problem(BaseModel):
    """An error (RFC 9457)."""

    type: str = Field(description=_l("Đường dẫn của trang giải thích loại lỗi."))
    title: str
    status: int
    detail: str = Field(description=_l("Chuyện gì xảy ra và cần làm gì."))
    instance: str
    errors: list[ProblemError] = Field(default_factory=list)
    reference: str | None = Field(default=None, description=_l("Số tham chiếu của lỗi ngoài dự kiến, để báo quản trị."))
