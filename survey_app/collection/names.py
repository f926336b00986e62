"""The names a form puts into its questions: where the respondent was served."""

from __future__ import annotations

from flask_babel import gettext as _

from survey_app.geography.models import Unit


def names_at(unit: Unit) -> dict[str, str]:
    """The commune, its province, and the agency, which is the commune's People's Committee."""
    province = unit
    while province.parent is not None:
        province = province.parent
    committee = _("UBND %(commune)s", commune=unit.name[:1].lower() + unit.name[1:])
    return {"agency": committee, "commune": unit.name, "province": province.name}
