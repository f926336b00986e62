"""`flask device …`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from survey_app.accounts.acting import find_person
from survey_app.accounts.roles import MANAGE_DEVICES
from survey_app.audit.models import Actor
from survey_app.collection.kiosk.models import ON_WIPE, Device
from survey_app.collection.kiosk.service import (
    DeviceSettings,
    NewDevice,
    add_device,
    all_devices,
    change_device,
    count_by_device,
    find_device,
    move_device,
    pause_device,
    renew_code,
    renew_pin,
    resume_device,
    revoke_device,
    settings_of,
)
from survey_app.command_line import BY, echo_json, verb
from survey_app.sampling.work.area import Area, area_of, whole_area
from survey_app.surveys.acting import actor_on
from survey_app.surveys.queries import find_survey

group = AppGroup("device", help="Tablets at counters.")
NUMBER = click.argument("number", type=int)


def _settings(function: Any) -> Any:
    for option in (
        click.option("--languages", help="vi,en: the first is the one it starts in."),
        click.option("--idle-seconds", type=int, help="Untouched for so long, it warns and then wipes the form."),
        click.option("--countdown-seconds", type=int, help="How long the thanks stay."),
        click.option("--on-wipe", type=click.Choice(ON_WIPE), help="Answers left behind: discard, or keep as partial."),
        click.option("--hourly-limit", type=int, help="Forms that may be begun within an hour."),
        click.option("--night/--no-night", default=None),
        click.option("--large-text/--no-large-text", default=None),
        click.option("--high-contrast/--no-high-contrast", default=None),
    ):
        function = option(function)
    return function


def _read(base: DeviceSettings, given: dict[str, Any]) -> DeviceSettings:
    changes = {name: value for name, value in given.items() if value is not None}
    if "languages" in changes:
        changes["languages"] = tuple(part.strip() for part in changes["languages"].split(","))
    return replace(base, **changes)


def _acting(session: Session, slug: str, email: str | None) -> tuple[Area, Actor]:
    survey = find_survey(session, slug)
    actor = actor_on(session, survey, email, MANAGE_DEVICES)
    return area_of(find_person(session, email), survey, MANAGE_DEVICES) if email else whole_area(survey), actor


def _show_once(made: NewDevice) -> None:
    click.echo(_line(made.device))
    if made.code:
        click.echo(f"pairing code: {made.code}")
    if made.pin:
        click.echo(f"PIN: {made.pin}")


@group.command("add")
@click.argument("slug")
@click.argument("name")
@click.option("--place", required=True, help="Code of a drawn commune or agency.")
@_settings
@BY
@verb
def add_command(session: Session, slug: str, name: str, place: str, email: str | None, **given: Any) -> None:
    """Register a tablet; its pairing code and PIN are printed this once."""
    area, actor = _acting(session, slug, email)
    settings = _read(DeviceSettings(), given)
    _show_once(add_device(session, area, name=name, unit_code=place, settings=settings, actor=actor))


@group.command("list")
@click.argument("slug")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@BY
@verb
def list_command(session: Session, slug: str, form: str, email: str | None) -> None:
    """Print the tablets with their state and what came from each."""
    area, _actor = _acting(session, slug, email)
    received = count_by_device(session, area.survey)
    devices = all_devices(session, area)
    if form == "text":
        for device in devices:
            click.echo(f"{_line(device)}\t{received.get(device.id, 0)}")
        return
    echo_json(
        [
            {
                "number": device.id,
                "name": device.name,
                "place": device.unit.code,
                "state": _state(device),
                "received": received.get(device.id, 0),
                "last_seen": device.last_seen_at.isoformat() if device.last_seen_at else None,
                "languages": device.languages,
                "idle_seconds": device.idle_seconds,
                "countdown_seconds": device.countdown_seconds,
                "on_wipe": device.on_wipe,
                "hourly_limit": device.hourly_limit,
                "look": device.look,
            }
            for device in devices
        ]
    )


@group.command("code")
@click.argument("slug")
@NUMBER
@BY
@verb
def code_command(session: Session, slug: str, number: int, email: str | None) -> None:
    """Give another pairing code; the tablet paired before goes on until it is typed."""
    area, actor = _acting(session, slug, email)
    _show_once(renew_code(session, area, number, actor=actor))


@group.command("pin")
@click.argument("slug")
@NUMBER
@BY
@verb
def pin_command(session: Session, slug: str, number: int, email: str | None) -> None:
    """Give the staff corner another PIN."""
    area, actor = _acting(session, slug, email)
    pin = renew_pin(session, area, number, actor=actor)
    _show_once(NewDevice(find_device(session, area, number), "", pin))


@group.command("change")
@click.argument("slug")
@NUMBER
@click.option("--name")
@_settings
@BY
@verb
def change_command(session: Session, slug: str, number: int, name: str | None, email: str | None, **given: Any) -> None:
    """Change the settings named, or the name; the others stay."""
    area, actor = _acting(session, slug, email)
    settings = _read(settings_of(find_device(session, area, number)), given)
    click.echo(_line(change_device(session, area, number, settings=settings, name=name, actor=actor)))


@group.command("move")
@click.argument("slug")
@NUMBER
@click.option("--place", required=True, help="Code of a drawn commune or agency.")
@click.option("--survey", "other", help="Another survey.")
@BY
@verb
def move_command(session: Session, slug: str, number: int, place: str, other: str | None, email: str | None) -> None:
    """Let a tablet serve another place, or another survey."""
    area, actor = _acting(session, slug, email)
    to = _acting(session, other, email)[0] if other else None
    click.echo(_line(move_device(session, area, number, unit_code=place, to=to, actor=actor)))


@group.command("pause")
@click.argument("slug")
@NUMBER
@BY
@verb
def pause_command(session: Session, slug: str, number: int, email: str | None) -> None:
    """Let a tablet rest; who is in the middle of a form may finish it."""
    area, actor = _acting(session, slug, email)
    click.echo(_line(pause_device(session, area, number, actor=actor)))


@group.command("resume")
@click.argument("slug")
@NUMBER
@BY
@verb
def resume_command(session: Session, slug: str, number: int, email: str | None) -> None:
    """Let a tablet work again."""
    area, actor = _acting(session, slug, email)
    click.echo(_line(resume_device(session, area, number, actor=actor)))


@group.command("revoke")
@click.argument("slug")
@NUMBER
@BY
@verb
def revoke_command(session: Session, slug: str, number: int, email: str | None) -> None:
    """Shut a tablet out for good."""
    area, actor = _acting(session, slug, email)
    click.echo(_line(revoke_device(session, area, number, actor=actor)))


def _state(device: Device) -> str:
    if device.revoked_at is not None:
        return "revoked"
    if device.token_sha256 is None:
        return "unpaired"
    return "paused" if device.paused else "serving"


def _line(device: Device) -> str:
    return f"{device.id}\t{device.name}\t{device.unit.code}\t{_state(device)}"
