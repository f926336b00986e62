"""`flask callback …`."""

from __future__ import annotations

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from survey_app.accounts.roles import CHECK_WORK
from survey_app.collection.call_backs.queries import checks_by_collector, count_call_backs, list_call_backs
from survey_app.collection.call_backs.service import draw_call_backs, record_call_back
from survey_app.collection.models import CALL_BACK_RESULTS
from survey_app.command_line import BY, echo_json, verb
from survey_app.sampling.work.cli import acting_in

group = AppGroup("callback", help="Call-backs: a random share of answered cases is checked again.")


@group.command("draw")
@click.argument("slug")
@click.option("--share", type=float, help="Between 0 and 1; absent: the survey's own.")
@BY
@verb
def draw_command(session: Session, slug: str, share: float | None, email: str | None) -> None:
    """Choose among the cases answered so far; those chosen before stay."""
    area, actor = acting_in(session, slug, email, CHECK_WORK)
    chosen = draw_call_backs(session, area, share=share, actor=actor)
    click.echo(f"{slug}: {chosen.new} chosen now, {chosen.before} before, of {chosen.answered} answered cases")


@group.command("list")
@click.argument("slug")
@click.option("--open", "open_only", is_flag=True, help="Only those still to be done.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@BY
@verb
def list_command(session: Session, slug: str, open_only: bool, form: str, email: str | None) -> None:
    """Print the cases to check and what came of them, then the rate of each collector."""
    area, _actor = acting_in(session, slug, email, CHECK_WORK)
    lines = list_call_backs(session, area, open_only=open_only, limit=None)
    checks = checks_by_collector(session, area)
    if form == "json":
        echo_json(
            {
                "cases": [
                    {
                        "case": line.case_id,
                        "commune": line.unit_code,
                        "collector": line.collector,
                        "result": line.result,
                        "checked_by": line.checked_by,
                    }
                    for line in lines
                ],
                "collectors": [
                    {
                        "collector": one.name,
                        "chosen": one.chosen,
                        "told": one.told,
                        "failed": one.failed,
                        "not_reached": one.not_reached,
                        "interval": None if one.low is None else [one.low, one.high],
                    }
                    for one in checks
                ],
            }
        )
        return
    for line in lines:
        click.echo(f"{line.case_id}\t{line.unit_code}\t{line.collector or '-'}\t{line.result or 'open'}")
    for one in checks:
        interval = "" if one.low is None or one.high is None else f", 95% {one.low:.1%} to {one.high:.1%}"
        click.echo(f"{one.name or '-'}: {one.failed} of {one.told} failed{interval}")
    chosen, waiting = count_call_backs(session, area)
    click.echo(f"{slug}: {chosen} chosen, {waiting} to be done")


@group.command("record")
@click.argument("slug")
@click.argument("case", type=int)
@click.argument("result", type=click.Choice(CALL_BACK_RESULTS))
@BY
@verb
def record_command(session: Session, slug: str, case: int, result: str, email: str | None) -> None:
    """Write down what came of a check."""
    area, actor = acting_in(session, slug, email, CHECK_WORK)
    record_call_back(session, area, case, result=result, actor=actor)
    click.echo(f"{slug}: case {case} {result}")
