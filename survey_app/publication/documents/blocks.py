"""What a document is made of, before it is Word or PDF: the same blocks make both."""

from __future__ import annotations

from dataclasses import dataclass, field

#: Rows of a table that is not broken over two pages.
LONGEST_WHOLE = 12


@dataclass(frozen=True)
class Heading:
    """A heading; level 1: I., 2: 1., 3: a)."""

    text: str
    level: int = 1


@dataclass(frozen=True)
class Paragraph:
    """Running text; ``note`` is smaller, ``lead`` stands out."""

    text: str
    kind: str = "body"


@dataclass(frozen=True)
class Cell:
    """A cell; ``shade`` from 0 (weak) to 4 (strong) colours a heat table, whose number is in the cell."""

    text: str
    shade: int | None = None
    strong: bool = False


@dataclass(frozen=True)
class Table:
    """A table with its caption above and its notes below.

    Attributes
    ----------
    head : tuple of str
    rows : tuple of tuple of Cell
    widths : tuple of float
        Millimetres, together at most 160.
    numeric : tuple of int
        The columns set to the right.
    """

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    widths: tuple[float, ...]
    numeric: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether it is short enough to stay on one page."""
        return len(self.rows) <= LONGEST_WHOLE


@dataclass(frozen=True)
class Picture:
    """A chart of 16 cm with its caption below and the words for people who do not see it."""

    caption: str
    alt: str
    png: bytes = field(repr=False)


Block = Heading | Paragraph | Table | Picture


@dataclass(frozen=True)
class Annex:
    """A part behind the signature, on pages of its own."""

    label: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Front:
    """The fields of the state's format; every one can be edited.

    Attributes
    ----------
    grounds : tuple of str
        Căn cứ; set in italics, each ended by a semicolon, the last by a full stop.
    authority : str
        Whose decision it is; only decisions have it.
    recipients : tuple of str
        Nơi nhận.
    signer_role : tuple of str
        Its lines, for example „KT. GIÁM ĐỐC”, „PHÓ GIÁM ĐỐC”.
    labels : tuple of str
        „dữ liệu mô phỏng”, „bản dự thảo”: told on every page.
    """

    superior: str
    issuer: str
    number: str
    place_and_date: str
    kind: str
    subject: str
    grounds: tuple[str, ...]
    authority: str
    recipients: tuple[str, ...]
    signer_role: tuple[str, ...]
    signer: str
    annex_reference: str
    labels: tuple[str, ...]


@dataclass(frozen=True)
class Document:
    """A whole document."""

    front: Front
    blocks: tuple[Block, ...]
    annexes: tuple[Annex, ...]
    language: str
    title: str
    identifier: str
    made_from: str
    compact: bool = False
