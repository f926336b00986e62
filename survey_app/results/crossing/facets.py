"""What responses can be told apart by: where they were given, by whom, through which channel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from survey_app.collection.models import CHANNELS
from survey_app.errors import UserError
from survey_app.geography.models import KINDS, Unit
from survey_app.i18n import LANGUAGES
from survey_app.instruments.piping import GENERAL_NAMES, fill_in
from survey_app.instruments.scales import missing_values
from survey_app.instruments.schema import SingleItem
from survey_app.results.cube import SurveyCube
from survey_app.results.measures import channel_title
from survey_app.sampling.frame import AREAS, district_of
from survey_app.sampling.listing.queries import listed_units
from survey_app.surveys.design import COLUMN

BACKGROUND = "background"
"""The section of a questionnaire that asks who answers."""

SERVICE_KEYS = frozenset({"field", "filing", "programme", "level", "grade", "school_type"})
"""Questions of that section that name a service or the place that gives it, not the person."""

SHORT_NAMES = {
    "sex": {"vi": "Giới tính", "en": "Sex"},
    "age": {"vi": "Tuổi", "en": "Age"},
    "ethnicity": {"vi": "Dân tộc", "en": "Ethnic group"},
    "education": {"vi": "Học vấn", "en": "Education"},
    "occupation": {"vi": "Công việc", "en": "Occupation"},
    "residence": {"vi": "Nơi ở: đô thị hay nông thôn", "en": "Home: town or countryside"},
    "terrain": {"vi": "Nơi ở: miền núi, đồng bằng, hải đảo", "en": "Home: mountains, plain, island"},
    "behalf": {"vi": "Làm thủ tục cho ai", "en": "On whose behalf"},
    "position": {"vi": "Chức danh", "en": "Position"},
    "field": {"vi": "Lĩnh vực của thủ tục", "en": "Field of the procedure"},
    "filing": {"vi": "Cách nộp hồ sơ", "en": "How papers were filed"},
}
MOST_COLUMN_VALUES = 40
PLACES, PEOPLE, SERVICES, OTHER = "places", "people", "services", "other"


@dataclass(frozen=True, eq=False)
class Facet:
    """A way to tell responses apart.

    Attributes
    ----------
    by : str
        Its name in addresses and files.
    group : {"places", "people", "services", "other"}
    levels : dict of str to dict
        The title of each value in each language, in the order shown.
    of_unit : dict of str to str, or None
        The value of each drawn place; None for a channel or a question, which each response answers for itself.
    """

    by: str
    group: str
    title: Mapping[str, str]
    levels: Mapping[str, Mapping[str, str]]
    of_unit: Mapping[str, str] | None = None


def list_facets(session: Session, counts: SurveyCube) -> dict[str, Facet]:
    """Every facet of a survey by name: places first, then people, services, the other questions."""
    found = [*_place_facets(session, counts), _channel_facet()]
    for section in counts.instrument.sections:
        for item in section.items:
            if isinstance(item, SingleItem):
                group = OTHER if section.key != BACKGROUND else SERVICES if item.key in SERVICE_KEYS else PEOPLE
                found.append(_question_facet(item, group))
    order = {group: place for place, group in enumerate((PLACES, PEOPLE, SERVICES, OTHER))}
    return {facet.by: facet for facet in sorted(found, key=lambda facet: order[facet.group])}


def find_facet(facets: Mapping[str, Facet], by: str) -> Facet:
    """The facet of a name.

    Raises
    ------
    UserError
        There is none.
    """
    if by not in facets:
        raise UserError(
            _("Không phân tích theo „%(by)s” được. Xin dùng: %(names)s.", by=by[:40], names=", ".join(facets))
        )
    return facets[by]


def _place_facets(session: Session, counts: SurveyCube) -> list[Facet]:
    units = {code: place.unit for code, place in counts.design.places.items()}
    districts = {code: found for code, unit in units.items() if (found := district_of(unit)) is not None}
    agencies = bool(units) and all(unit.level == "agency" for unit in units.values())
    facets = []
    if districts:
        titles = {one.code: _both(one.name) for one in sorted(districts.values(), key=lambda one: one.code)}
        of_unit = {code: one.code for code, one in districts.items()}
        facets.append(Facet("district", PLACES, {"vi": "Huyện", "en": "District"}, titles, of_unit))
    name = {"vi": "Cơ quan, đơn vị", "en": "Agency"} if agencies else {"vi": "Xã", "en": "Commune"}
    titles = {code: _both(unit.name) for code, unit in sorted(units.items())}
    facets.append(Facet("commune", PLACES, name, titles, {code: code for code in units}))
    for by, title, names, of_unit in (
        ("area", {"vi": "Đô thị, nông thôn, hải đảo", "en": "Urban, rural, island"}, _AREA_WORDS, _areas(units)),
        ("kind", {"vi": "Loại đơn vị", "en": "Kind of unit"}, _KIND_WORDS, _kinds(units)),
    ):
        used = set(of_unit.values())
        if len(used) > 1:
            known = {value: _both(value, names.get(value)) for value in _order_of(names, used)}
            facets.append(Facet(by, PLACES, title, known, of_unit))
    return facets + _column_facets(session, counts, set(units))


def _column_facets(session: Session, counts: SurveyCube, drawn: set[str]) -> list[Facet]:
    """The columns of the list of units that tell drawn places apart in few values."""
    columns: dict[str, dict[str, str]] = {}
    for entry in listed_units(session, counts.survey):
        if entry.unit.code in drawn:
            for column, value in entry.attributes.items():
                if text := str(value or "").strip():
                    columns.setdefault(column, {})[entry.unit.code] = text
    return [
        Facet(f"{COLUMN}{column}", PLACES, _both(column), {value: _both(value) for value in sorted(used)}, of_unit)
        for column, of_unit in sorted(columns.items())
        if 1 < len(used := set(of_unit.values())) <= MOST_COLUMN_VALUES
    ]


def _channel_facet() -> Facet:
    titles = {channel: channel_title(channel) for channel in CHANNELS}
    return Facet("channel", PEOPLE, {"vi": "Kênh trả lời", "en": "Channel"}, titles)


def _question_facet(item: SingleItem, group: str) -> Facet:
    """A question by its short name where it is one that every questionnaire asks."""
    outside = missing_values(item.options)
    options = [option for option in item.options if option.value not in outside]
    titles = {str(option.value): _general(option.label) for option in options}
    short = SHORT_NAMES.get(item.key) if group in (PEOPLE, SERVICES) else None
    return Facet(item.key, group, short or _general(item.text), titles)


def _areas(units: Mapping[str, Unit]) -> dict[str, str]:
    return {code: AREAS[kind] for code, kind in _kinds(units).items() if kind in AREAS}


def _kinds(units: Mapping[str, Unit]) -> dict[str, str]:
    """The kind of the commune that each place is or lies in."""
    above = {
        code: unit.parent if unit.level == "agency" and unit.parent is not None else unit
        for code, unit in units.items()
    }
    return {code: unit.kind for code, unit in above.items() if unit.level == "commune"}


def _order_of(names: Mapping[str, str], used: set[str]) -> list[str]:
    return [*(value for value in names if value in used), *sorted(used - set(names))]


_AREA_WORDS = {"đô thị": "Urban", "nông thôn": "Rural", "hải đảo": "Islands"}
_KIND_WORDS = dict(zip(KINDS["commune"], ("Rural commune", "Ward", "Township", "Special zone"), strict=True))


def _both(name: str, english: str | None = None) -> dict[str, str]:
    """The same name in both languages, with a capital first; or its English."""
    large = name[:1].upper() + name[1:]
    return {"vi": large, "en": english or large}


def _general(text: Any) -> dict[str, str]:
    return {language: fill_in(text.get(language), GENERAL_NAMES[language]) for language in LANGUAGES}
