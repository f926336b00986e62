"""All files of the open data of a survey, made into a folder one after the other, with a list of what is there."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from survey_app.errors import Conflict
from survey_app.instruments.queries import instrument_of
from survey_app.publication.data import tables
from survey_app.publication.data.columns import in_languages
from survey_app.publication.data.ddi import write_ddi
from survey_app.publication.data.dictionary import write_dictionary
from survey_app.publication.data.disclosure import DisclosureReport, not_recomputable
from survey_app.publication.data.figures import BOM, count_figures, figures_csv, figures_json
from survey_app.publication.data.microdata import Microdata, build_microdata
from survey_app.publication.data.r_script import write_script
from survey_app.publication.data.settings import DataSettings
from survey_app.publication.data.statistical_files import write_dta, write_sav
from survey_app.publication.data.two_files import write_detail, write_header
from survey_app.publication.public_choice import SECTIONS
from survey_app.results.cube import SurveyCube, count_responses
from survey_app.results.extract import read_extract
from survey_app.results.weighting.groups import ITEM
from survey_app.results.weighting.run import steps_in_force
from survey_app.surveys.models import Survey

LIST_NAME = "danh-muc.csv"
LOST_COLUMNS = ("of", "by", "reason")
Progress = Callable[[int, int], None]
Content = Mapping[str, Any]


@dataclass(frozen=True)
class MadeFile:
    """One file of the folder: its rows where it is a table."""

    name: str
    bytes: int
    rows: int | None
    sha256: str


@dataclass(frozen=True, eq=False)
class Gathered:
    """What the files are made from: the snapshot's content, the responses behind it, and the columns made of them."""

    content: Content
    counts: SurveyCube
    microdata: Microdata | None
    refusal: str
    settings: DataSettings
    public: bool = False

    @property
    def items_shown(self) -> bool:
        """Whether the files may tell of each criterion: inside the office always, in public where that was chosen."""
        return not self.public or "items" not in sections_left_out(self.content)

    @property
    def report(self) -> DisclosureReport | None:
        """Of the disclosure check; none where it refused."""
        return self.microdata.report if self.microdata else None


def gather(
    session: Session, survey: Survey, content: Content, settings: DataSettings, *, public: bool = False
) -> Gathered:
    """Read the responses of a survey and anonymise them.

    Parameters
    ----------
    content
        Of the snapshot, frozen or taken just now.
    public : bool
        The files become public: they come without the responses, and say why, where these cannot be anonymised or
        would show a section that was not chosen. Else what cannot be anonymised raises.

    Raises
    ------
    Conflict
        The responses are others than those of the snapshot, or too few are alike by what the file shows in any case.
    """
    extract = read_extract(session, survey)
    if extract.fingerprint != content["fingerprint"]:
        raise Conflict(_("Phiếu đã thay đổi so với bản số liệu này. Xin làm lại từ bản mới."))
    counts = count_responses(session, survey, instrument_of(session, survey.questionnaire_id), extract)
    if public and sections_left_out(content):
        return Gathered(content, counts, None, words_left_out(content), settings, public)
    try:
        microdata = build_microdata(
            counts, extract.table, settings, published=[by for by in content["figures"] if by],
            weighted_by=questions_in_weights(session, counts), secret=str(current_app.config["SECRET_KEY"]),
        )  # fmt: skip
    except Conflict as refusal:
        if not public:
            raise
        return Gathered(content, counts, None, refusal.message, settings, public)
    return Gathered(content, counts, microdata, "", settings, public)


def sections_left_out(content: Content) -> list[str]:
    """The sections that were not chosen to be public."""
    return [name for name in SECTIONS if name not in content["public"]["sections"]]


def words_left_out(content: Content) -> str:
    """Why the responses are not public: they would show the sections left out; empty where none is."""
    names = "; ".join(str(SECTIONS[name]) for name in sections_left_out(content))
    return _("từng phiếu cho biết cả phần không chọn công bố (%(names)s).", names=names) if names else ""


def questions_in_weights(session: Session, counts: SurveyCube) -> list[str]:
    """Questions whose answers the weights tell of, because responses of one unit weigh differently by them."""
    if counts.weighting.of_place is not None:
        return []
    steps = steps_in_force(session, counts.survey, counts.design)
    return [name.removeprefix(ITEM) for step in steps for name in step.variables if name.startswith(ITEM)]


def make_files(gathered: Gathered, folder: Path, progress: Progress | None = None) -> list[MadeFile]:
    """Write every file into a folder and the list of them last; figures first, then the responses.

    Nothing of the responses is held more than once; tables are written in portions.
    """
    makers = list(_makers(gathered, folder))
    made = []
    for done, (name, rows, write) in enumerate(makers, 1):
        data = write()
        if data is not None:
            (folder / name).write_bytes(data)
        made.append(_look_at(folder / name, rows))
        if progress is not None:
            progress(done, len(makers) + 1)
    with (folder / LIST_NAME).open("wb") as file:
        file.write(BOM + list_of_files(made).encode())
    if progress is not None:
        progress(len(makers) + 1, len(makers) + 1)
    return made


