"""Forms as PDF: laid out once by WeasyPrint, then printed for each serial with its number and QR code on every side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Any

import segno
from markupsafe import Markup

from survey_app.collection.paper.codes import choices_of
from survey_app.collection.paper.serials import write_serial
from survey_app.instruments.items import Item
from survey_app.instruments.piping import fill_in
from survey_app.instruments.schema import Instrument, Text
from survey_app.pdf import page_for_print, typeset
from survey_app.surveys.models import Survey

#: Sizes of type tried one after the other, the largest first; see paper_form.css.
SIZES = range(4)
#: A last side filled less than this is nearly empty.
NEARLY_EMPTY = 0.25
#: Forms whose serials are typeset together.
PORTION = 25
MILLIMETRES = 25.4 / 96
PAGE = (210.0, 297.0)
#: Top left corners of the four black squares for scanners, and how wide they are; as in paper_form.css.
MARKS = ((7.0, 7.0), (198.0, 7.0), (7.0, 284.0), (198.0, 284.0))
MARK_SIZE = 5.0
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class PaperRow:
    """A question, or a paragraph, with its number and words."""

    item: Item
    number: str
    text: str
    hint: str


@dataclass(frozen=True)
class PaperPart:
    """A section of the sheet: its words and its questions, one by one."""

    title: str
    intro: str
    rows: tuple[PaperRow, ...]


@dataclass(frozen=True)
class Sheet:
    """A form laid out, without serial.

    Attributes
    ----------
    document
        WeasyPrint's rendered document.
    sides : int
        Sides of paper; always even, so that the next form begins on a sheet of its own.
    layout : dict
        Of each side the boxes (``b:item:code``) and questions (``q:item``) as left, top, right, bottom in millimetres.
    """

    document: Any
    sides: int
    layout: dict[str, Any]


class _Side:
    """A side of the form that is painted once and then written again, and what is laid over it each time.

    Painting takes ten times as long as writing what was painted; fonts and pictures belong to the whole PDF.
    """

    def __init__(self, page: Any) -> None:
        self._page = page
        self._painted: list[Any] | None = None

    def under(self, over: Any, told: Callable[[], None]) -> _Overlaid:
        """The side as a page with another over it; ``told`` is called when it is written."""
        return _Overlaid(self._page, partial(self._paint, over, told))

    def _paint(self, over: Any, told: Callable[[], None], stream: Any, scale: float = 1) -> None:
        if self._painted is None:
            before = len(stream.stream)
            self._page.paint(stream, scale)
            self._painted = stream.stream[before:]
        else:
            stream.stream.extend(self._painted)
        over.paint(stream, scale)
        told()


class _Overlaid:
    """A page of WeasyPrint that paints itself in another way."""

    def __init__(self, page: Any, paint: Callable[..., None]) -> None:
        self._page, self.paint = page, paint

    def __getattr__(self, name: str) -> Any:
        return getattr(self._page, name)


def lay_out(
    instrument: Instrument, names: dict[str, str], *, language: str, place: str, large: bool, survey: Survey
) -> Sheet:
    """Lay out a form: the largest type that saves a sheet and leaves no last side nearly empty.

    The locale in force is the language of the form; nothing is read from the database.

    Parameters
    ----------
    names : dict
        What is put into the questions, as of `names_at`.
    place : str
        The name above the form.
    """
    context = {
        "instrument": instrument,
        "form_language": language,
        "parts": _parts(instrument, language, names),
        "boxes": {item.key: choices_of(item, instrument, language) for item in instrument.items()},
        "survey": survey,
        "unit_name": place,
        "province_name": names["province"],
        "large": large,
    }
    tried = []
    for size in SIZES:
        document = typeset(page_for_print("paper/form.html", size=size, **context))
        full = _is_last_side_full(document)
        tried.append(((len(document.pages) + 1) // 2, not full, size, document))
        if full and len(document.pages) % 2 == 0 and size == 0:
            break
    document = min(tried, key=lambda one: one[:3])[3]
    return Sheet(document, len(document.pages) + len(document.pages) % 2, _layout_of(document))


def _parts(instrument: Instrument, language: str, names: dict[str, str]) -> list[PaperPart]:
    """Every section with every conditional question; the line beside an „other” option belongs to its question."""

    def words(text: Text | None) -> str:
        return fill_in(text.get(language), names) if text else ""

    return [
        PaperPart(
            words(section.title),
            words(section.intro),
            tuple(
                PaperRow(item, instrument.numbers().get(item.key, ""), words(item.text), words(item.hint))
                for item in section.items
            ),
        )
        for section in instrument.sections
    ]


def _is_last_side_full(document: Any) -> bool:
    """Whether the last words stand low enough on the last side."""
    _left, top, _right, _bottom = document.pages[-1].anchors.get("end", (0, 0, 0, 0))
    return bool(len(document.pages) == 1 or top >= NEARLY_EMPTY * document.pages[-1].height)


def _layout_of(document: Any) -> dict[str, Any]:
    sides = [
        {
            name: [round(edge * MILLIMETRES, 2) for edge in place]
            for name, place in page.anchors.items()
            if name.startswith(("b:", "q:"))
        }
        for page in document.pages
    ]
    return {"page": list(PAGE), "sides": sides}


def print_forms(sheet: Sheet, *, series: str, numbers: Sequence[int], progress: Progress | None = None) -> bytes:
    """The PDF of several forms, one after the other, each with its serial and QR code on every side."""
    under, pages, kept = [_Side(page) for page in sheet.document.pages], list[Any](), list[Any]()
    written = count(1)

    def told() -> None:
        if progress is not None:
            progress(next(written), len(numbers) * len(under))

    for start in range(0, len(numbers), PORTION):
        serials = [write_serial(series, number) for number in numbers[start : start + PORTION]]
        sides = [side for serial in serials for side in _sides(serial, sheet)]
        over = typeset(page_for_print("paper/serial.html", sides=sides))
        kept.append(over)  # it holds the fonts of its pages
        for place, page in enumerate(over.pages):
            side = place % sheet.sides
            pages.append(under[side].under(page, told) if side < len(under) else page)
        if progress is not None:
            progress(0, len(numbers) * len(under))
    return bytes(sheet.document.copy(pages).write_pdf())


def _sides(serial: str, sheet: Sheet) -> list[dict[str, Any]]:
    written = len(sheet.document.pages)
    return [
        {"serial": serial, "qr": _qr(f"{serial}/{side}"), "is_blank": side > written}
        for side in range(1, sheet.sides + 1)
    ]


def _qr(text: str) -> Markup:
    """The code as vectors; the text keeps to the letters of the alphanumeric mode, so the code stays coarse."""
    code = segno.make(text, error="q", micro=False)
    return Markup(code.svg_inline(border=0, omitsize=True, svgclass="qr", lineclass=None))  # noqa: S704  made of numbers
