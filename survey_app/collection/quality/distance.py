"""How far from its commune a form was filled in; the position itself is forgotten at once."""

from __future__ import annotations

import math

from survey_app.geography.models import Unit

EARTH_KM = 6371.0
#: Beyond this a position lies outside nearly every commune, measured from its centre: the largest of those merged in
#: 2025 reach some 20 km, and a telephone indoors is wrong by a few hundred metres at most.
FAR_KM = 20.0


def great_circle_km(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """Distance over the surface of the earth by the haversine formula, in km."""
    one, other = math.radians(latitude), math.radians(other_latitude)
    across = math.radians(other_longitude - longitude)
    chord = math.sin((other - one) / 2) ** 2 + math.cos(one) * math.cos(other) * math.sin(across / 2) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(min(chord, 1.0)))


def distance_from(unit: Unit, position: tuple[float, float] | None) -> float | None:
    """Kilometres between a position and a unit, to 100 m; None without one, or where the unit has no coordinates.

    A position that lies nowhere on earth is no position: a device that is wrong about it loses no answer.
    """
    if position is None:
        return None
    latitude, longitude = position
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return None
    place: Unit | None = unit
    while place is not None and place.latitude is None and place.level == "agency":
        place = place.parent
    if place is None or place.latitude is None or place.longitude is None:
        return None
    return round(great_circle_km(latitude, longitude, place.latitude, place.longitude), 1)
