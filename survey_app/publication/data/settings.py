"""What is decided about a file of responses: what others may know, how many must look alike, which places to name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from survey_app.errors import UserError
from survey_app.instruments.schema import Instrument

USUAL_K = 5
GREATEST_K = 50
#: Which cells to hide is sought among all sets of the keys; nobody knows more of a neighbour.
MOST_KEYS = 10
#: What a neighbour or a colleague knows of somebody, by the keys of the questionnaires here and their usual names.
KNOWN_BY_OTHERS = ("sex", "gender", "age", "age_group", "ethnicity", "education", "job", "occupation")
#: Where somebody lives: shown by the design in any case, so nothing of it can be hidden.
PLACES = ("district", "commune")


@dataclass(frozen=True)
class DataSettings:
    """The choices for one file of responses.

    Attributes
    ----------
    keys : tuple of str
        Single-choice questions, and ``district`` (with it the stratum) or ``commune`` (the primary unit).
    k : int
        At least so many rows are alike by the keys; 1 hides nothing and is for the office's own check alone.
    communes : bool
        Whether communes are named.
    seed : str
        Of the order of the rows and of the new codes; empty: made of the installation's secret.
    """

    keys: tuple[str, ...]
    k: int = USUAL_K
    communes: bool = False
    seed: str = ""

    @property
    def item_keys(self) -> tuple[str, ...]:
        """The keys that are questions."""
        return tuple(key for key in self.keys if key not in PLACES)

    def as_json(self) -> dict[str, Any]:
        """Plain values for the job and the report; the seed stays here."""
        return {"keys": list(self.keys), "k": self.k, "communes": self.communes}


def possible_keys(instrument: Instrument) -> list[str]:
    """The keys there are: the two places, then every single-choice question."""
    return [*PLACES, *(item.key for item in instrument.items() if item.type == "single")]


def usual_keys(instrument: Instrument) -> tuple[str, ...]:
    """What others usually know, of the questions there are, and the district."""
    asked = {item.key for item in instrument.items() if item.type == "single"}
    return ("district", *(key for key in KNOWN_BY_OTHERS if key in asked))


def protect_enough(settings: DataSettings, instrument: Instrument) -> bool:
    """Whether the choices do for the public: at least the usual k and keys; a commune tells its district."""
    known = {*settings.keys, *(("district",) if "commune" in settings.keys else ())}
    return settings.k >= USUAL_K and known >= set(usual_keys(instrument))


def check_settings(
    instrument: Instrument, keys: Sequence[str], k: int, *, communes: bool = False, seed: str = ""
) -> DataSettings:
    """The choices, in the order of the questionnaire.

    Raises
    ------
    UserError
        A key is none of the questionnaire, there are too many, or k is out of range.
    """
    possible = possible_keys(instrument)
    unknown = [key for key in keys if key not in possible]
    if unknown:
        raise UserError(
            _("Không có thông tin „%(key)s”. Xin dùng: %(names)s.", key=unknown[0][:40], names=", ".join(possible))
        )
    if not 1 <= k <= GREATEST_K:
        raise UserError(_("Số phiếu giống nhau phải từ 1 đến %(most)s.", most=GREATEST_K))
    settings = DataSettings(tuple(key for key in possible if key in set(keys)), k, communes, seed)
    if len(settings.item_keys) > MOST_KEYS:
        raise UserError(
            _(
                "Đã chọn %(count)s câu hỏi; nhiều nhất %(most)s. Xin chỉ chọn những điều người quen có thể biết.",
                count=len(settings.item_keys),
                most=MOST_KEYS,
            )
        )
    return settings
