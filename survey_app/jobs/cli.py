"""`flask jobs …`."""

from __future__ import annotations

import signal

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext

from survey_app.jobs.worker import run_waiting_jobs, work

group = AppGroup("jobs", help="Background work.")


@group.command("work")
@click.option("--once", is_flag=True, help="Do what waits and stop.")
@with_appcontext
def work_command(once: bool) -> None:
    """Do background jobs until stopped."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # what the proxy stands for
    if once:
        click.echo(f"{run_waiting_jobs(app)} jobs done")
        return
    stopping = False

    def stop(number: int, frame: object) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    work(app, lambda: stopping)
