"""What scanners give: pictures of single sides, or files with a side on each page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.util import find_spec
from io import BytesIO
from typing import Any

from flask_babel import gettext as _
from PIL import Image

from survey_app.collection.paper.scanning.sheet import LARGEST
from survey_app.errors import UserError

DOTS_AN_INCH = 200
POINTS_AN_INCH = 72
#: A2 is the largest that stands on a desk.
LARGEST_POINTS = 1_700
#: A batch has at most some hundreds of forms of a few sides; more comes in further files.
MOST_PAGES = 2_000
TIFF = (b"II*\0", b"MM\0*")
#: What Pillow raises over pictures that are none.
BROKEN = (OSError, ValueError, SyntaxError, KeyError, TypeError, EOFError, Image.DecompressionBombError)


class UnopenableFile(UserError):
    """A file of a scanner that cannot be opened; the others can."""


def can_scan() -> bool:
    """Whether the extra for scanning is installed."""
    return all(find_spec(name) is not None for name in ("cv2", "zxingcpp", "pypdfium2"))


def check_can_scan() -> None:
    """Refuse to read scans where the extra is not installed."""
    if not can_scan():
        raise UserError(_("Máy chủ chưa cài phần đọc phiếu quét. Xin quản trị cài requirements-scan.txt."))


def sides_in(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    """The pictures in a file, each with a name to speak of it: pages of a PDF or a TIFF, or the picture itself.

    Raises
    ------
    UnopenableFile
        A PDF or TIFF that cannot be opened, or a file with more than `MOST_PAGES` pages.
    """
    if data.startswith(b"%PDF"):
        count, draw = _pages_of_pdf(name, data)
    elif data.startswith(TIFF):
        count, draw = _pages_of_tiff(name, data)
    else:
        count, draw = 1, lambda number: data
    if count > MOST_PAGES:
        raise UnopenableFile(
            _("Tệp „%(name)s” có hơn %(count)s trang. Xin chia thành nhiều tệp.", name=name, count=MOST_PAGES)
        )
    for number in range(count):
        side = name if count == 1 else _("%(name)s, trang %(number)s", name=name, number=number + 1)
        yield side, draw(number)


def _unopenable(name: str) -> UnopenableFile:
    return UnopenableFile(_("Không mở được tệp „%(name)s”. Xin quét lại thành PDF không đặt mật khẩu.", name=name))


def _pages_of_tiff(name: str, data: bytes) -> tuple[int, Callable[[int], bytes]]:
    """How many pages, and what draws each; a file of one page is left as it is."""
    try:
        image = Image.open(BytesIO(data))
        count = getattr(image, "n_frames", 1)
    except BROKEN as error:
        raise _unopenable(name) from error
    return count, (lambda number: _frame(image, number)) if count > 1 else (lambda number: data)


def _frame(image: Image.Image, number: int) -> bytes:
    """A page as a picture; nothing where it is broken or far larger than paper, so that it alone is refused."""
    picture = BytesIO()
    try:
        image.seek(number)
        if max(image.size) > LARGEST:
            return b""
        image.convert("L").save(picture, "png", compress_level=1)
    except BROKEN:
        return b""
    return picture.getvalue()


def _pages_of_pdf(name: str, data: bytes) -> tuple[int, Callable[[int], bytes]]:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise _unopenable(name) from error
    return len(document), lambda number: _draw(document, number)


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
