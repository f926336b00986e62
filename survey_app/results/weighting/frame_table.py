"""What the frame says of all its places, drawn or not: labels to class responses by, and totals to meet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.errors import UserError
from survey_app.geography.models import Unit
from survey_app.results.weighting.plans import Cell
from survey_app.sampling.listing.models import ListedUnit
from survey_app.sampling.models import Draw, FrameUnit
from survey_app.surveys.models import Survey

COLUMN = "column:"
PLACE_VARIABLES = ("stratum", "district", "kind", "size")
SIZE_CLASSES = ("small", "medium", "large")
LEVELS_BEFORE_DISTRICT = {"commune": 4, "agency": 5}
"""Parts of the path of a unit that lies in a district: code system, province, district, commune, agency."""


@dataclass(frozen=True)
class FramePlace:
    """A commune or agency of the frame; M is known where cases were listed for it."""

    code: str
    kind: str
    stratum: str
    stratum_name: str
    district: str
    size: float | None
    list_size: int | None
    attributes: dict[str, str]


@dataclass(frozen=True, eq=False)
class FrameTable:
    """All places of the frame, in its order.

    Attributes
    ----------
    listed : bool
        Whether people were drawn from lists: totals are then of these lists, else of the measure of size.
    district_names : dict of str to str
    """

    places: list[FramePlace]
    listed: bool
    district_names: dict[str, str]

    @cached_property
    def variables(self) -> list[str]:
        """What places differ in."""
        names = ["stratum"]
        if self.district_names:
            names.append("district")
        if len({place.kind for place in self.places}) > 1:
            names.append("kind")
        if self.places and all(_measure(place, listed=self.listed) for place in self.places):
            names.append("size")
        columns = dict.fromkeys(name for place in self.places for name in place.attributes)
        return names + [COLUMN + name for name in columns if all(name in place.attributes for place in self.places)]

    def labels(self, variable: str) -> dict[str, str]:
        """The label of every place, by its code.

        Raises
        ------
        UserError
            The frame has no such variable, or not for every place.
        """
        if variable not in self.variables:
            raise UserError(_("Dàn mẫu không có biến „%(name)s”.", name=variable[:60]))
        if variable.startswith(COLUMN):
            column = variable.removeprefix(COLUMN)
            return {place.code: place.attributes[column] for place in self.places}
        if variable == "size":
            return self._size_classes
        return {place.code: getattr(place, variable) for place in self.places}

    @cached_property
    def _size_classes(self) -> dict[str, str]:
        sizes = np.array([_measure(place, listed=self.listed) for place in self.places], dtype=np.float64)
        limits = np.quantile(sizes, [1 / 3, 2 / 3])
        number = np.searchsorted(limits, sizes, side="left")
        return {place.code: SIZE_CLASSES[n] for place, n in zip(self.places, number.tolist(), strict=True)}

    def totals(self, variables: Sequence[str]) -> dict[Cell, float | None]:
        """People of every cell; None where a place of the cell has no list, so that nobody knows."""
        labels = [self.labels(name) for name in variables]
        found: dict[Cell, float | None] = {}
        for place in self.places:
            cell = tuple(one[place.code] for one in labels)
            before, here = found.get(cell, 0.0), _measure(place, listed=self.listed)
            found[cell] = None if before is None or here is None else before + here
        return found


def _measure(place: FramePlace, *, listed: bool) -> float | None:
    return place.list_size if listed else place.size


def read_frame(session: Session, survey: Survey, *, listed: bool) -> FrameTable:
    """The frame of the draw in force."""
    rows = session.execute(
        select(
            Unit.code, Unit.kind, Unit.level, Unit.path, FrameUnit.stratum, FrameUnit.stratum_name, FrameUnit.size,
            FrameUnit.list_size, ListedUnit.attributes,
        )
        .join(FrameUnit, FrameUnit.unit_id == Unit.id)
        .join(Draw, FrameUnit.draw_id == Draw.id)
        .join(ListedUnit, (ListedUnit.unit_id == Unit.id) & (ListedUnit.survey_id == survey.id), isouter=True)
        .where(Draw.survey_id == survey.id, Draw.in_force)
        .order_by(FrameUnit.position)
    ).all()  # fmt: skip
    places = [
        FramePlace(
            code,
            kind,
            stratum,
            stratum_name or stratum,
            _district_code(level, path),
            size,
            list_size,
            {str(name): str(value) for name, value in (attributes or {}).items() if value not in (None, "")},
        )
        for code, kind, level, path, stratum, stratum_name, size, list_size, attributes in rows
    ]
    names = _district_names(session, survey) if any(place.district for place in places) else {}
    return FrameTable(places, listed, names)


def _district_code(level: str, path: str) -> str:
    parts = path.split("/")
    return parts[2] if len(parts) == LEVELS_BEFORE_DISTRICT.get(level) else ""


def _district_names(session: Session, survey: Survey) -> dict[str, str]:
    top = survey.territory.path
    query = select(Unit.code, Unit.name).where(
        Unit.level == "district", (Unit.path == top) | Unit.path.startswith(top + "/", autoescape=True)
    )
    return {code: name for code, name in session.execute(query.order_by(Unit.code))}  # noqa: C416  a Row is no plain pair
