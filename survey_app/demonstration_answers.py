"""Simulated answers of one person."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.random import Generator

from survey_app.instruments.schema import Instrument

#: One in nine says in own words what else should become better.
SHARE_OF_OWN_WORDS = 0.11
SOMETHING_ELSE = 10
OWN_WORDS = (
    "Xin bố trí thêm ghế ngồi và quạt ở chỗ chờ.",
    "Buổi sáng phải chờ lâu, nên có thêm người nhận hồ sơ.",
    "Nên nhắn tin báo khi có kết quả để khỏi đi lại nhiều lần.",
    "Cán bộ nhiệt tình nhưng ít người nên bà con phải đợi.",
    "Mẫu đơn khó hiểu, cần có bản mẫu điền sẵn.",
    "Làm qua mạng hay bị lỗi, mong có người chỉ cách nộp.",
    "Bảng niêm yết chữ nhỏ quá, người già không đọc được.",
    "Chỗ để xe chật, ngày phiên chợ không có chỗ gửi.",
    "Cần nói rõ phí nộp những gì, có biên lai.",
    "Người tiếp nhận nên giải thích kỹ giấy tờ còn thiếu ngay từ đầu.",
    "Góp ý rồi nhưng chưa thấy ai trả lời.",
    "Xin nhận hồ sơ cả sáng thứ bảy cho người đi làm.",
    "Bớt bản sao chứng thực, đã có căn cước thì thôi.",
    "Có lần hẹn trả kết quả nhưng hôm đó phải quay lại.",
    "Ở xa, đường khó đi, mong trả kết quả tại nhà.",
    "Mọi việc đều tốt, cảm ơn các anh chị ở quầy.",
    "Nhà vệ sinh cho dân cần sạch hơn.",
    "Tôi mong có lối đi cho người ngồi xe lăn.",
)


def simulate_answers(chance: Generator, instrument: Instrument, base: float) -> dict[str, Any]:
    """One person: a mood shared by all items, harder and easier criteria, some without an opinion."""
    (aside,) = chance.spawn(1)
    mood = chance.normal(0, 0.6)
    answers: dict[str, Any] = {}
    for place, item in enumerate(instrument.items()):
        if chance.random() < 0.02:
            continue
        if item.type == "scale":
            scale = instrument.scale_of(item)
            harder = 0.4 * np.cos(place * 1.7) - (0.35 if item.key.startswith("e") else 0)
            value = int(np.clip(np.floor(base + harder + mood + chance.normal(0, 0.75) + 0.5), 1, 5))
            unsure = scale.no_opinion is not None and chance.random() < (
                0.35 if item.key in ("e20", "e21", "e22") else 0.03
            )
            answers[item.key] = scale.no_opinion.value if unsure and scale.no_opinion else value
        elif item.type == "single":
            values = [option.value for option in item.options]
            weights = 1 / (1 + np.abs(np.arange(len(values)) - chance.integers(0, len(values)) * 0.6))
            answers[item.key] = values[int(chance.choice(len(values), p=weights / weights.sum()))]
            if item.key in ("n3", "n4"):
                answers[item.key] = values[1] if chance.random() < 0.96 else values[0]
            elif item.key == "n5":
                answers[item.key] = values[int(chance.choice(3, p=[0.2, 0.7, 0.1]))]
        elif item.type == "multiple":
            options = [option.value for option in item.options if not option.alone][:9]
            picked = chance.random(len(options)) < 0.3
            answers[item.key] = [value for value, taken in zip(options, picked, strict=True) if taken]
            if item.key == "m" and aside.random() < SHARE_OF_OWN_WORDS:
                answers |= {"m": [*answers["m"], SOMETHING_ELSE], "m_other": str(aside.choice(OWN_WORDS))}
        elif item.type == "number":
            answers[item.key] = int(chance.integers(6, 9))
    return answers
