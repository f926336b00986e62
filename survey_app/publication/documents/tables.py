"""The tables of a document, each figure with its base, its missing answers and its interval."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from survey_app.i18n import decimal, number, percent
from survey_app.publication.documents.blocks import Cell, Table
from survey_app.publication.documents.content import ReportContent
from survey_app.results.estimates import Row

WITHHELD = "◌"
SHADES = (0.5, 0.65, 0.8, 0.9)


def verdict_words(row: Row) -> str:
    """The verdict in a word."""
    return {
        "met": _("Đạt"),
        "not_met": _("Không đạt"),
        "not_proven": _("Chưa đủ bằng chứng"),
    }.get(row.verdict or "", "–")


def estimate_words(row: Row) -> str:
    """The figure in its unit."""
    if row.estimate is None:
        return WITHHELD
    if row.unit == "points":
        return decimal(row.estimate, 2)
    return percent(row.estimate) if row.unit == "share" else f"{decimal(row.estimate)}%"


def interval_words(row: Row) -> str:
    """The limits in the unit of the figure; a dash where there are none."""
    if row.estimate is None or row.ci is None:
        return "–"
    places, scale = (2, 1) if row.unit == "points" else (1, 100 if row.unit == "share" else 1)
    return "–".join(decimal((row.ci[end] or 0.0) * scale, places) for end in ("low", "high"))


def name_of(row: Row, language: str) -> str:
    """What the row is about, with the number of its criterion."""
    title = (row.domain_title if row.domain else row.title)[language]
    return f"{row.criterion}. {title}" if row.criterion and not row.domain else title


def figure_table(report: ReportContent, rows: list[Row], caption: str, head: str) -> Table:
    """Figures with interval, verdict, people, answers and missing answers."""
    drawn = report.probability
    columns = [
        head,
        _("Tỷ lệ"),
        *([_("Khoảng tin cậy"), _("So với mục tiêu")] if drawn else []),
        _("Số người"),
        _("Câu trả lời"),
        _("Bỏ trống"),
    ]
    lines = tuple(
        tuple(
            Cell(text, strong=place == 1 and row.estimate is not None)
            for place, text in enumerate(
                [
                    name_of(row, report.language) + ("*" if drawn and "model_assisted" in row.marks else ""),
                    estimate_words(row),
                    *([interval_words(row), verdict_words(row)] if drawn else []),
                    number(row.respondents),
                    number(row.n),
                    number(row.missing),
                ]
            )
        )
        for row in rows
    )
    widths = (42.0, 15.0, 22.0, 36.0, 14.0, 17.0, 14.0) if drawn else (84.0, 20.0, 18.0, 20.0, 18.0)
    numeric = (1, 2, 4, 5, 6) if drawn else (1, 2, 3, 4)
    return Table(caption, tuple(columns), lines, widths, numeric, notes_of(rows, report))


def sides_table(report: ReportContent, rows: list[Row], caption: str, head: str) -> Table:
    """Satisfied, neutral and dissatisfied as in the reports of the ministry, with the answers they rest on."""
    lines = tuple(
        (
            Cell(name_of(row, report.language)),
            *(
                Cell(WITHHELD if row.shares is None else percent(row.shares[side]))
                for side in ("satisfied", "neutral", "dissatisfied")
            ),
            Cell(number(row.respondents)),
            Cell(number(row.n)),
        )
        for row in rows
        if row.shares is not None or row.withheld
    )
    columns = (head, _("Hài lòng"), _("Bình thường"), _("Không hài lòng"), _("Số người"), _("Câu trả lời"))
    widths = (70.0, 18.0, 20.0, 18.0, 16.0, 18.0)
    return Table(caption, columns, lines, widths, (1, 2, 3, 4, 5), notes_of(rows, report, sides=True))


def heat_table(report: ReportContent, by: str, caption: str) -> Table | None:
    """Parts by factors, the number in each cell; None where there is nothing to cross."""
    factors = [row for row in report.whole if row.kind == "section"]
    parts = report.parts(by)
    if not factors or len(parts) < 2:
        return None
    found = {(_value(row), row.of): row for row in report.tables[by] if row.kind == "section" or row in parts}
    index = report.index
    assert index is not None
    measures = [index, *factors]
    lines = tuple(
        (
            Cell(part.domain_title[report.language]),
            *(_heat_cell(found.get((_value(part), measure.of))) for measure in measures),
        )
        for part in parts
    )
    wide = 118.0 / len(measures)
    heads = (
        _first_capital(report.breakdown_title(by)),
        _("Chỉ số chung"),
        *(f.title[report.language] for f in factors),
    )
    used = [row for row in report.tables[by] if row.of in {measure.of for measure in measures}]
    return Table(
        caption,
        heads,
        lines,
        (42.0, *(wide for _measure in measures)),
        tuple(range(1, len(measures) + 1)),
        (
            *notes_of(used, report),
            _(
                "Ô đậm hơn là tỷ lệ cao hơn; số trong ô là tỷ lệ hài lòng. Khoảng tin cậy của từng ô có trong tệp "
                "Excel của cùng bản chốt."
            ),
        ),
    )


def choice_table(report: ReportContent, choice: dict[str, Any], caption: str) -> Table:
    """One choice question: people, share and interval of every option."""
    drawn = report.probability
    lines = tuple(
        (
            Cell(option["label"][report.language]),
            Cell(WITHHELD if option["n"] is None else number(option["n"])),
            Cell(WITHHELD if option["share"] is None else percent(option["share"]), strong=option["share"] is not None),
            *(
                [
                    Cell(
                        "–"
                        if option["low"] is None
                        else f"{decimal(option['low'] * 100)}–{decimal(option['high'] * 100)}"
                    )
                ]
                if drawn
                else []
            ),
        )
        for option in choice["options"]
    )
    notes = [
        _(
            "%(n)s người trả lời trong %(base)s người được hỏi câu này; %(missing)s người bỏ trống.",
            n=number(choice["n"]),
            base=number(choice["base"]),
            missing=number(choice["base"] - choice["n"]),
        )
    ]
    if choice["kind"] == "multiple":
        notes.append(_("Mỗi người được chọn nhiều ý nên cộng lại có thể quá 100%."))
    if choice["kind"] == "ranking":
        notes.append(_("Tỷ lệ người xếp ý này đứng đầu."))
    if choice.get("withheld") or any(option["share"] is None for option in choice["options"]):
        notes.append(_("◌: không công bố vì dưới 10 phiếu."))
    columns = (_("Trả lời"), _("Số người"), _("Tỷ lệ"), *([_("Khoảng tin cậy")] if drawn else []))
    widths = (92.0, 20.0, 20.0, 28.0) if drawn else (112.0, 24.0, 24.0)
    return Table(caption, columns, lines, widths, tuple(range(1, len(columns))), tuple(notes))


def strata_table(report: ReportContent, caption: str) -> Table | None:
    """Strata of the draw: units, drawn, and the people who answered where the strata are districts."""
    draw = report.content.get("draw") or {}
    if not report.probability or not draw.get("strata"):
        return None
    answered = {row.domain.get("district"): row for row in report.parts("district")} if report.index else {}
    invited: dict[str, int] = {}
    for unit in draw.get("units", []):
        if unit.get("invited") is not None:
            invited[unit["stratum"]] = invited.get(unit["stratum"], 0) + unit["invited"]
    by_district = bool(answered) and all(stratum["stratum"] in answered for stratum in draw["strata"])
    lines = [
        (
            Cell(stratum["name"] or stratum["stratum"]),
            Cell(number(stratum["size"])),
            Cell(number(stratum["drawn"])),
            *([Cell(number(invited.get(stratum["stratum"], 0)))] if invited else []),
            *([Cell(number(answered[stratum["stratum"]].respondents))] if by_district else []),
        )
        for stratum in draw["strata"]
    ]
    totals = [sum(stratum[name] for stratum in draw["strata"]) for name in ("size", "drawn")]
    if invited:
        totals.append(sum(invited.values()))
    if by_district:
        totals.append(sum(row.respondents for row in answered.values()))
    lines.append((Cell(_("Cộng"), strong=True), *(Cell(number(total), strong=True) for total in totals)))
    columns = [
        _("Tầng"),
        _("Số đơn vị"),
        _("Đã bốc"),
        *([_("Hồ sơ mời")] if invited else []),
        *([_("Người trả lời")] if by_district else []),
    ]
    wide = 88.0 / (len(columns) - 1)
    notes = (_("Người trả lời: người có ít nhất một câu trả lời tính vào chỉ số chung."),) if by_district else ()
    return Table(
        caption,
        tuple(columns),
        tuple(lines),
        (72.0, *(wide for _c in columns[1:])),
        tuple(range(1, len(columns))),
        notes,
    )


def notes_of(rows: list[Row], report: ReportContent, *, sides: bool = False) -> tuple[str, ...]:
    """What the marks in a table mean."""
    notes = []
    if any(row.estimate is None for row in rows):
        notes.append(_("◌: không công bố vì dưới 10 phiếu."))
    if not sides and any("model_assisted" in row.marks for row in rows):
        notes.append(
            _("*: chỉ để tham khảo, vì chỉ có hai, ba xã trong mẫu; khoảng tin cậy có mượn số liệu của toàn địa bàn.")
        )
    if not sides and any(row.unit != "share" for row in rows):
        notes.append(_("Mục tính bằng điểm hoặc phần trăm đạt mong đợi không so với mục tiêu."))
    if report.simulated:
        notes.append(_("Dữ liệu mô phỏng."))
    return tuple(notes)


def _verdict_or_mark(row: Row) -> str:
    words = verdict_words(row)
    return f"{words} ({_('tham khảo')})" if "model_assisted" in row.marks and row.verdict else words


def _heat_cell(row: Row | None) -> Cell:
    if row is None or row.estimate is None:
        return Cell(WITHHELD)
    shade = sum(row.estimate >= bound for bound in SHADES) if row.unit == "share" else None
    return Cell(estimate_words(row), shade)


def _value(row: Row) -> str:
    return next(iter(row.domain.values()), "")


def _first_capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def task_table(report: ReportContent, caption: str) -> Table | None:
    """Factors, criteria and places under the target for certain, with room for who does what until when."""
    rows = [
        row
        for group in (report.factors, report.items, *(report.parts(by) for by in ("district", "commune")))
        for row in group
        if row.verdict == "not_met" and "model_assisted" not in row.marks
    ]
    if not rows:
        return None
    lines = tuple(
        (
            Cell(name_of(row, report.language)),
            Cell(estimate_words(row)),
            Cell(interval_words(row)),
            Cell(""),
            Cell(""),
            Cell(""),
        )
        for row in rows
    )
    head = (_("Nội dung hoặc nơi"), _("Tỷ lệ"), _("Khoảng tin cậy"), _("Việc cần làm"), _("Chủ trì"), _("Thời hạn"))
    return Table(caption, head, lines, (48.0, 16.0, 24.0, 32.0, 22.0, 18.0), (1, 2), notes_of(rows, report))