def list_of_files(made: list[MadeFile]) -> str:
    """Names, sizes, rows and hashes as CSV text."""
    lines = ["tep,byte,dong,sha256"]
    lines += [f"{one.name},{one.bytes},{'' if one.rows is None else one.rows},{one.sha256}" for one in made]
    return "\r\n".join(lines) + "\r\n"


def _look_at(path: Path, rows: int | None) -> MadeFile:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return MadeFile(path.name, path.stat().st_size, rows, digest)


Made = tuple[str, int | None, Callable[[], bytes | None]]


def _makers(gathered: Gathered, folder: Path) -> Iterator[Made]:
    """Name, rows, and what writes the file or returns it."""
    content = gathered.content
    yield "ket-qua.csv", count_figures(content), lambda: figures_csv(content)
    yield "ket-qua.json", None, lambda: figures_json(content)
    yield "cx-tong.csv", 1, lambda: write_header(content)
    if gathered.items_shown:
        detail = write_detail(gathered.counts)
        yield "cx-chi-tiet.csv", detail.count(b"\r\n") - 1, lambda: detail
    yield "bao-mat.json", None, lambda: _report(gathered)
    microdata = gathered.microdata
    if microdata is not None:
        yield from _makers_of_responses(gathered, microdata, folder)
    yield "doc-truoc.txt", None, lambda: _read_me(gathered)


def _makers_of_responses(gathered: Gathered, microdata: Microdata, folder: Path) -> Iterator[Made]:
    content, settings, rows = gathered.content, gathered.settings, len(microdata)
    title = content["survey"]["title"]["vi"]
    dictionary = write_dictionary(microdata.columns)
    lost = not_recomputable(content, microdata.report, communes=settings.communes)
    instrument = gathered.counts.instrument
    yield "phieu.csv", rows, lambda: tables.write_csv(microdata, folder / "phieu.csv")
    yield "phieu.parquet", rows, lambda: tables.write_parquet(microdata, folder / "phieu.parquet")
    yield "phieu.sav", rows, lambda: write_sav(microdata, folder / "phieu.sav", title=title)
    yield "phieu.dta", rows, lambda: write_dta(microdata, folder / "phieu.dta", title=title)
    yield "tu-dien.csv", dictionary.count(b"\r\n") - 1, lambda: dictionary
    yield "khong-tinh-lai.csv", len(lost), lambda: _lost_csv(lost)
    yield "tinh-lai.R", None, lambda: write_script(content, instrument, microdata.columns, lost=lost).encode()
    yield (
        "ddi.xml",
        None,
        lambda: write_ddi(
            content, microdata.columns, rows=rows, file_sha256=_look_at(folder / "phieu.csv", rows).sha256,
            keys=settings.keys, k=settings.k,
        ),
    )  # fmt: skip


def _lost_csv(lost: list[dict[str, str]]) -> bytes:

    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, LOST_COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(lost)
    return BOM + buffer.getvalue().encode()


def _report(gathered: Gathered) -> bytes:
    found: dict[str, Any] = {"refusal": gathered.refusal} if gathered.report is None else asdict(gathered.report)
    if gathered.content["survey"]["simulated"]:
        found["note"] = "dữ liệu mô phỏng"
    return json.dumps(found, ensure_ascii=False, indent=1).encode()


def _read_me(gathered: Gathered) -> bytes:
    """What is in the folder and how to begin, in both languages."""
    content = gathered.content
    title = content["survey"]["title"]

    def words() -> str:
        lines = [
            _("ket-qua.csv, ket-qua.json: mọi con số đã công bố, kèm số phiếu và khoảng tin cậy."),
            _("cx-tong.csv, cx-chi-tiet.csv: số người được phục vụ, được mời, đã trả lời; số người chọn từng mức.")
            if gathered.items_shown
            else _("cx-tong.csv: số người được phục vụ, được mời, đã trả lời."),
        ]
        if gathered.microdata is None:
            lines.append(
                _(
                    "Không có tệp phiếu: %(reason)s",
                    reason=(gathered.public and words_left_out(content)) or gathered.refusal,
                )
            )
        else:
            lines += [
                _("phieu.csv, .parquet, .sav, .dta: từng phiếu, đã ẩn danh; nghĩa các cột ở tu-dien.csv và ddi.xml."),
                _("tinh-lai.R: tính lại các con số từ phieu.csv. Chạy: Rscript tinh-lai.R"),
                _("khong-tinh-lai.csv: con số không tính lại chính xác được vì có ô đã ẩn (bao-mat.json)."),
            ]
        return "\n".join([*lines, _("danh-muc.csv: cỡ, số dòng và mã SHA-256 của từng tệp.")])

    told = in_languages(words)
    simulated = ["DỮ LIỆU MÔ PHỎNG / SIMULATED DATA", ""] if content["survey"]["simulated"] else []
    blocks = [text for language, words_there in told.items() for text in (title[language], words_there, "")]
    return "\n".join([*simulated, *blocks]).encode()
