"""The files of the app and the version that their content makes."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from flask import current_app, url_for

from survey_app.settings import VERSION

#: Everything the app loads, in folders of static/ or one by one.
FOLDERS = ("js/field", "js/offline")
FILES = (
    "js/conditions.js",
    "vendor/idb/index.js",
    "css/tokens.css",
    "css/base.css",
    "css/respondent.css",
    "css/field_app.css",
    "img/favicon.svg",
)
FONTS = "fonts/*.woff2"
TEMPLATES = ("collection/app.html", "collection/app_worker.js")


def asset_paths() -> list[str]:
    """The names of the files under static/."""
    static = Path(str(current_app.static_folder))
    scripts = [path for folder in FOLDERS for path in sorted((static / folder).glob("*.js"))]
    found = [str(path.relative_to(static)) for path in (*scripts, *sorted(static.glob(FONTS)))]
    return [*FILES, *found]


def asset_addresses() -> list[str]:
    """The same as addresses."""
    return [url_for("static", filename=path) for path in asset_paths()]


def module_addresses() -> list[str]:
    """The scripts alone, which a page may fetch before it knows that it needs them."""
    return [url_for("static", filename=path) for path in asset_paths() if path.endswith(".js")]


def app_version() -> str:
    """Changes with any file of the app, so that devices learn of a new one."""
    static = Path(str(current_app.static_folder))
    templates = Path(current_app.root_path) / str(current_app.template_folder)
    return _version(static, templates, tuple(asset_paths()))


@cache
def _version(static: Path, templates: Path, paths: tuple[str, ...]) -> str:
    digest = hashlib.sha256(VERSION.encode())
    for path in (*(static / name for name in paths), *(templates / name for name in TEMPLATES)):
        digest.update(path.read_bytes())
    return f"{VERSION}-{digest.hexdigest()[:8]}"
