"""A survey's questionnaire as ODK Collect asks it: our XLSForm, with the case or the place asked first."""

from __future__ import annotations

import hashlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy.orm import Session

from survey_app.instruments.queries import instrument_of
from survey_app.instruments.schema import Instrument
from survey_app.instruments.xlsform.layout import free_name
from survey_app.instruments.xlsform.writing import RowNames
from survey_app.sampling.work.queries import has_cases
from survey_app.surveys.models import Survey

PLACES = "places"
#: Raised when what is written around the questionnaire changes, so that phones fetch the form anew.
EDITION = "1"
_WHERE = {
    True: {"vi": "Chọn hồ sơ đang hỏi", "en": "Choose the case you are asking"},
    False: {"vi": "Chọn xã, phường hoặc cơ quan", "en": "Choose the commune, ward or agency"},
}
_SIMULATED = "[Dữ liệu mô phỏng] "


@dataclass(frozen=True)
class OdkNames:
    """The names of the rows that stand around the questionnaire's own."""

    rows: RowNames
    start: str
    end: str
    today: str
    where: str

    @classmethod
    def of(cls, instrument: Instrument) -> OdkNames:
        """Names that nothing of the questionnaire bears."""
        rows = RowNames.of(instrument)
        taken = {item.key for section in instrument.sections for item in section.items}
        taken |= {section.key for section in instrument.sections}
        taken |= {rows.intro, rows.consent}
        for group in (rows.introductions, rows.missing, rows.other, rows.piped):
            taken |= set(group.values())
        names = [free_name(name, taken) for name in ("odk_start", "odk_end", "odk_today", "odk_where")]
        return cls(rows, *names)


@dataclass(frozen=True)
class OdkForm:
    """The form of a survey: id, version, title, and the XForm."""

    form_id: str
    version: str
    title: str
    xml: bytes

    @property
    def md5(self) -> str:
        """The hash by which Collect sees that the form has changed."""
        return md5_of(self.xml)


def md5_of(content: bytes) -> str:
    """The hash that OpenRosa asks for; it guards nothing."""
    return f"md5:{hashlib.md5(content, usedforsecurity=False).hexdigest()}"


def form_of(session: Session, survey: Survey) -> OdkForm:
    """The form of a survey, made once and then kept in the instance folder."""
    by_case = has_cases(session, survey.id)
    title = (_SIMULATED if survey.simulated else "") + survey.title_vi
    told = "\0".join((EDITION, survey.slug, title, survey.questionnaire.content_hash, str(by_case)))
    digest = hashlib.sha256(told.encode()).hexdigest()
    version = f"{survey.questionnaire.version}-{digest[:8]}"
    path = Path(current_app.config["INSTANCE"]) / "odk" / f"{digest}.xml"
    if not path.exists():
        instrument = instrument_of(session, survey.questionnaire_id)
        _write(path, make_xform(instrument, form_id=survey.slug, version=version, title=title, by_case=by_case))
    return OdkForm(survey.slug, version, title, path.read_bytes())


def make_xform(instrument: Instrument, *, form_id: str, version: str, title: str, by_case: bool) -> bytes:
    """The XForm of an instrument; pyxform makes it of our XLSForm."""
    from pyxform.xls2xform import convert  # a second of imports that only this needs

    from survey_app.instruments.xlsform.workbook_writing import write_workbook
    from survey_app.instruments.xlsform.writing import write_tables

    names = OdkNames.of(instrument)
    tables: dict[str, list[dict[str, Any]]] = {
        name: [dict(row) for row in rows] for name, rows in write_tables(instrument).items()
    }
    tables["survey"] = [
        {"type": "start", "name": names.start},
        {"type": "end", "name": names.end},
        {"type": "today", "name": names.today},
        {
            "type": f"select_one_from_file {PLACES}.csv",
            "name": names.where,
            "required": "yes",
            "appearance": "minimal autocomplete",
            **{f"label::{code}": words for code, words in _WHERE[by_case].items()},
        },
        *tables["survey"],
    ]
    tables["settings"][0] |= {"form_id": form_id, "version": version, "form_title": title}
    made = convert(write_workbook(tables), validate=False, file_type=".xlsx")
    return str(made.xform).encode()


def _write(path: Path, content: bytes) -> None:
    """Whole before it has its name, whoever else writes the same."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    draft.write_bytes(content)
    os.replace(draft, path)
