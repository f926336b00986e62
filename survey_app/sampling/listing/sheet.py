"""The parts of a workbook that grow long: the rows of a sheet, and the texts that its cells share."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from typing import Any

from survey_app.sampling.listing.sheet_formats import number_text

LONGEST_CELL = 40_000
FORMULA = "="
_MOST_TEXT_BYTES = 250_000_000
_MOST_COLUMNS = 16_384
_DIGITS = "0123456789"


class NotMeant(Exception):
    """Nobody can have meant this workbook."""


class _Text:
    """Collects the text of an element, however many pieces it comes in."""

    def begin(self, parser: Any) -> None:
        """Hang the handlers into a parser."""
        self._parser, self._pieces, self._length = parser, list[str](), 0
        parser.StartElementHandler, parser.EndElementHandler = self._root, self._end

    def _listen(self) -> None:
        self._parser.CharacterDataHandler = self._hear

    def _hear(self, piece: str) -> None:
        self._pieces.append(piece)
        self._length += len(piece)
        if self._length > LONGEST_CELL:
            raise NotMeant

    def _heard(self) -> str:
        text = self._pieces[0] if len(self._pieces) == 1 else "".join(self._pieces)
        self._pieces.clear()
        self._length = 0
        return text

    def _root(self, name: str, attributes: dict[str, str]) -> None:
        """The first element tells which prefix the others have."""
        prefix = name[: name.rfind(":") + 1]
        self._names(prefix)
        self._parser.StartElementHandler = self._start

    def _names(self, prefix: str) -> None:
        raise NotImplementedError

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        raise NotImplementedError

    def _end(self, name: str) -> None:
        raise NotImplementedError


class SharedTexts(_Text):
    """The texts that cells refer to by number, read only as far as they are asked for and kept as bytes.

    Attributes
    ----------
    source : iterator
        Each step reads on a little.
    """

    def __init__(self) -> None:
        self.source: Iterator[object] = iter(())
        self._bytes = bytearray()
        self._ends = array("Q", [0])
        self._phonetic = False

    def __getitem__(self, number: int) -> str:
        while number + 1 >= len(self._ends):
            if next(self.source, None) is None:
                raise NotMeant
        return self._bytes[self._ends[number] : self._ends[number + 1]].decode()

    def _names(self, prefix: str) -> None:
        self._t, self._si, self._guide = prefix + "t", prefix + "si", prefix + "rPh"

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == self._t and not self._phonetic:
            self._listen()
        elif name == self._guide:
            self._phonetic = True

    def _end(self, name: str) -> None:
        if name == self._t:
            self._parser.CharacterDataHandler = None
        elif name == self._guide:
            self._phonetic = False
        elif name == self._si:
            self._bytes += self._heard().encode()
            self._ends.append(len(self._bytes))
            if len(self._bytes) > _MOST_TEXT_BYTES:
                raise NotMeant


class SheetRows(_Text):
    """The rows of a sheet as they come; those that are done are taken away."""

    def __init__(self, texts: SharedTexts, formats: list[int]) -> None:
        self._texts = texts
        self._styles = {str(number): form for number, form in enumerate(formats) if form}
        self._columns: dict[str, int] = {}
        self._done: list[tuple[int, list[str]]] = []
        self._row: list[str] = []
        self._number = 0

    @property
    def bytes_read(self) -> int:
        """How much of the part was parsed."""
        return int(self._parser.CurrentByteIndex) if hasattr(self, "_parser") else 0

    def take(self) -> list[tuple[int, list[str]]]:
        """The rows that were read since the last time."""
        done, self._done = self._done, []
        return done

    def _names(self, prefix: str) -> None:
        self._c, self._v, self._t, self._is = prefix + "c", prefix + "v", prefix + "t", prefix + "is"
        self._f, self._r = prefix + "f", prefix + "row"

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == self._c:
            self._kind, self._style = attributes.get("t", "n"), attributes.get("s")
            self._place = attributes.get("r")
            self._is_formula = False
        elif name == self._v or name == self._t:  # noqa: PLR1714  asked for every cell
            self._listen()
        elif name == self._r:
            self._row = []
            self._number = int(attributes.get("r", self._number + 1))
        elif name == self._f:
            self._is_formula = True

    def _end(self, name: str) -> None:
        if name == self._v or name == self._t:  # noqa: PLR1714  the hottest line: half the time of "in"
            self._parser.CharacterDataHandler = None
        elif name == self._c:
            text = self._cell(self._heard())
            row = self._row
            column = len(row) if self._place is None else self._column(self._place.rstrip(_DIGITS))
            if column > len(row):
                row.extend([""] * (column - len(row)))
            if column == len(row):
                row.append(text)
            else:
                row[column] = text
        elif name == self._r:
            self._done.append((self._number, self._row))

    def _cell(self, text: str) -> str:
        kind = self._kind
        if not text:
            return FORMULA if self._is_formula else ""
        if kind == "s":
            return self._texts[int(text)]
        if kind != "n":
            return text
        form = self._styles.get(self._style, 0) if self._style is not None else 0
        return text if form == 0 and text.isdecimal() else number_text(text, form)

    def _column(self, letters: str) -> int:
        column = self._columns.get(letters)
        if column is None:
            column = 0
            for letter in letters:
                column = column * 26 + ord(letter) - 64
            column -= 1
            if not 0 <= column < _MOST_COLUMNS:
                raise NotMeant
            self._columns[letters] = column
        return column
