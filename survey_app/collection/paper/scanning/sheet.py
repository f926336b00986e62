"""A scanned side laid flat: which form and side it is, by its QR code; where it lies, by the squares in its corners."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

import numpy as np
from flask_babel import gettext as _

from survey_app.collection.paper.printing import MARK_SIZE, MARKS, PAGE
from survey_app.errors import UserError

#: Pixels a millimetre of a side laid flat: about 200 dots an inch.
DENSITY = 8
#: Left top corner and width of the QR code in millimetres; as in paper_serial.css.
CODE = (175.0, 6.0, 18.0)
#: How far a corner may be from where the QR code makes one expect it, in millimetres.
ASTRAY = 16.0
#: Fewest pixels of a scan: 60 dots an inch; and most, against pictures made to fill the memory.
SMALLEST, LARGEST = 480, 12_000


class Unreadable(UserError):
    """The picture is no side of a form, or cannot be read."""


@dataclass(frozen=True)
class FlatSide:
    """A side laid flat, in greys.

    Attributes
    ----------
    text : str
        What the QR code says: serial and number of the side.
    image : numpy array, shape (height, width), uint8
        `DENSITY` pixels a millimetre.
    """

    text: str
    image: Any

    @property
    def serial(self) -> str:
        """The serial."""
        return self.text.partition("/")[0]

    @property
    def side(self) -> int:
        """Number of the side, from 1."""
        number = self.text.partition("/")[2]
        return int(number) if number.isascii() and number.isdigit() and len(number) < 4 else 1


def lay_flat(data: bytes) -> FlatSide:
    """Find the sheet in a picture (PNG, JPEG or TIFF) and take away turning, shifting, scaling and perspective.

    Raises
    ------
    Unreadable
        No picture, no QR code, or not all four corners.
    """
    cv2, zxing = _libraries()
    try:
        image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE) if data else None
    except cv2.error:  # larger than any sheet
        image = None
    if image is None or not min(image.shape) >= SMALLEST or max(image.shape) > LARGEST:
        raise Unreadable(_("Không đọc được ảnh. Xin quét lại thành PNG, JPEG hoặc TIFF, ít nhất 150 điểm mỗi inch."))
    code = next((one for one in zxing.read_barcodes(image) if one.text.startswith("HL-")), None)
    if code is None:
        raise Unreadable(_("Không thấy mã vuông của phiếu. Xin quét lại cả trang, giữ phẳng tờ giấy."))
    rough = _rough_position(cv2, code)
    corners = [_find_mark(cv2, image, rough, place) for place in MARKS]
    if any(corner is None for corner in corners):
        raise Unreadable(_("Không thấy đủ bốn ô đen ở góc. Xin quét lại cả trang, không cắt mép."))
    centres = [(left + MARK_SIZE / 2, top + MARK_SIZE / 2) for left, top in MARKS]
    wanted = np.array(centres, np.float32) * DENSITY
    matrix = cv2.getPerspectiveTransform(np.array(corners, np.float32), wanted)
    size = (round(PAGE[0] * DENSITY), round(PAGE[1] * DENSITY))
    return FlatSide(code.text, cv2.warpPerspective(image, matrix, size, borderValue=255))


def _libraries() -> tuple[Any, Any]:
    os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", str(LARGEST * LARGEST))  # read when it is loaded
    import cv2
    import zxingcpp

    return cv2, zxingcpp


def _rough_position(cv2: Any, code: Any) -> Any:
    """From millimetres of the page to pixels of the picture, as the QR code alone tells; shape (2, 3)."""
    left, top, width = CODE
    on_page = np.array([(left, top), (left + width, top), (left + width, top + width), (left, top + width)], np.float32)
    place = code.position
    corners = (place.top_left, place.top_right, place.bottom_right, place.bottom_left)
    in_picture = np.array([(corner.x, corner.y) for corner in corners], np.float32)
    return cv2.estimateAffinePartial2D(on_page, in_picture, method=cv2.LMEDS)[0]


def _find_mark(cv2: Any, image: Any, rough: Any, place: tuple[float, float]) -> tuple[float, float] | None:
    """The centre of the black square nearest to where one is expected, in pixels of the picture."""
    scale = float(np.hypot(rough[0, 0], rough[1, 0]))
    middle = rough @ np.array([place[0] + MARK_SIZE / 2, place[1] + MARK_SIZE / 2, 1.0])
    reach = (ASTRAY + MARK_SIZE) * scale
    left, top = (max(0, round(float(one) - reach)) for one in middle)
    window = image[top : round(float(middle[1]) + reach), left : round(float(middle[0]) + reach)]
    if window.size == 0:
        return None
    _limit, dark = cv2.threshold(cv2.GaussianBlur(window, (5, 5), 0), 0, 255, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    outlines, _tree = cv2.findContours(dark, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    found: list[tuple[float, float, float]] = []
    for outline in outlines:
        (x, y), (width, height), _angle = cv2.minAreaRect(outline)
        wanted = MARK_SIZE * scale
        if not (0.7 * wanted < min(width, height) and max(width, height) < 1.4 * wanted):
            continue
        if cv2.contourArea(outline) < 0.8 * width * height:
            continue
        away = float(np.hypot(x + left - middle[0], y + top - middle[1]))
        found.append((away, x + left, y + top))
    return min(found)[1:] if found else None
