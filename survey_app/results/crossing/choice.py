"""What somebody picked for a cross table, as it stands in the address: rows, columns, measure, filters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from flask_babel import gettext as _

from survey_app.errors import UserError
from survey_app.i18n import number
from survey_app.results.crossing.coded import CodedResponses
from survey_app.results.crossing.facets import Facet, find_facet
from survey_app.results.crossing.measures import Shown, find_measure, measures_to_cross, usual_measure

ROW, COLUMN, MEASURE, FILTER = "hang", "cot", "cua", "loc"
FILTERS = 6
MOST_CELLS = 3_000
MOST_WORK, EACH_CELL = 100_000_000, 100_000
"""Of a measure computed from the responses themselves: cells times responses, and what a cell costs beside, as rows."""

NO_COLUMN = "-"


@dataclass(frozen=True, eq=False)
class Choice:
    """A cross table that can be made.

    Attributes
    ----------
    filters : tuple of (Facet, str)
        Values that responses must have; of one facet any of them will do.
    """

    row: Facet
    column: Facet | None
    shown: Shown
    filters: tuple[tuple[Facet, str], ...]

    @property
    def query(self) -> str:
        """The same choice as an address has it."""
        column = self.column.by if self.column else NO_COLUMN
        pairs = [(ROW, self.row.by), (COLUMN, column), (MEASURE, self.shown.measure.key)]
        return urlencode(pairs + [(FILTER, f"{facet.by}={value}") for facet, value in self.filters])


@dataclass(frozen=True)
class Asked:
    """What the address says, as it was typed, so that a mistake loses nothing."""

    row: str = ""
    column: str = ""
    measure: str = ""
    filters: tuple[str, ...] = ()

    @classmethod
    def of(cls, pairs: Sequence[tuple[str, str]]) -> Asked:
        """From the pairs of an address, the first of each name."""
        first: dict[str, str] = {}
        for name, value in pairs:
            first.setdefault(name, value.strip()[:200])
        filters = tuple(dict.fromkeys(value.strip()[:200] for name, value in pairs if name == FILTER and value.strip()))
        return cls(first.get(ROW, ""), first.get(COLUMN, ""), first.get(MEASURE, ""), filters)

    @classmethod
    def read(cls, query: str) -> Asked:
        """From the part of an address after „?”."""
        return cls.of(parse_qsl(query.removeprefix("?"), keep_blank_values=True))


def settle(coded: CodedResponses, asked: Asked) -> tuple[Choice, list[tuple[str, str]]]:
    """A table that can be made, and what of the wish cannot be met: the field and a sentence for each.

    What nobody asked for is what most tables are about: the first index, by place, nobody left out.

    Raises
    ------
    UserError
        The questionnaire has nothing that a table could show.
    """
    facets, faults = coded.facets, list[tuple[str, str]]()
    usual, measures = usual_measure(coded.counts.instrument), measures_to_cross(coded.counts.instrument)

    def read(field: str, name: str, usual: str) -> str:
        known: Mapping[str, object] = measures if field == MEASURE else facets
        if name in known:
            return name
        if name:
            faults.append((field, _why_not(coded, field, name)))
        return usual

    row = facets[read(ROW, asked.row, next(iter(facets)))]
    others = [by for by in ("age", "sex", "channel") if by in facets and by != row.by]
    beside = others[0] if others and not asked.row else ""
    wanted = "" if asked.column == NO_COLUMN else read(COLUMN, asked.column, "" if asked.column else beside)
    column = facets[wanted] if wanted else None
    shown = measures[read(MEASURE, asked.measure, usual)]
    if column is not None and column.by == row.by:
        faults.append((COLUMN, _("Hàng và cột đang là một. Xin chọn cột khác, hoặc „không chia cột”.")))
        column = None
    if column is not None and len(row.levels) * len(column.levels) > MOST_CELLS:
        faults.append(
            (
                COLUMN,
                _(
                    "Bảng này có hơn %(limit)s ô nên không ai đọc được. Xin chọn hàng hoặc cột có ít nhóm hơn.",
                    limit=MOST_CELLS,
                ),
            )
        )
        column = None
    limit = MOST_WORK // (len(coded) + EACH_CELL)
    if column is not None and shown.measure.counted is None and len(row.levels) * len(column.levels) > limit:
        faults.append(
            (
                COLUMN,
                _(
                    "Chỉ tiêu này tính từ từng phiếu, nên với %(count)s phiếu thì bảng có nhiều nhất %(limit)s ô. "
                    "Xin chọn hàng hoặc cột có ít nhóm hơn, hoặc chỉ tiêu khác.",
                    count=number(len(coded)),
                    limit=number(limit),
                ),
            )
        )
        column = None
    return Choice(row, column, shown, _read_filters(coded, asked, faults)), faults


def choose(coded: CodedResponses, asked: Asked) -> Choice:
    """The table as it was asked for.

    Raises
    ------
    UserError
        The first thing that cannot be met.
    """
    choice, faults = settle(coded, asked)
    if faults:
        raise UserError(faults[0][1])
    return choice


def _why_not(coded: CodedResponses, field: str, name: str) -> str:
    try:
        if field == MEASURE:
            find_measure(coded.counts.instrument, name)
        else:
            find_facet(coded.facets, name)
    except UserError as error:
        return error.message
    return ""


def _read_filters(coded: CodedResponses, asked: Asked, faults: list[tuple[str, str]]) -> tuple[tuple[Facet, str], ...]:
    found = []
    for text in asked.filters[:FILTERS]:
        by, _equals, value = text.partition("=")
        facet = coded.facets.get(by)
        if facet is None or value not in facet.levels:
            faults.append((FILTER, _("Không lọc theo „%(text)s” được. Xin chọn lại trong danh sách.", text=text[:60])))
        else:
            found.append((facet, value))
    if len(asked.filters) > FILTERS:
        faults.append((FILTER, _("Mỗi bảng có nhiều nhất %(limit)s điều kiện lọc. Xin bỏ bớt.", limit=FILTERS)))
    return tuple(found)
