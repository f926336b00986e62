"""The workbook of the figures: a sheet a table, with base, missing answers and interval, and Excel's own charts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from flask_babel import gettext as _

from survey_app.publication.documents.annexes import facts_of
from survey_app.publication.documents.content import ReportContent
from survey_app.publication.documents.sheets import HEAD_ROW, WITHHELD, Book, Column, Written
from survey_app.publication.documents.tables import notes_of, verdict_words
from survey_app.results.charts import sort_weakest_first
from survey_app.results.estimates import Row
from survey_app.results.words import weakest_words

NAME, CODE, ESTIMATE, LOW, HIGH, TARGET = 0, 1, 3, 4, 5, 6
TEAL, GREY, INK = "#0B5C6B", "#52606D", "#17212B"


def write_workbook(report: ReportContent, path: Path) -> int:
    """Write the workbook; the number of rows of its tables."""
    book = Book(path, title=report.title, made=report.content["frozen_at"], labels=labels_of(report))
    for rows, name, subject in (
        (report.indices, _("Chỉ số"), _("Chỉ số hài lòng chung")),
        (report.factors, _("Yếu tố"), _("Các yếu tố")),
        (report.items, _("Tiêu chí"), _("Các tiêu chí")),
    ):
        if rows:
            written = _add_figures(book, report, rows, name, _("%(subject)s, từ thấp đến cao", subject=subject))
            if name != _("Chỉ số"):
                _add_chart(book, report, rows, written, subject)
    for by in report.breakdowns:
        _add_breakdown(book, report, by)
    if report.content.get("choices"):
        _add_choices(book, report)
    _add_drawn(book, report)
    _add_questions(book, report)
    return book.close(facts_of(report))


def labels_of(report: ReportContent) -> list[str]:
    """What every sheet says of the data."""
    labels = [_("dữ liệu mô phỏng")] if report.simulated else []
    return labels if report.frozen else [*labels, _("bản dự thảo: số liệu chưa chốt")]


def _columns(head: str, *, whole: bool) -> list[Column]:
    return [
        Column(head, "text", 60 if whole else 30),
        Column(_("Số hiệu"), "text", 9),
        Column(_("Nội dung đo"), "text", 12 if whole else 60),
        Column(_("Kết quả"), "share", 11),
        Column(_("Giới hạn dưới"), "share", 11),
        Column(_("Giới hạn trên"), "share", 11),
        Column(_("Mục tiêu"), "share", 11),
        Column(_("So với mục tiêu"), "text", 20),
        Column(_("Hài lòng"), "share", 11),
        Column(_("Bình thường"), "share", 11),
        Column(_("Không hài lòng"), "share", 11),
        Column(_("Số người trả lời"), "number", 11),
        Column(_("Câu trả lời"), "number", 11),
        Column(_("Lượt hỏi"), "number", 11),
        Column(_("Bỏ trống hoặc không có ý kiến"), "number", 14),
        Column(_("Số đơn vị mẫu"), "number", 11),
        Column(_("Sai số chuẩn"), "decimal", 11),
        Column(_("Bậc tự do"), "number", 11),
        Column(_("Hệ số thiết kế"), "points", 11),
        Column(_("Đơn vị tính"), "text", 16),
        Column(_("Ghi chú"), "text", 44),
    ]


def _cells(report: ReportContent, row: Row, *, part: bool) -> list[Any]:
    language = report.language
    title = row.title[language]
    limits, shares = row.ci or {}, row.shares or {}
    return [
        row.domain_title[language] if part else title,
        row.criterion,
        title if part else _kind_words(row),
        WITHHELD if row.estimate is None else row.estimate,
        limits.get("low"),
        limits.get("high"),
        row.target,
        verdict_words(row) if row.verdict else "",
        shares.get("satisfied"),
        shares.get("neutral"),
        shares.get("dissatisfied"),
        row.respondents,
        row.n,
        row.base,
        row.missing,
        row.n_psu,
        row.se,
        row.df,
        row.deff,
        {"share": _("tỷ lệ"), "points": _("điểm"), "percent": _("phần trăm")}[row.unit],
        "; ".join(_remarks(row)),
    ]


def _kind_words(row: Row) -> str:
    return {"index": _("chỉ số"), "section": _("yếu tố"), "item": _("tiêu chí")}[row.kind]


def _remarks(row: Row) -> Iterator[str]:
    if row.withheld:
        yield _("không công bố: dưới 10 phiếu")
    if "model_assisted" in row.marks:
        yield _("chỉ để tham khảo: có hai, ba xã trong mẫu")
    elif "few_psu" in row.marks:
        yield _("ít xã trong mẫu")
    if "non_probability" in row.marks:
        yield _("không phải mẫu xác suất: không có khoảng tin cậy")


def _add_figures(
    book: Book, report: ReportContent, rows: Sequence[Row], name: str, title: str, *, part: bool = False
) -> Written:
    head = report.breakdown_title(name) if part else _("Nội dung")
    columns = _columns(head[:1].upper() + head[1:], whole=not part)
    shown = _sheet_name(report, name) if part else name
    note = " ".join(notes_of(list(rows), report))
    return book.add_table(shown, title, note, columns, [_cells(report, row, part=part) for row in rows])


def _sheet_name(report: ReportContent, by: str) -> str:
    title = report.breakdown_title(by)
    return (title[:1].upper() + title[1:])[:28]


def _add_breakdown(book: Book, report: ReportContent, by: str) -> None:
    """The judged index first, weakest first, then every other measure in the same order of parts."""
    first = report.parts(by)
    order = {next(iter(row.domain.values()), ""): place for place, row in enumerate(first)}
    others = [row for row in report.tables[by] if not first or row.of != first[0].of]
    measures = {row.of: place for place, row in enumerate(report.whole)}
    others.sort(key=lambda row: (measures.get(row.of, 0), order.get(next(iter(row.domain.values()), ""), 0)))
    title = _("Mọi số liệu theo %(by)s", by=report.breakdown_title(by))
    written = _add_figures(book, report, [*first, *others], by, title, part=True)
    if first and by != "commune":
        name = report.breakdown_title(by)
        _add_chart(book, report, first, written, name[:1].upper() + name[1:])


def _add_choices(book: Book, report: ReportContent) -> None:
    columns = [
        Column(_("Câu hỏi"), "text", 60),
        Column(_("Trả lời"), "text", 44),
        Column(_("Số người chọn"), "number", 12),
        Column(_("Tỷ lệ"), "share", 11),
        Column(_("Giới hạn dưới"), "share", 11),
        Column(_("Giới hạn trên"), "share", 11),
        Column(_("Số người trả lời câu này"), "number", 14),
        Column(_("Số người được hỏi"), "number", 14),
        Column(_("Bỏ trống"), "number", 11),
        Column(_("Mã câu hỏi"), "text", 14),
        Column(_("Mã trả lời"), "text", 12),
    ]
    rows = [
        [
            report.words(choice["title"]),
            option["label"][report.language],
            WITHHELD if option["n"] is None else option["n"],
            WITHHELD if option["share"] is None else option["share"],
            option["low"],
            option["high"],
            choice["n"],
            choice["base"],
            choice["base"] - choice["n"],
            choice["key"],
            str(option["value"]),
        ]
        for choice in report.content["choices"]
        for option in choice["options"]
    ]
    note = _("Ở câu được chọn nhiều ý, các tỷ lệ cộng lại có thể quá 100%. ◌: không công bố vì dưới 10 phiếu.")
    book.add_table(_("Câu chọn"), _("Trải nghiệm, mong đợi, người trả lời"), note, columns, rows)


def _add_drawn(book: Book, report: ReportContent) -> None:
    draw = report.content.get("draw") or {}
    if not report.probability or not draw.get("units"):
        return
    names = {stratum["stratum"]: stratum["name"] for stratum in draw["strata"]}
    columns = [
        Column(_("Mã"), "text", 12),
        Column(_("Tên"), "text", 36),
        Column(_("Tầng"), "text", 36),
        Column(_("Được bốc"), "text", 11),
        Column(_("Số ngẫu nhiên u"), "decimal", 14),
        Column(_("Xác suất được bốc"), "decimal", 14),
    ]
    rows = [
        [
            unit["code"],
            unit["name"],
            names.get(unit["stratum"]) or unit["stratum"],
            _("có") if unit["drawn"] else _("không"),
            unit["u"],
            unit["inclusion_probability"],
        ]
        for unit in draw["units"]
    ]
    note = _("Mầm ngẫu nhiên „%(seed)s”. Mã băm của dàn mẫu %(hash)s.", seed=draw["seed"], hash=draw["frame_sha256"])
    book.add_table(_("Dàn mẫu"), _("Dàn mẫu và các đơn vị đã bốc"), note, columns, rows)


def _add_questions(book: Book, report: ReportContent) -> None:
    columns = [
        Column(_("Mã câu hỏi"), "text", 14),
        Column(_("Phần"), "text", 40),
        Column(_("Tiêu chí"), "text", 10),
        Column(_("Câu hỏi"), "text", 90),
    ]
    rows = [
        [item["key"], report.words(section["title"]), str(item.get("criterion") or ""), report.words(item["text"])]
        for section in report.instrument.get("sections", [])
        for item in section.get("items", [])
    ]
    book.add_table(_("Bộ phiếu"), report.words(report.instrument["title"]), "", columns, rows)


def _add_chart(book: Book, report: ReportContent, rows: Sequence[Row], written: Written, subject: str) -> None:
    """Dots with lines from limit to limit and the target, made of Excel's own lines; the title states the finding."""
    shown = [row for row in rows if row.estimate is not None and row.unit == "share"]
    if len(shown) < 2 or list(rows[: len(shown)]) != shown:
        return
    words = weakest_words(sort_weakest_first(shown), report.language, subject)
    chart = book.add_chart("line")
    first, last = HEAD_ROW + 1, HEAD_ROW + len(shown)
    names = CODE if all(row.criterion for row in shown) else NAME

    def series(column: int, name: str, **look: Any) -> None:
        chart.add_series(
            {
                "name": name,
                "categories": [written.sheet, first, names, last, names],
                "values": [written.sheet, first, column, last, column],
                "line": {"none": True},
                **look,
            }
        )

    series(
        ESTIMATE,
        _("Tỷ lệ hài lòng"),
        marker={"type": "circle", "size": 8, "fill": {"color": TEAL}, "border": {"color": TEAL}},
        data_labels={"value": True, "position": "right", "num_format": "0.0%", "font": {"size": 9, "color": INK}},
    )
    if report.probability:
        for column, name in ((LOW, _("Giới hạn dưới")), (HIGH, _("Giới hạn trên"))):
            series(
                column,
                name,
                marker={"type": "short_dash", "size": 7, "border": {"color": GREY}, "fill": {"color": GREY}},
            )
        chart.set_high_low_lines({"line": {"color": GREY, "width": 1.5}})
        series(TARGET, _("Mục tiêu"), line={"color": TEAL, "width": 1.25, "dash_type": "dash"}, marker={"type": "none"})
    title = f"{words.title} ({_('dữ liệu mô phỏng')})" if report.simulated else words.title
    chart.set_title({"name": title, "name_font": {"size": 12, "color": INK}, "overlay": False})
    low = min((row.ci or {}).get("low") or row.estimate or 0.0 for row in shown)
    chart.set_y_axis(
        {"num_format": "0%", "min": max(int(low * 10) / 10 - 0.1, 0), "max": 1, "major_gridlines": {"visible": False}}
    )
    chart.set_x_axis({"num_font": {"rotation": -45, "size": 9}})
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": 960, "height": 480})
    book.show_chart(chart, words.title, f"{words.title}. {words.description}")
