"""The workbook that hangs on a frozen snapshot: made from its content alone, so that anybody can make it again.

A report is no part of it: its words are the office's, and it has a number and a signature.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask_babel import force_locale

from survey_app.publication.documents.content import ReportContent
from survey_app.publication.documents.workbook import write_workbook


def workbook_of(content: dict[str, Any], folder: Path, language: str) -> Path:
    """The workbook of the figures."""
    path = folder / f"tables-{language}.xlsx"
    with force_locale(language):
        write_workbook(ReportContent(content, language), path)
    return path
