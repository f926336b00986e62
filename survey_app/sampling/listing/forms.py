"""Forms of lists."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

KIND_WORDS = {"units": _l("Danh sách đơn vị"), "cases": _l("Danh sách hồ sơ")}


class UploadForm(FlaskForm):
    """A list and what stands in its rows."""

    kind = RadioField(
        _l("Mỗi dòng của tệp là gì?"),
        choices=[
            SelectChoice(
                value="cases",
                label=_l("Một hồ sơ đã giải quyết xong, một lượt ra viện, một học sinh, một doanh nghiệp"),
            ),
            SelectChoice(
                value="units", label=_l("Một xã hoặc một cơ quan (bệnh viện, trường, quầy, doanh nghiệp), kèm quy mô")
            ),
        ],
        default="cases",
    )
    file = FileField(_l("Tệp CSV hoặc Excel (.xlsx)"), description=_l("Nhiều nhất 500.000 dòng, 100 cột."))


class ActForm(FlaskForm):
    """Nothing but the token."""
