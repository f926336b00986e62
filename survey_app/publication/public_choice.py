"""What of a survey becomes public: which sections, breakdowns and files. Open text never does by itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from survey_app.errors import UserError
from survey_app.instruments.schema import Instrument
from survey_app.publication.attachments import ATTACHMENTS

#: Sections that may be left out; the answer, the questionnaire and the method always stand.
SECTIONS = {
    "factors": _l("Các yếu tố"),
    "items": _l("Các tiêu chí"),
    "choices": _l("Trải nghiệm, mong đợi, người trả lời"),
}
#: Breakdowns that are public unless somebody chooses otherwise, where the questionnaire and the territory have them.
USUAL_BREAKDOWNS = ("district", "channel", "sex", "age")
PLACES_AND_CHANNEL = ("district", "commune", "channel")


@dataclass(frozen=True)
class PublicChoice:
    """What of a survey is frozen and so becomes public.

    Attributes
    ----------
    breakdowns : tuple of str, optional
        ``None``: the usual ones that this survey has.
    files : tuple of str, optional
        Names of attachments (``publication/attachments.py``); ``None``: all of them.
    """

    sections: tuple[str, ...] = tuple(SECTIONS)
    breakdowns: tuple[str, ...] | None = None
    files: tuple[str, ...] | None = None

    def as_arguments(self) -> dict[str, Any]:
        """Plain values, as a background job keeps them."""
        return {"sections": self.sections, "breakdowns": self.breakdowns, "files": self.files}

    @classmethod
    def of(cls, values: dict[str, Any]) -> PublicChoice:
        """The choice that `as_arguments` wrote."""
        return cls(*(None if values[name] is None else tuple(values[name]) for name in cls.__dataclass_fields__))  # type: ignore[arg-type]

    def breakdowns_among(self, existing: Sequence[str]) -> list[str]:
        """The chosen breakdowns, in the order in which they are shown.

        Raises
        ------
        UserError
            One of them is none of this survey's.
        """
        if self.breakdowns is None:
            return [by for by in USUAL_BREAKDOWNS if by in existing]
        _refuse_unknown(self.breakdowns, existing)
        return sorted(set(self.breakdowns), key=lambda by: (_place(USUAL_BREAKDOWNS, by), _place(existing, by)))

    def check(self, instrument: Instrument) -> None:
        """Refuse sections, files and breakdowns that do not exist.

        Raises
        ------
        UserError
            With the names there are.
        """
        _refuse_unknown(self.sections, SECTIONS)
        _refuse_unknown(self.files or (), [one.name for one in ATTACHMENTS])
        single = [item.key for item in instrument.items() if item.type == "single"]
        _refuse_unknown(self.breakdowns or (), [*PLACES_AND_CHANNEL, *single])


def _place(names: Sequence[str], name: str) -> int:
    return names.index(name) if name in names else len(names)


def _refuse_unknown(names: Iterable[str], known: Iterable[str]) -> None:
    known = list(known)
    for name in names:
        if name not in known:
            raise UserError(
                _(
                    "Không có phần „%(name)s” để công bố. Xin chọn trong: %(names)s.",
                    name=name[:60],
                    names=", ".join(known) or "–",
                )
            )
