"""Survey files: the same safe reading as questionnaires, then the same checks as the form."""

from __future__ import annotations

from flask_babel import gettext as _

from survey_app.errors import LinesRefused, UserError
from survey_app.instruments.problems import make_problem
from survey_app.instruments.yaml_tree import read_tree
from survey_app.surveys.definition import SurveyDefinition, read_definition

MAXIMUM_BYTES = 100_000


def read_definition_file(data: bytes, *, name: str) -> SurveyDefinition:
    """The definition in a YAML file.

    Raises
    ------
    LinesRefused
        Broken or hostile YAML, unknown or missing keys, wrong values: each with its line.
    """
    if len(data) > MAXIMUM_BYTES:
        raise UserError(_("Tệp khai báo đợt khảo sát quá lớn. Một tệp đúng chỉ dài vài chục dòng."))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(_("Tệp không phải mã UTF-8. Xin lưu lại tệp ở dạng UTF-8.")) from error
    tree = read_tree(text)
    if tree.value is None and not tree.findings:
        raise UserError(
            _(
                "Tệp %(name)s trống. Xin ghi ít nhất slug, title, questionnaire, territory, period, sample và target.",
                name=name,
            )
        )
    if tree.findings or not isinstance(tree.value, dict):
        problems = [make_problem(found, file=name, line=tree.line_of(found.path)) for found in tree.findings]
        raise LinesRefused(
            _("Tệp %(name)s không đọc được. Không lưu gì cả.", name=name),
            [(problem.line or 0, f"{problem.message} {problem.advice}") for problem in problems],
        )
    return read_definition(tree.value, tree.lines)
