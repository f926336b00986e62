"""`flask questionnaire export` and `flask questionnaire import`."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from survey_app.command_line import verb
from survey_app.errors import Conflict, UserError
from survey_app.instruments.loader import MAX_BYTES as MAX_FILE_BYTES
from survey_app.instruments.problems import QuestionnaireProblems
from survey_app.instruments.queries import find_questionnaire, instrument_of
from survey_app.instruments.written import write_questionnaire

from .losses import Remarks
from .sheets import without_refused

_OUT = click.Path(dir_okay=False, writable=True, path_type=Path)


@click.command("export")
@click.argument("name", metavar="KEY")
@click.option("--format", "form", type=click.Choice(["xlsform"]), required=True, help="What to write.")
@click.option("--out", type=_OUT, help="The file; KEY-VERSION.xlsx in this directory by default, never over another.")
@verb
def export_command(session: Session, name: str, form: str, out: Path | None) -> None:
    """Write KEY or KEY@VERSION as an XLSForm workbook for ODK and Kobo."""
    from .service import export_xlsform  # with openpyxl, which only these two commands need

    stored = find_questionnaire(session, name)
    workbook = export_xlsform(instrument_of(session, stored.id))
    path = out or Path(f"{stored.key}-{stored.version.replace('/', '-')}.xlsx")
    if out is None and path.exists():
        raise Conflict(_("Đã có tệp %(name)s. Xin ghi rõ --out, hoặc chuyển tệp ấy đi.", name=path.name))
    path.write_bytes(workbook)
    click.echo(f"{stored.key} {stored.version}: {path}")


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", type=_OUT, help="The questionnaire file to write; printed by default.")
@click.option("--accept-losses", is_flag=True, help="Write it although something of the workbook is not in it.")
@verb
def import_command(session: Session, file: Path, out: Path | None, accept_losses: bool) -> None:
    """Read an XLSForm workbook as a questionnaire file; say what it cannot carry, row by row."""
    from .service import import_xlsform
    from .workbook import MAX_BYTES

    with file.open("rb") as workbook:
        data = workbook.read(MAX_BYTES + 1)
    remarks = Remarks()
    try:
        instrument = import_xlsform(data, remarks, name=file.name)
    except QuestionnaireProblems as error:
        nothing = any(remark.code == "X44" for remark in remarks)
        for told in [*remarks, *(problem for problem in error.problems if not nothing or problem.key != "sections")]:
            click.echo(str(told), err=True)
        sys.exit(1)
    except UserError:
        for remark in remarks:
            click.echo(str(remark), err=True)
        raise
    for remark in remarks:
        click.echo(str(remark), err=True)
    if remarks.losses and not accept_losses:
        told = _(
            "Chưa ghi gì: có %(count)s chỗ của sổ tính không giữ được, liệt kê ở trên. Xin sửa sổ tính, hoặc chạy lại "
            "với --accept-losses nếu đồng ý bỏ.",
            count=len(remarks.losses),
        )
        click.echo(told, err=True)
        sys.exit(1)
    text = _with_losses(write_questionnaire(instrument), remarks, file.name)
    if len(text.encode()) > MAX_FILE_BYTES:
        raise UserError(
            _(
                "Bộ phiếu đọc ra lớn hơn %(limit)s MB. Xin rút ngắn các danh sách lựa chọn, hoặc chia thành "
                "nhiều bộ phiếu.",
                limit=MAX_FILE_BYTES // 1_000_000,
            )
        )
    if out is None:
        click.echo(text, nl=False)
    else:
        out.write_text(text, encoding="utf-8")
        click.echo(f"{instrument.key} {instrument.version}: {out}")


def _with_losses(text: str, remarks: Remarks, name: str) -> str:
    """The text with what it lacks of the workbook above it, so that nobody has to remember."""
    if not remarks.losses:
        return text
    head = _("Đọc từ %(name)s. Những chỗ của sổ tính không có trong tệp này:", name=without_refused(name))
    return "".join(f"# {line}\n" for line in [head, *(f"- {remark}" for remark in remarks.losses)]) + text
