"""The verbs of tablets at counters: add, give a code, change, move, pause, revoke, renew the PIN."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask_babel import gettext as _
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from survey_app.audit.models import Actor
from survey_app.audit.service import record
from survey_app.characters import is_clean
from survey_app.collection.kiosk.models import COUNTDOWN_SECONDS, HOURLY_LIMIT, IDLE_SECONDS, ON_WIPE, Device
from survey_app.collection.kiosk.pairing import CODE_LIFETIME, code_mark, hash_pin, known_tablets, make_code, make_pin
from survey_app.collection.models import LANGUAGES, Draft, Response
from survey_app.database import by_number, now
from survey_app.errors import Conflict, NotFound, UserError
from survey_app.sampling.queries import drawn_units
from survey_app.sampling.work.area import Area
from survey_app.surveys.models import Survey

LONGEST_NAME = 100
MAXIMUM_DEVICES = 2_000


@dataclass(frozen=True)
class DeviceSettings:
    """How a tablet behaves.

    Attributes
    ----------
    languages : tuple of str
        The first is the one it starts in.
    idle_seconds : int
        Untouched for so long, it warns and then wipes the form.
    countdown_seconds : int
        How long the thanks stay.
    on_wipe : {"discard", "partial"}
    hourly_limit : int
        Forms that may be begun within an hour.
    """

    languages: tuple[str, ...] = LANGUAGES
    idle_seconds: int = 60
    countdown_seconds: int = 10
    on_wipe: str = "discard"
    hourly_limit: int = 60
    night: bool = False
    large_text: bool = False
    high_contrast: bool = False


@dataclass(frozen=True)
class NewDevice:
    """A tablet with what is shown of it once: the code to type on it and the PIN of its staff corner."""

    device: Device
    code: str
    pin: str


def settings_of(device: Device) -> DeviceSettings:
    """How a tablet behaves now."""
    return DeviceSettings(
        languages=tuple(device.languages),
        idle_seconds=device.idle_seconds,
        countdown_seconds=device.countdown_seconds,
        on_wipe=device.on_wipe,
        hourly_limit=device.hourly_limit,
        night=device.night,
        large_text=device.large_text,
        high_contrast=device.high_contrast,
    )


def add_device(
    session: Session, area: Area, *, name: str, unit_code: str, settings: DeviceSettings, actor: Actor
) -> NewDevice:
    """Register a tablet for a drawn place of the area; the code and the PIN are shown now and never again.

    Raises
    ------
    UserError, Conflict, NotFound
        A name or a setting that cannot be; the name is taken, or the survey takes no answers any more; no such place.
    """
    survey = area.survey
    _check_open(survey)
    settings = _checked(settings)
    if (session.scalar(select(func.count(Device.id)).where(Device.survey_id == survey.id)) or 0) >= MAXIMUM_DEVICES:
        raise Conflict(_("Mỗi đợt có nhiều nhất %(limit)s máy.", limit=MAXIMUM_DEVICES))
    pin = make_pin()
    device = Device(
        survey_id=survey.id,
        unit_id=_find_place(session, area, unit_code),
        name=_free_name(session, survey, name),
        pin_hash=hash_pin(pin),
        made_by=actor.label,
        languages=[],
    )
    _put(device, settings)
    session.add(device)
    session.flush()
    session.refresh(device)
    _tell(session, device, "device.add", actor)
    return NewDevice(device, _new_code(device), pin)


def renew_code(session: Session, area: Area, number: int, *, actor: Actor) -> NewDevice:
    """Another code, for a tablet that has lost its cookie or is replaced; the tablet paired before goes on until then.

    Raises
    ------
    NotFound, Conflict
        No such tablet in the area; it is revoked.
    """
    device = find_device(session, area, number, to_change=True)
    code = _new_code(device)
    session.flush()
    _tell(session, device, "device.code", actor)
    return NewDevice(device, code, "")


def renew_pin(session: Session, area: Area, number: int, *, actor: Actor) -> str:
    """Another PIN of the staff corner, shown once; a lock of the old one ends."""
    device = find_device(session, area, number, to_change=True)
    pin = make_pin()
    device.pin_hash, device.pin_failures, device.pin_locked_until = hash_pin(pin), 0, None
    _tell(session, device, "device.pin", actor)
    return pin


def change_device(
    session: Session, area: Area, number: int, *, settings: DeviceSettings, actor: Actor, name: str | None = None
) -> Device:
    """Give a tablet other settings, or another name; it takes them up with the next form."""
    device = find_device(session, area, number, to_change=True)
    settings = _checked(settings)
    if name is not None and name.strip() != device.name:
        device.name = _free_name(session, area.survey, name)
    _put(device, settings)
    session.flush()
    _tell(session, device, "device.change", actor)
    return device


def move_device(
    session: Session, area: Area, number: int, *, unit_code: str, actor: Actor, to: Area | None = None
) -> Device:
    """Let a tablet serve another place, or another survey; its next start screen says so.

    Parameters
    ----------
    to : Area, optional
        Where the same person may place tablets in the other survey.
    """
    device = find_device(session, area, number, to_change=True)
    to = to or area
    _check_open(to.survey)
    unit_id = _find_place(session, to, unit_code)
    if (to.survey.id, unit_id) == (device.survey_id, device.unit_id):
        raise Conflict(_("Máy này đang phục vụ đúng nơi đó rồi."))
    if to.survey.id != device.survey_id:
        device.name = _free_name(session, to.survey, device.name)
    device.survey_id, device.unit_id, device.moved = to.survey.id, unit_id, True
    session.flush()
    session.refresh(device)
    _tell(session, device, "device.move", actor)
    return device


def pause_device(session: Session, area: Area, number: int, *, actor: Actor) -> Device:
    """Let a tablet rest: it says so, and begins no form. Who is in the middle of one may finish it."""
    return _set_paused(session, area, number, True, actor)


def resume_device(session: Session, area: Area, number: int, *, actor: Actor) -> Device:
    """Let a tablet work again."""
    return _set_paused(session, area, number, False, actor)


def revoke_device(session: Session, area: Area, number: int, *, actor: Actor) -> Device:
    """Shut a tablet out for good: its cookie opens nothing any more, a form in progress on it is deleted."""
    device = find_device(session, area, number, to_change=True)
    device.revoked_at = now()
    device.code_mark = device.code_expires_at = None
    session.execute(delete(Draft).where(Draft.device_id == device.id))
    session.flush()
    _tell(session, device, "device.revoke", actor)
    return device


def find_device(session: Session, area: Area, number: int, *, to_change: bool = False) -> Device:
    """The tablet of this number in the area.

    Raises
    ------
    NotFound, Conflict
        There is none; ``to_change``: it is revoked.
    """
    device = by_number(session, Device, number)
    if device is None or device.survey_id != area.survey.id or not area.holds(device.unit):
        raise NotFound(_("Đợt này không có máy số %(number)s. Xin xem lại danh sách máy.", number=number))
    if to_change:
        session.refresh(device, with_for_update={"of": Device})
        if device.revoked_at is not None:
            raise Conflict(_("Máy „%(name)s” đã bị thu hồi. Xin thêm máy mới.", name=device.name))
    return device


def all_devices(session: Session, area: Area) -> Sequence[Device]:
    """The tablets of an area, by place and name; the revoked ones last."""
    found = session.scalars(select(Device).where(Device.survey_id == area.survey.id))
    here = [device for device in found if area.holds(device.unit)]
    return sorted(here, key=lambda device: (device.revoked_at is not None, device.unit.sort_key, device.name))


def count_by_device(session: Session, survey: Survey) -> dict[int, int]:
    """How many forms came from each tablet of a survey."""
    query = (
        select(Response.device_id, func.count())
        .where(Response.survey_id == survey.id, Response.device_id.is_not(None))
        .group_by(Response.device_id)
    )
    return {number: count for number, count in session.execute(query) if number is not None}


def _set_paused(session: Session, area: Area, number: int, paused: bool, actor: Actor) -> Device:
    device = find_device(session, area, number, to_change=True)
    device.paused = paused
    session.flush()
    _tell(session, device, "device.pause" if paused else "device.resume", actor)
    return device


def _new_code(device: Device) -> str:
    code = make_code()
    device.code_mark, device.code_expires_at = code_mark(code), now() + CODE_LIFETIME
    return code


def _put(device: Device, settings: DeviceSettings) -> None:
    device.languages = list(settings.languages)
    device.idle_seconds = settings.idle_seconds
    device.countdown_seconds = settings.countdown_seconds
    device.on_wipe = settings.on_wipe
    device.hourly_limit = settings.hourly_limit
    device.night = settings.night
    device.large_text = settings.large_text
    device.high_contrast = settings.high_contrast


def _checked(settings: DeviceSettings) -> DeviceSettings:
    languages = tuple(dict.fromkeys(settings.languages))
    if not languages or not set(languages) <= set(LANGUAGES):
        raise UserError(_("Xin chọn ít nhất một ngôn ngữ cho máy: vi, en hoặc cả hai."))
    if settings.on_wipe not in ON_WIPE:
        raise UserError(_("Khi người trả lời bỏ đi: xin dùng discard (xóa hết) hoặc partial (giữ phần đã trả lời)."))
    _check_within(_("Thời gian không ai chạm (giây)"), settings.idle_seconds, IDLE_SECONDS)
    _check_within(_("Thời gian đếm ngược (giây)"), settings.countdown_seconds, COUNTDOWN_SECONDS)
    _check_within(_("Số phiếu tối đa mỗi giờ"), settings.hourly_limit, HOURLY_LIMIT)
    return replace(settings, languages=languages)


def _check_within(what: str, value: int, limits: tuple[int, int]) -> None:
    low, high = limits
    if not low <= value <= high:
        raise UserError(_("%(what)s phải từ %(low)s đến %(high)s.", what=what, low=low, high=high))


def _check_open(survey: Survey) -> None:
    if survey.state not in ("sampled", "collecting"):
        raise Conflict(_("Chỉ đặt máy tại quầy sau khi bốc mẫu và trước khi đóng đợt."))


def _find_place(session: Session, area: Area, code: str) -> int:
    for entry in drawn_units(session, area.survey):
        if entry.unit.code == code.strip() and area.holds(entry.unit):
            return entry.unit_id
    raise NotFound(
        _("Nơi mang mã „%(code)s” không có trong mẫu của đợt, hoặc ngoài địa bàn của Ông/Bà.", code=code[:30])
    )


def _free_name(session: Session, survey: Survey, name: str) -> str:
    name = " ".join(name.split())
    if not name or not is_clean(name):
        raise UserError(_("Xin đặt tên cho máy, ví dụ „Quầy số 1”."))
    if len(name) > LONGEST_NAME:
        raise UserError(_("Tên máy dài quá %(limit)s ký tự. Xin viết ngắn hơn.", limit=LONGEST_NAME))
    taken = select(Device.id).where(Device.survey_id == survey.id, Device.name == name, Device.revoked_at.is_(None))
    if session.scalar(taken) is not None:
        raise Conflict(_("Đợt này đã có máy tên „%(name)s”. Xin đặt tên khác.", name=name))
    return name


def _tell(session: Session, device: Device, verb: str, actor: Actor) -> None:
    subject = f"survey:{device.survey.slug}"
    known_tablets(session).clear()
    record(session, actor, verb, subject, device=device.id, name=device.name, place=device.unit.code)
