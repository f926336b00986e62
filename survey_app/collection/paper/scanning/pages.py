"""What scanners give: pictures of single sides, or files with a side on each page."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from io import BytesIO
from typing import Any

from flask_babel import gettext as _

from survey_app.errors import UserError

DOTS_AN_INCH = 200
POINTS_AN_INCH = 72
#: A2 is the largest that stands on a desk.
LARGEST_POINTS = 1_700
#: A batch has at most some hundreds of forms of a few sides; more comes in further files.
MOST_PAGES = 2_000


class UnopenableFile(UserError):
    """A file of a scanner that cannot be opened; the others can."""


def can_scan() -> bool:
    """Whether the extra for scanning is installed."""
    return all(find_spec(name) is not None for name in ("cv2", "zxingcpp", "pypdfium2"))


def sides_in(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    """The pictures in a file, each with a name to speak of it: the pages of a PDF, or the picture itself.

    Raises
    ------
    UnopenableFile
        A PDF that cannot be opened, or with more than `MOST_PAGES` pages.
    """
    if not data.startswith(b"%PDF"):
        yield name, data
        return
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise UnopenableFile(
            _("Không mở được tệp „%(name)s”. Xin quét lại thành PDF không đặt mật khẩu.", name=name)
        ) from error
    if len(document) > MOST_PAGES:
        raise UnopenableFile(
            _("Tệp „%(name)s” có hơn %(count)s trang. Xin chia thành nhiều tệp.", name=name, count=MOST_PAGES)
        )
    for number in range(len(document)):
        yield _("%(name)s, trang %(number)s", name=name, number=number + 1), _draw(document, number)


def _draw(document: Any, number: int) -> bytes:
    """A page as a picture; nothing where it is broken or far larger than paper, so that it alone is refused."""
    import pypdfium2

    try:
        page = document[number]
        if max(page.get_size()) > LARGEST_POINTS:
            return b""
        picture = BytesIO()
        page.render(scale=DOTS_AN_INCH / POINTS_AN_INCH, grayscale=True).to_pil().save(picture, "png", compress_level=1)
    except pypdfium2.PdfiumError:
        return b""
    return picture.getvalue()
