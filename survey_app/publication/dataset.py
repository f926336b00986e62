"""A published result described for search engines of data sets: schema.org Dataset, as JSON-LD."""

from __future__ import annotations

from typing import Any

from flask import url_for

from survey_app.i18n import LANGUAGES, language
from survey_app.publication.attachments import ATTACHMENTS
from survey_app.publication.models import Publication
from survey_app.publication.waves import rows_of

TABLE_TYPES = {"so-lieu.csv": "text/csv", "so-lieu.json": "application/json"}


def describe_dataset(publication: Publication, content: dict[str, Any], names: dict[str, int]) -> dict[str, Any]:
    """The data set of a public version, with where each file is."""
    survey, code = content["survey"], language()
    types = TABLE_TYPES | {one.name: one.media_type.partition(";")[0] for one in ATTACHMENTS if one.group == "data"}
    page = url_for("public_results.result", slug=survey["slug"], lang=None if code == "vi" else code, _external=True)
    found = {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "name": survey["title"][code],
        "description": content["texts"][code]["answer"],
        "url": page,
        "identifier": publication.sha256,
        "version": str(publication.number),
        "inLanguage": list(LANGUAGES),
        "isAccessibleForFree": True,
        "temporalCoverage": f"{survey['starts_on']}/{survey['ends_on']}",
        "spatialCoverage": {"@type": "Place", "name": survey["territory"]},
        "creator": {"@type": "GovernmentOrganization", "name": survey["territory"]},
        "variableMeasured": [
            {"@type": "PropertyValue", "name": row.title[code]}
            for row in rows_of(content)
            if row.kind in ("index", "section")
        ],
        "distribution": [
            {
                "@type": "DataDownload",
                "encodingFormat": kind,
                "contentUrl": url_for("public_results.file", slug=survey["slug"], name=name, _external=True),
            }
            for name, kind in types.items()
            if name in names
        ],
    }
    if publication.public_from is not None:
        found["datePublished"] = publication.public_from.date().isoformat()
    return found
