"""What a document says, read from the content of a snapshot: nothing else is looked at."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import cached_property
from typing import Any

from flask_babel import gettext as _

from survey_app.i18n import PROVINCE_TIME, day
from survey_app.instruments.piping import GENERAL_NAMES, fill_in
from survey_app.results.charts import sort_weakest_first
from survey_app.results.estimates import Row

_ROW_FIELDS = frozenset(field.name for field in fields(Row))


@dataclass(frozen=True)
class ReportContent:
    """The content of a snapshot in one language, with the few choices that every document makes of it.

    Attributes
    ----------
    content : dict
        ``Snapshot.content``.
    language : {"vi", "en"}
    number : int or None
        Of the frozen snapshot, where it is known.
    frozen : bool
        False: figures of the moment, which the document says on every page.
    """

    content: dict[str, Any]
    language: str
    number: int | None = None
    frozen: bool = True

    @cached_property
    def sha256(self) -> str:
        """The hash of the content."""
        known = self.content.get("content_sha256")
        if known:
            return str(known)
        text = json.dumps(self.content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @cached_property
    def survey(self) -> dict[str, Any]:
        """The facts of the survey."""
        return dict(self.content["survey"])

    @property
    def title(self) -> str:
        """The survey's title."""
        return str(self.survey["title"][self.language])

    @property
    def simulated(self) -> bool:
        """Whether the data is simulated, which every page then says."""
        return bool(self.survey["simulated"])

    @property
    def probability(self) -> bool:
        """Whether anybody drew the sample."""
        return bool(self.content.get("probability", True))

    @property
    def period(self) -> tuple[date, date]:
        """The first and the last day."""
        return date.fromisoformat(self.survey["starts_on"]), date.fromisoformat(self.survey["ends_on"])

    @property
    def moment(self) -> str:
        """When the figures were taken, in the province's time."""
        local = datetime.fromisoformat(self.content["frozen_at"]).astimezone(PROVINCE_TIME)
        return f"{local:%H:%M} {day(local)}"

    @cached_property
    def tables(self) -> dict[str, list[Row]]:
        """The figures by breakdown; the whole under an empty name."""
        return {
            by: [Row(**{name: value for name, value in row.items() if name in _ROW_FIELDS}) for row in rows]
            for by, rows in self.content["figures"].items()
        }

    @property
    def whole(self) -> list[Row]:
        """The figures of the whole territory."""
        return self.tables[""]

    @property
    def indices(self) -> list[Row]:
        """The indices, the first of which is what the survey is judged by."""
        return [row for row in self.whole if row.kind == "index"]

    @property
    def index(self) -> Row | None:
        """The index that the survey is judged by."""
        return self.indices[0] if self.indices else None

    @cached_property
    def factors(self) -> list[Row]:
        """The factors, weakest first."""
        return sort_weakest_first([row for row in self.whole if row.kind == "section"])

    @cached_property
    def items(self) -> list[Row]:
        """The criteria, weakest first."""
        return sort_weakest_first([row for row in self.whole if row.kind == "item"])

    @property
    def breakdowns(self) -> list[str]:
        """What the snapshot's figures are broken down by."""
        return [by for by in self.tables if by]

    def parts(self, by: str) -> list[Row]:
        """The judged index in the parts of a breakdown, weakest first."""
        of = self.index.of if self.index else None
        return sort_weakest_first([row for row in self.tables.get(by, []) if row.of == of])

    def breakdown_title(self, by: str) -> str:
        """The name of a breakdown, as it stands within a sentence."""
        fixed = {
            "district": _("huyện, thành phố"),
            "commune": _("xã"),
            "channel": _("kênh trả lời"),
            "sex": _("giới tính"),
            "age": _("độ tuổi"),
        }
        asked = next((item for item in self.items_asked() if item["key"] == by), None)
        return fixed.get(by) or (self.words(asked["text"]) if asked else by)

    @cached_property
    def instrument(self) -> dict[str, Any]:
        """The questionnaire as it was frozen."""
        return dict(self.content["questionnaire"]["content"])

    def words(self, texts: Any) -> str:
        """A text of the questionnaire in the language of the document, without the names of a place."""
        if not texts:
            return ""
        return str(fill_in(texts.get(self.language) or texts["vi"], GENERAL_NAMES[self.language]))

    def choices_of(self, kind: str) -> list[dict[str, Any]]:
        """The choice questions about ``background``, ``expectations`` or ``experience``, by their section."""
        places = self._sections_of_items
        return [choice for choice in self.content.get("choices", []) if places.get(choice["key"]) == kind]

    @cached_property
    def _sections_of_items(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for section in self.instrument.get("sections", []):
            key = section["key"]
            kind = "expectations" if key.startswith("expect") else key if key == "background" else "experience"
            found |= {item["key"]: kind for item in section.get("items", [])}
        return found

    def items_asked(self) -> list[dict[str, Any]]:
        """Every question of the questionnaire, in its order."""
        return [item for section in self.instrument.get("sections", []) for item in section.get("items", [])]
