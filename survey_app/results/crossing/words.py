"""Sentences about places, groups and cross tables."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import ngettext

from survey_app.i18n import decimal, language, percent
from survey_app.results.crossing.facets import Facet
from survey_app.results.crossing.table import CrossTable
from survey_app.results.estimates import Row
from survey_app.results.pen import ChartText
from survey_app.results.words import rate_words


def list_words(names: Sequence[str]) -> str:
    """„A, B và C”."""
    if len(names) < 2:
        return "".join(names)
    return _("%(first)s và %(last)s", first=", ".join(names[:-1]), last=names[-1])


def facet_title(facet: Facet) -> str:
    """The name of a facet in the language of the page; a question without its question mark."""
    return str(facet.title[language()])


def measure_title(row: Row) -> str:
    """What is measured, in words."""
    title = row.title[language()]
    named = f"{row.criterion}. {title}" if row.criterion else title
    return _("Điểm trung bình: %(title)s", title=named) if row.kind == "mean" else named


def filter_words(table: CrossTable) -> str:
    """Whom a table is about, where it is not everyone: „Giới tính: Nữ”."""
    values: dict[str, tuple[Facet, list[str]]] = {}
    for facet, value in table.choice.filters:
        values.setdefault(facet.by, (facet, []))[1].append(facet.levels[value][language()])
    return "; ".join(f"{facet_title(facet)}: {_or(names)}" for facet, names in values.values())


def _or(names: list[str]) -> str:
    return _(" hoặc ").join(names)


def table_title(table: CrossTable) -> str:
    """The heading of a cross table: what, by what, among whom."""
    row, column = facet_title(table.choice.row), table.choice.column
    what = measure_title(table.total)
    if column is not None:
        title = _("%(what)s – theo „%(row)s” và „%(column)s”", what=what, row=row, column=facet_title(column))
    else:
        title = _("%(what)s – theo „%(row)s”", what=what, row=row)
    among = filter_words(table)
    return f"{title} ({among})" if among else title


def table_sentence(table: CrossTable) -> str:
    """What a cross table says, for the top of the page and for those who do not see the picture."""
    total, shown = table.total, [cell for cell in table.shown if cell.estimate is not None]
    if total.estimate is None:
        return _("Không đủ người để công bố bảng này: cần ít nhất 10 người. Xin bỏ bớt điều kiện lọc.")
    if not shown:
        return _("Chung: %(rate)s. Các ô đều quá ít người để công bố riêng.", rate=rate_words(total))
    sure = [cell for cell in shown if "model_assisted" not in cell.marks]
    if not sure:
        return _("Chung: %(rate)s. Từng ô chỉ để tham khảo vì có quá ít xã trong mẫu.", rate=rate_words(total))
    low, high = min(sure, key=_value), max(sure, key=_value)
    return _(
        "Chung: %(rate)s. Các ô từ %(low_rate)s (%(low)s) đến %(high_rate)s (%(high)s).",
        rate=rate_words(total),
        low_rate=_figure(low),
        low=_cell_name(low),
        high_rate=_figure(high),
        high=_cell_name(high),
    )


def picture_words(table: CrossTable) -> ChartText:
    """Title and description of the picture of a cross table."""
    return ChartText(table_title(table), table_sentence(table))


def withheld_words(table: CrossTable) -> str:
    """How many cells are withheld, and why; nothing where none is."""
    if not table.withheld:
        return ""
    return ngettext(
        "◌ Để trống %(num)s ô: ô có dưới 10 người, hoặc ô mà nếu công bố thì tính ngược ra được ô ấy.",
        "◌ Để trống %(num)s ô: những ô có dưới 10 người, và những ô mà nếu công bố thì tính ngược ra được các ô ấy.",
        table.withheld,
    )


def _cell_name(cell: Row) -> str:
    return cell.domain_title[language()]


def _value(cell: Row) -> float:
    return cell.estimate or 0.0


def _figure(cell: Row) -> str:
    if cell.estimate is None:
        return _("không công bố")
    if cell.unit == "share":
        return percent(cell.estimate)
    return (
        _("%(score)s điểm", score=decimal(cell.estimate, 2)) if cell.unit == "points" else f"{decimal(cell.estimate)}%"
    )
