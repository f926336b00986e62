"""The first sheet of an .xlsx workbook as rows of text, read as a stream: half a million rows take a few megabytes.

A library would hold the whole sheet in memory (0.4 GB and more); and a hostile file must harm nobody, so every part is
read with bounds: no document type, no endless cell or tag, no more than can be meant after unpacking.
"""

from __future__ import annotations

import posixpath
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol
from xml.parsers import expat

from flask_babel import gettext as _

from survey_app.errors import UserError
from survey_app.sampling.listing.sheet import NotMeant, SharedTexts, SheetRows
from survey_app.sampling.listing.sheet_formats import read_formats

_PORTION = 1 << 18
_LONGEST_TAG = 1 << 20
_LARGEST_PART = 2_000_000_000
_LARGEST_SMALL_PART = 10_000_000
_CAUSES = (
    NotMeant,
    zipfile.BadZipFile,
    zlib.error,
    expat.ExpatError,
    LookupError,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OverflowError,
    StopIteration,
)


class _Part(Protocol):
    def begin(self, parser: Any) -> None:
        """Hang the handlers of this part into a parser."""


def workbook_lines(path: Path) -> tuple[Iterator[tuple[int, list[str]]], Callable[[], float]]:
    """The rows of the first sheet with their numbers, and a function that tells which share of it was read.

    A formula counts with the value that was saved with it; one that has none is ``=``.

    Raises
    ------
    UserError
        At once or while reading: no workbook, a damaged, protected or hostile one.
    """
    with _told():
        archive = zipfile.ZipFile(path)
        name = _first_sheet(archive)
        size = max(archive.getinfo(name).file_size, 1)
        formats = read_formats(_small_part(archive, "xl/styles.xml"))
    texts = SharedTexts()
    sheet = SheetRows(texts, formats)

    def lines() -> Iterator[tuple[int, list[str]]]:
        with archive, _told():
            texts.source = _read(archive, "xl/sharedStrings.xml", texts)
            for _piece in _read(archive, name, sheet):
                yield from sheet.take()

    return lines(), lambda: min(sheet.bytes_read / size, 1.0)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except _CAUSES as error:
        raise UserError(
            _(
                "Không đọc được sổ tính này: tệp hỏng, có mật khẩu hoặc không phải .xlsx. "
                "Xin mở bằng Excel hay LibreOffice rồi lưu lại kiểu .xlsx, không mật khẩu."
            )
        ) from error


def _first_sheet(archive: zipfile.ZipFile) -> str:
    """The part that holds the sheet which stands first in the workbook."""
    links: dict[str, str] = {}
    sheets: list[str] = []

    def link(name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship":
            links[attributes["Id"]] = attributes["Target"]

    def sheet(name: str, attributes: dict[str, str]) -> None:
        if name == "sheet":
            sheets.append(next(value for key, value in attributes.items() if key.rpartition(":")[2] == "id"))

    for part, handler in (("xl/_rels/workbook.xml.rels", link), ("xl/workbook.xml", sheet)):
        _parser(handler).Parse(_small_part(archive, part, needed=True), True)
    target = links[sheets[0]]
    return target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join("xl", target))


def _small_part(archive: zipfile.ZipFile, name: str, *, needed: bool = False) -> bytes:
    if not needed and name not in archive.NameToInfo:
        return b""
    with archive.open(name) as part:
        content = part.read(_LARGEST_SMALL_PART + 1)
    if len(content) > _LARGEST_SMALL_PART:
        raise NotMeant
    return content


def _parser(start: Callable[[str, dict[str, str]], None]) -> Any:
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda name, attributes: start(name.rpartition(":")[2], attributes)
    parser.StartDoctypeDeclHandler = _refuse
    return parser


def _refuse(*_declaration: object) -> None:
    raise NotMeant


def _read(archive: zipfile.ZipFile, name: str, into: _Part) -> Iterator[int]:
    """Parse a part piece by piece; whoever asked takes what has come after each."""
    if name not in archive.NameToInfo:
        return
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    into.begin(parser)
    fed = 0
    with archive.open(name) as part:
        while piece := part.read(_PORTION):
            fed += len(piece)
            parser.Parse(piece, False)
            if fed > _LARGEST_PART or fed - parser.CurrentByteIndex > _LONGEST_TAG:
                raise NotMeant
            yield fed
    parser.Parse(b"", True)
    yield fed
