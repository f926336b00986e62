"""What the files and the findings of the check are called on screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

FILE_WORDS = {
    "ket-qua.csv": _l("Mọi con số công bố, cho bảng tính"),
    "ket-qua.json": _l("Mọi con số công bố, cho máy"),
    "cx-tong.csv": _l("Số người được phục vụ, được mời, đã trả lời"),
    "cx-chi-tiet.csv": _l("Số người chọn từng mức của từng câu"),
    "bao-mat.json": _l("Báo cáo kiểm tra bảo mật"),
    "phieu.csv": _l("Từng phiếu đã ẩn danh, cho bảng tính và R"),
    "phieu.parquet": _l("Từng phiếu đã ẩn danh, Parquet"),
    "phieu.sav": _l("Từng phiếu đã ẩn danh, SPSS"),
    "phieu.dta": _l("Từng phiếu đã ẩn danh, Stata"),
    "tu-dien.csv": _l("Từ điển: nghĩa của từng cột và từng mã"),
    "khong-tinh-lai.csv": _l("Con số không tính lại chính xác được"),
    "tinh-lai.R": _l("Mã R tính lại các con số"),
    "ddi.xml": _l("Mô tả theo chuẩn DDI Codebook 2.5"),
    "doc-truoc.txt": _l("Hướng dẫn ngắn"),
    "danh-muc.csv": _l("Danh mục: cỡ, số dòng, mã SHA-256"),
}


COLUMN_WORDS = {
    "stratum": _l("tầng của mẫu"),
    "district": _l("huyện"),
    "psu": _l("đơn vị đã bốc"),
    "commune": _l("xã"),
}


def key_words(keys: Sequence[str], names: Mapping[str, str]) -> str:
    """Keys or columns as a list of words."""
    return ", ".join(str(COLUMN_WORDS.get(key) or f"„{names.get(key, key)}”") for key in keys)


def lost_words(lost: Mapping[str, str], names: Mapping[str, str]) -> str:
    """A figure that could not be recomputed, in words."""
    if lost["reason"] == "places_not_named":
        return _("Mọi con số theo xã, vì tệp không nêu tên xã")
    if lost["by"]:
        return _("Mọi con số chia theo: %(name)s", name=names.get(lost["by"], lost["by"]))
    return _("Tỷ lệ các phương án của: %(name)s", name=names.get(lost["of"], lost["of"]))
