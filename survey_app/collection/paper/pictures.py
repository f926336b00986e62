"""Cut-outs of scanned questions that only a person can read, kept until the readings are forgotten."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

from flask import current_app


def pictures_of(form_id: UUID) -> Path:
    """The folder of a form's pictures, one for each question, named by its key."""
    return Path(current_app.config["INSTANCE"]) / "paper" / "scans" / str(form_id)


def keys_with_pictures(form_id: UUID) -> set[str]:
    """The questions of a form of which there is a picture."""
    return {path.stem for path in pictures_of(form_id).glob("*.png")}


def forget_pictures(form_ids: Iterable[UUID]) -> None:
    """Delete the pictures of forms."""
    for form_id in form_ids:
        shutil.rmtree(pictures_of(form_id), ignore_errors=True)
