"""Made-up lists for simulated surveys: no name, telephone or address in them is anybody's."""

from __future__ import annotations

import random
from collections.abc import Iterator

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from survey_app.errors import Conflict, UserError
from survey_app.sampling.listing.queries import frame_units
from survey_app.surveys.models import Survey

SMALLEST, LARGEST = 150, 900
NOTE = "dữ liệu mô phỏng"
CASE_HEADINGS = (
    "Mã xã", "Số hồ sơ", "Họ và tên", "Điện thoại", "Địa chỉ", "Lĩnh vực", "Giới tính", "Tháng", "Ghi chú",
)  # fmt: skip
_FAMILIES = (
    "Nguyễn", "Trần", "Lê", "Phạm", "Huỳnh", "Võ", "Phan", "Trương", "Bùi", "Đặng", "Đỗ", "Ngô", "Danh", "Thị", "Lâm",
)  # fmt: skip
_MIDDLES = {"Nam": ("Văn", "Hữu", "Minh", "Quốc", "Thanh"), "Nữ": ("Thị", "Ngọc", "Kim", "Thu", "Mỹ")}
_GIVEN = {
    "Nam": ("An", "Bình", "Cường", "Dũng", "Hải", "Khoa", "Lộc", "Nghĩa", "Phúc", "Tâm", "Thịnh", "Vinh"),
    "Nữ": ("Anh", "Châu", "Diễm", "Hạnh", "Hương", "Lan", "Mai", "Nhung", "Oanh", "Phượng", "Thảo", "Yến"),
}
_FIELDS = ("Chứng thực", "Hộ tịch", "Đất đai", "Bảo trợ xã hội", "Xây dựng", "Đăng ký kinh doanh")
_FIELD_WEIGHTS = (34, 26, 18, 12, 6, 4)


def simulate_cases(session: Session, survey: Survey, count: int, seed: str) -> Iterator[tuple[str, ...]]:
    """Finished dossiers of the units of a survey's frame, the same for the same seed.

    Units differ as communes do, from 150 to 900 dossiers where ``count`` allows. Telephones begin with 0000, which
    nobody has.

    Raises
    ------
    Conflict
        The survey is not marked as simulated.
    UserError
        Fewer cases than units.
    """
    if not survey.simulated:
        raise Conflict(
            _("Đợt này không phải đợt mô phỏng nên không làm danh sách giả cho nó. Xin tạo đợt với simulated: true.")
        )
    codes = sorted(unit.code for unit in frame_units(session, survey))
    if count < len(codes):
        raise UserError(_("Dàn mẫu có %(units)s đơn vị. Xin chọn ít nhất từng ấy hồ sơ.", units=len(codes)))
    chance = random.Random(f"{seed}|{survey.slug}")  # noqa: S311  made up, and to be made up again
    return _rows(chance, _sizes(chance, codes, count), survey.starts_on.year)


def _sizes(chance: random.Random, codes: list[str], count: int) -> dict[str, int]:
    """Sizes that add up to ``count``: made at random, then shared out by largest remainders, at least one each."""
    raw = [chance.uniform(SMALLEST, LARGEST) for _code in codes]
    spare, whole = count - len(codes), sum(raw)
    exact = [spare * size / whole for size in raw]
    sizes = [1 + int(share) for share in exact]
    order = sorted(range(len(codes)), key=lambda place: (int(exact[place]) - exact[place], codes[place]))
    for place in order[: count - sum(sizes)]:
        sizes[place] += 1
    return dict(zip(codes, sizes, strict=True))


def _rows(chance: random.Random, sizes: dict[str, int], year: int) -> Iterator[tuple[str, ...]]:
    for code, size in sizes.items():
        for number in range(1, size + 1):
            sex = chance.choice(("Nam", "Nữ"))
            month = chance.randint(1, 12)
            yield (
                code,
                f"MP{year % 100:02d}{month:02d}.{code}.{number:05d}",
                " ".join((chance.choice(_FAMILIES), chance.choice(_MIDDLES[sex]), chance.choice(_GIVEN[sex]))),
                f"0000{chance.randrange(10**6):06d}",
                f"Số {chance.randint(1, 400)}, ấp {chance.randint(1, 20)} ({NOTE})",
                chance.choices(_FIELDS, _FIELD_WEIGHTS)[0],
                sex,
                str(month),
                NOTE,
            )
