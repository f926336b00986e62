"""The names a form puts into its questions: where the respondent was served."""

from __future__ import annotations

from flask_babel import gettext as _

from survey_app.geography.models import Unit


def names_at(unit: Unit) -> dict[str, str]:
    """The agency, its commune and their province; where communes are asked about, the agency is the committee there."""
    commune = unit.parent if unit.level == "agency" and unit.parent is not None else unit
    province = commune
    while province.parent is not None:
        province = province.parent
    committee = _("UBND %(commune)s", commune=commune.name[:1].lower() + commune.name[1:])
    return {
        "agency": unit.name if unit.level == "agency" else committee,
        "commune": commune.name,
        "province": province.name,
    }
