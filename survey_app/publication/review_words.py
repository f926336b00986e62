"""The facts beside the reviewer's checklist, as sentences."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from survey_app.collection.quality.flags import FLAGS
from survey_app.i18n import day, language, number, percent
from survey_app.publication.data.words import key_words
from survey_app.publication.public_choice import SECTIONS
from survey_app.publication.public_lists import gap_words
from survey_app.publication.waves import Difference, instrument_in

MOST_NAMES = 12


def facts_in_words(content: dict[str, Any]) -> dict[str, list[str]]:
    """Line of the checklist → what was computed for it; nothing for snapshots that computed none."""
    review = content.get("review")
    if review is None:
        return {}
    return {
        "coverage": list(_coverage(review["coverage"])),
        "response_rate": list(_response_rate(review["response_rate"])),
        "quality": list(_quality(review["quality"])),
        "withheld": list(_withheld(review["withheld"], content)),
        "comparison": list(_comparison(review.get("comparison"))),
    }


def _coverage(facts: dict[str, Any]) -> list[str]:
    if not facts["probability"]:
        return [_("Không bốc thăm nên không có nơi nào phải phủ; số liệu chỉ nói về những người đã trả lời.")]
    said = [
        _(
            "%(answered)s trên %(drawn)s nơi đã bốc có phiếu; %(received)s trên %(planned)s phiếu dự kiến.",
            answered=number(facts["answered"]),
            drawn=number(facts["drawn"]),
            received=number(facts["received"]),
            planned=number(facts["planned"]),
        )
    ]
    if silent := facts["silent"]:
        names = ", ".join(silent[:MOST_NAMES]) + (" …" if len(silent) > MOST_NAMES else "")
        said.append(_("Chưa có phiếu từ: %(names)s.", names=names))
    return said


def _response_rate(facts: dict[str, Any]) -> list[str]:
    if facts["cases"]:
        return [
            _(
                "Trên %(cases)s hồ sơ: tỷ lệ trả lời %(rr1)s (AAPOR RR1), tính cả phiếu một phần %(rr2)s (RR2); "
                "từ chối %(refusals)s.",
                cases=number(facts["cases"]),
                rr1=percent(facts["rr1"]),
                rr2=percent(facts["rr2"]),
                refusals=percent(facts["refusals"]),
            )
        ]
    if facts["of_planned"] is None:
        return [_("Không có số phiếu dự kiến nên không có tỷ lệ.")]
    return [
        _(
            "Không có danh sách hồ sơ nên không tính được tỷ lệ trả lời theo AAPOR; số phiếu đạt %(share)s dự kiến.",
            share=percent(facts["of_planned"]),
        )
    ]


def _quality(facts: dict[str, Any]) -> list[str]:
    flags = "; ".join(
        f"{FLAGS[flag].name if flag in FLAGS else flag}: {number(count)}" for flag, count in facts["flags"].items()
    )
    flagged = ngettext(
        "%(n)s phiếu mang cờ chất lượng", "%(n)s phiếu mang cờ chất lượng", facts["flagged"], n=number(facts["flagged"])
    )
    said = [f"{flagged} ({flags})." if flags else f"{flagged}."]
    said.append(
        _(
            "Không tính vào số liệu: %(rejected)s phiếu bị loại, %(aside)s phiếu để riêng, %(undrawn)s phiếu của người "
            "không được bốc.",
            rejected=number(facts["rejected"]),
            aside=number(facts["set_aside"]),
            undrawn=number(facts["undrawn"]),
        )
    )
    if facts["disputes"]:
        said.append(
            ngettext(
                "Còn %(n)s cặp phiếu trùng chưa quyết định.",
                "Còn %(n)s cặp phiếu trùng chưa quyết định.",
                facts["disputes"],
                n=number(facts["disputes"]),
            )
        )
    return said


def _withheld(facts: dict[str, Any], content: dict[str, Any]) -> list[str]:
    said = [
        _(
            "%(withheld)s trên %(cells)s con số không công bố vì dưới 10 phiếu.",
            withheld=number(facts["withheld"]),
            cells=number(facts["cells"]),
        )
    ]
    if facts["by"]:
        parts = [
            _(
                "theo %(name)s: %(count)s",
                name=content["breakdowns"][by][language()],
                count=number(count),
            )
            if by
            else _("toàn địa bàn: %(count)s", count=number(count))
            for by, count in facts["by"].items()
        ]
        said.append("; ".join(parts)[:1].upper() + "; ".join(parts)[1:] + ".")
    if facts["model_assisted"]:
        said.append(
            ngettext(
                "%(n)s con số chỉ để tham khảo vì quá ít xã.",
                "%(n)s con số chỉ để tham khảo vì quá ít xã.",
                facts["model_assisted"],
                n=number(facts["model_assisted"]),
            )
        )
    if told := facts.get("microdata"):
        said.append(_microdata(told, content))
    return said


def _microdata(facts: dict[str, Any], content: dict[str, Any]) -> str:
    """How the file of single responses is protected."""
    if not facts["file"]:
        return _("Tệp từng phiếu: không công bố.")
    if facts["left_out"]:
        names = "; ".join(str(SECTIONS[name]) for name in facts["left_out"])
        return _("Tệp từng phiếu: không công bố, vì cho biết cả phần không chọn (%(names)s).", names=names)
    names_of = {item.key: item.text.get(language()) for item in instrument_in(content).items()}
    words = {"keys": key_words(facts["keys"], names_of), "k": number(facts["k"])}
    if facts["communes"]:
        return _(
            "Tệp từng phiếu: ẩn ô theo %(keys)s; ít nhất %(k)s phiếu giống nhau; có nêu tên xã. Không làm được như vậy "
            "thì không công bố.",
            **words,
        )
    return _(
        "Tệp từng phiếu: ẩn ô theo %(keys)s; ít nhất %(k)s phiếu giống nhau; không nêu tên xã. Không làm được như vậy "
        "thì không công bố.",
        **words,
    )


def _comparison(facts: dict[str, Any] | None) -> list[str]:
    if facts is None:
        return [_("Chưa có đợt trước đã công bố cùng bộ phiếu, cùng địa bàn để so.")]
    title = facts["title"][language()]
    if facts["level"] == "not_comparable" or facts["index_before"] is None or facts["index"] is None:
        return [_("Đợt trước: %(title)s. Hai đợt không đo cùng một chỉ số nên không so.", title=title)]
    said = [
        _(
            "Đợt trước (%(title)s, đến %(day)s): %(before)s; đợt này: %(now)s.",
            title=title,
            day=day(date.fromisoformat(facts["ends_on"])),
            before=percent(facts["index_before"]),
            now=percent(facts["index"]),
        )
    ]
    if facts["difference"] is not None:
        gap = Difference(**facts["difference"])
        words = {
            "up": _("tăng"),
            "down": _("giảm"),
            "not_proven": _("chưa đủ bằng chứng để nói tăng hay giảm"),
            None: _("chỉ để tham khảo") if gap.reference else _("không có khoảng tin cậy"),
        }[gap.verdict]
        said.append(_("Chênh lệch %(gap)s điểm phần trăm: %(words)s.", gap=gap_words(gap), words=words))
    return said
