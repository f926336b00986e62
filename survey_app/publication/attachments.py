"""Files that freezing adds to a snapshot beside its charts and tables: documents and open data.

A document or a data set adds its line to `ATTACHMENTS`. Its maker gets the content of the snapshot (docs/snapshot.md
names the keys) and an empty folder for what it writes on the way, and returns the bytes, or the path of a file in the
folder. It reads nothing else, so that the same content gives the same file and anybody can make it again. A maker that
imports something heavy does so inside its function.

What cannot be made from the content, such as microdata, has a ``reader`` instead, which also gets the session and the
survey. It runs while the figures are computed and must only read.

Both may run for many seconds: freezing is then background work, with a step of progress for each file.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from survey_app.i18n import language
from survey_app.surveys.models import Survey

Content = dict[str, Any]
Made = Path | bytes
Maker = Callable[[Content, Path], Made]
Reader = Callable[[Session, Survey, Content, Path], Made]


@dataclass(frozen=True)
class Attachment:
    """One file of a snapshot.

    Attributes
    ----------
    name : str
        Its name in the address and when downloaded: lower case, hyphens, at most 80 characters.
    media_type : str
        At most 100 characters.
    title : dict
        Language → what the link is called.
    maker : callable, optional
        ``(content, folder)`` → bytes or a path in the folder.
    reader : callable, optional
        ``(session, survey, content, folder)`` → the same; for what the content does not hold.
    group : {"document", "data"}
        Under which heading it stands.
    only_drawn : bool
        Whether it makes sense only where the sample was drawn.
    """

    name: str
    media_type: str
    title: dict[str, str]
    maker: Maker | None = None
    reader: Reader | None = None
    group: str = "document"
    only_drawn: bool = False

    def __post_init__(self) -> None:
        if (self.maker is None) == (self.reader is None):
            raise ValueError(f"{self.name}: give either a maker or a reader")

    @property
    def label(self) -> str:
        """The title in the present language."""
        return self.title[language()]


def _read_open_data(session: Session, survey: Survey, content: Content, folder: Path) -> Made:
    from survey_app.publication.data.service import make_public_data

    return make_public_data(session, survey, content, folder)


def _workbook(language: str) -> Maker:
    def make(content: Content, folder: Path) -> Path:
        from survey_app.publication.documents.attached import workbook_of

        return workbook_of(content, folder, language)

    return make


_WORKBOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: One line for each file, in the order in which the public sees them.
ATTACHMENTS: list[Attachment] = [
    Attachment(
        "so-lieu.xlsx", _WORKBOOK_TYPE, {"vi": "Bảng số liệu (Excel)", "en": "Tables in Vietnamese (Excel)"},
        _workbook("vi"),
    ),
    Attachment(
        "tables.xlsx", _WORKBOOK_TYPE, {"vi": "Bảng số liệu tiếng Anh (Excel)", "en": "Tables (Excel)"},
        _workbook("en"),
    ),
    Attachment(
        "du-lieu-mo.zip",
        "application/zip",
        {
            "vi": "Dữ liệu mở: mọi con số, từng phiếu đã ẩn danh, từ điển và mã R để tính lại",
            "en": "Open data: every figure, anonymised responses, dictionary, and R code to compute them again",
        },
        reader=_read_open_data,
        group="data",
    ),
]  # fmt: skip


def bytes_of(made: Made) -> bytes:
    """What a maker returned, as bytes."""
    return made if isinstance(made, bytes) else made.read_bytes()
