"""`flask serve` and `flask start`: web server and worker as one group; whoever starts it stops all of it."""

from __future__ import annotations

import ctypes
import signal
import socket
import subprocess
import sys
import time

import click
from flask import current_app
from flask.cli import with_appcontext

from survey_app.command_line import telling_database_errors
from survey_app.database import db
from survey_app.demonstration import load_demonstration
from survey_app.settings import ROOT
from survey_app.setup import prepare

PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG in linux/prctl.h
HOST = click.option("--host", default="127.0.0.1", envvar="HOST", show_default=True)
PORT = click.option("--port", default=8000, envvar="PORT", show_default=True, type=click.IntRange(1, 65535))


@click.command("serve")
@HOST
@PORT
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64))
@with_appcontext
def serve_command(host: str, port: int, workers: int) -> None:
    """Serve until Ctrl-C."""
    _check_port(host, port)
    serve(host, port, workers)


@click.command("start")
@HOST
@PORT
@with_appcontext
def start_command(host: str, port: int) -> None:
    """Prepare what is not there yet (database, geography, demonstration) and serve until Ctrl-C; safe to repeat."""
    _check_port(host, port)
    with telling_database_errors():
        prepare(click.echo)
        if not current_app.config["PRODUCTION"]:
            load_demonstration(click.echo)
    serve(host, port, workers=2)


def serve(host: str, port: int, workers: int) -> None:
    """Run the web server and the worker; they live and die together."""
    _let_go_of_the_database()
    commands = [
        web_server(f"{host}:{port}", workers),
        [sys.executable, "-m", "flask", "--app", "wsgi", "jobs", "work"],
    ]
    for number in (signal.SIGINT, signal.SIGTERM):  # a shell's background jobs begin with Ctrl-C switched off
        signal.signal(number, _as_interrupt)
    children: list[subprocess.Popen[bytes]] = []
    code = 0
    try:
        children += [
            subprocess.Popen(command, cwd=ROOT, preexec_fn=_die_with_parent, process_group=0)  # noqa: S603, PLW1509  our own commands
            for command in commands
        ]
        click.echo(f"Hài Lòng: http://{host}:{port}  (Ctrl-C to stop; data in {current_app.config['INSTANCE']})")
        while all(child.poll() is None for child in children):
            time.sleep(0.3)
        click.echo("A part of the service has stopped; stopping the rest.", err=True)
        code = 1
    except KeyboardInterrupt:
        click.echo("\nStopping.")
    for child in children:
        if child.poll() is None:
            child.send_signal(signal.SIGTERM)
    for child in children:
        try:
            child.wait(timeout=15)
        except subprocess.TimeoutExpired:
            child.kill()
    sys.exit(code)


def web_server(address: str, workers: int) -> list[str]:
    """The command of the web server: processes that answer one request at a time (decision 0043)."""
    options = {
        "--bind": address,
        "--workers": str(workers),
        "--worker-class": "survey_app.patient_worker.PatientWorker",
        "--worker-connections": "300",
        "--config": "python:survey_app.warm_up",
        "--log-level": "warning",
        "--graceful-timeout": "10",
    }
    return [
        sys.executable,
        "-m",
        "gunicorn",
        "wsgi:app",
        "--preload",
        *(part for pair in options.items() for part in pair),
    ]


def _let_go_of_the_database() -> None:
    """The parent only waits from here on; a transaction left open by preparing would lock every writer out."""
    db.session.close()
    db.engine.dispose()


def _as_interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def _check_port(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            click.echo(
                f"Cannot serve on {host}:{port} ({error.strerror}). Choose another, for example PORT={port + 1}.",
                err=True,
            )
            sys.exit(1)


def _die_with_parent() -> None:
    """Even when the parent is killed outright, no server stays behind (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PARENT_DEATH_SIGNAL, signal.SIGTERM)
