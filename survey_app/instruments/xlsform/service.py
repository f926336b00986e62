"""The verbs: a questionnaire becomes an XLSForm workbook, a workbook becomes a questionnaire or a list of losses."""

from __future__ import annotations

from survey_app.instruments.loader import instrument_from_tree
from survey_app.instruments.schema import Instrument
from survey_app.instruments.yaml_tree import Tree

from .losses import Remarks
from .reading import read_sheets
from .reading_helpers import tell_changed_helpers
from .reading_words import form_key
from .workbook import read_workbook
from .workbook_writing import write_workbook
from .writing import write_tables


def export_xlsform(instrument: Instrument) -> bytes:
    """The workbook (.xlsx) of the instrument, for ODK and Kobo and for reading back."""
    return write_workbook(write_tables(instrument))


def import_xlsform(data: bytes, remarks: Remarks, *, name: str) -> Instrument:
    """The instrument in the workbook; all that it leaves out or assumes goes to ``remarks``, also when this raises.

    Raises
    ------
    WorkbookRefused
        The bytes are no workbook, or it holds no form.
    QuestionnaireProblems
        What was read breaks a rule of questionnaires; lines are rows of the sheet ``survey``.
    """
    sheets = read_workbook(data, remarks)
    tree = read_sheets(sheets, remarks, name=_key(name))
    instrument = instrument_from_tree(tree, name=name)
    tell_changed_helpers(sheets, instrument, remarks)
    return instrument


def workbook_tree(data: bytes, remarks: Remarks, *, name: str) -> Tree:
    """What was read of the workbook, whether it is a questionnaire or not; raises :class:`WorkbookRefused`."""
    return read_sheets(read_workbook(data, remarks), remarks, name=_key(name))


def _key(name: str) -> str:
    return form_key(name.rpartition(".")[0]) or "phieu"
