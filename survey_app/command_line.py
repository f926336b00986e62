"""What every command shares: one transaction, one sentence on stderr when refused, exit code 0 only on success."""

from __future__ import annotations

import functools
import getpass
import json
import os
import secrets
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click
import structlog
from flask.cli import with_appcontext
from flask_babel import gettext as _
from sqlalchemy.exc import OperationalError, ProgrammingError

from survey_app.audit.models import Actor
from survey_app.database import db
from survey_app.errors import LinesRefused, UserError

log = structlog.get_logger(__name__)
SHOWN_LINES = 50
#: In whose name a command acts; `HAILONG_ACTOR` speaks for all commands of a session.
BY = click.option(
    "--by",
    "email",
    envvar="HAILONG_ACTOR",
    help="Address of the person who acts, with their rights and area; absent: the operator.",
)


def operator() -> Actor:
    """Who sits at the command line, as the trail names them."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        name = "unknown"
    return Actor(None, f"command line: {name}")


def verb(function: Callable[..., Any]) -> Callable[..., Any]:
    """Run a command's function with a session: committed when it returns, rolled back and told when it refuses."""

    @functools.wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            with telling_database_errors():
                result = function(db.session, *args, **kwargs)
                db.session.commit()
        except LinesRefused as error:
            db.session.rollback()
            click.echo(error.message, err=True)
            for line, reason in error.lines[:SHOWN_LINES]:
                click.echo("  " + _("dòng %(line)s: %(reason)s", line=line, reason=reason), err=True)
            if len(error.lines) > SHOWN_LINES:
                click.echo(f"  … {len(error.lines) - SHOWN_LINES}", err=True)
            sys.exit(1)
        except UserError as error:
            db.session.rollback()
            click.echo(error.message, err=True)
            sys.exit(1)
        except BrokenPipeError:  # `… | head`: who reads has seen enough
            db.session.rollback()
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(1)
        except click.exceptions.ClickException:
            db.session.rollback()
            raise
        except Exception:
            db.session.rollback()
            reference = secrets.token_hex(4)
            log.exception("command failed", reference=reference)
            text = _("Lỗi ngoài dự kiến, số tham chiếu %(reference)s; nguyên nhân ở nhật ký bên trên.")
            click.echo(text % {"reference": reference}, err=True)
            sys.exit(1)
        return result

    return with_appcontext(run)


@contextmanager
def telling_database_errors() -> Iterator[None]:
    """Say the first mistakes anyone makes in a sentence, no server at the address or no tables yet, and end."""
    try:
        yield
    except (OperationalError, ProgrammingError) as error:
        db.session.rollback()
        text = str(error.orig)
        if "no such table" in text or ("relation" in text and "does not exist" in text):
            click.echo(_("Cơ sở dữ liệu chưa có bảng. Xin chạy lệnh init trước."), err=True)
        else:
            words = _("Không dùng được cơ sở dữ liệu. Xin kiểm tra HAILONG_DATABASE_URL. Máy chủ trả lời: %(text)s")
            click.echo(words % {"text": text.strip().splitlines()[0][:200]}, err=True)
        sys.exit(1)


def echo_json(value: Any) -> None:
    """Print JSON and nothing else."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False))
