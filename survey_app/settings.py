"""Settings: read once from the environment, refused at start when wrong.

All are optional; docs/cai-dat.md lists them for the people who install the platform.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

VERSION = "0.1.0"
ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENTS = ("development", "production")
DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg"}
MINIMUM_SECRET = 32
#: Where gunicorn, too, lets a proxy speak for its visitors.
OUR_PROXIES = "127.0.0.1,::1"
EVERY_MACHINE = "0.0.0.0/0,::/0"
Network = IPv4Network | IPv6Network


class SettingsError(Exception):
    """A setting cannot be used; the message names it and says what to do."""


@dataclass(frozen=True)
class Settings:
    """What the environment decides: where data lives, which database, which mode."""

    environment: str
    instance: Path
    database_url: str
    secret_key: str
    contact_key: str
    proxies: tuple[Network, ...] = ()

    @property
    def production(self) -> bool:
        """Whether this is the real service: no demonstration, no generated secret, cookies over HTTPS only."""
        return self.environment == "production"


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from ``environ`` (default: the process environment).

    Raises
    ------
    SettingsError
        With one sentence that names the variable and how to mend it.
    """
    environ = os.environ if environ is None else environ
    environment = environ.get("HAILONG_ENV", "development")
    if environment not in ENVIRONMENTS:
        raise SettingsError(f"HAILONG_ENV is {environment!r}; use one of: {', '.join(ENVIRONMENTS)}.")
    if environment == "production" and environ.get("FLASK_DEBUG", "0") not in ("", "0", "false", "False"):
        raise SettingsError("FLASK_DEBUG is on; a production service must not run with debug. Unset FLASK_DEBUG.")
    instance = _instance_folder(environ)
    return Settings(
        environment=environment,
        instance=instance,
        database_url=_database_url(environ, instance),
        secret_key=_secret_key(environ, environment, instance),
        contact_key=_contact_key(environ, environment, instance),
        proxies=_proxies(environ),
    )


def _instance_folder(environ: Mapping[str, str]) -> Path:
    instance = Path(environ.get("HAILONG_INSTANCE") or ROOT / "instance").expanduser().resolve()
    try:
        instance.mkdir(mode=0o700, parents=True, exist_ok=True)  # answers and accounts: for this user alone
    except OSError as error:
        raise SettingsError(f"HAILONG_INSTANCE {instance} cannot be created: {error.strerror}.") from error
    if not os.access(instance, os.W_OK):
        raise SettingsError(f"HAILONG_INSTANCE {instance} is not writable; choose a folder this user owns.")
    return instance


def _database_url(environ: Mapping[str, str], instance: Path) -> str:
    text = environ.get("HAILONG_DATABASE_URL") or f"sqlite:///{instance / 'hai-long.sqlite3'}"
    try:
        url = make_url(text)
    except ArgumentError as error:
        raise SettingsError(
            "HAILONG_DATABASE_URL is not a database address; "
            "write sqlite:////path/file or postgresql://user:password@host/name."
        ) from error
    driver = DRIVERS.get(url.get_backend_name())
    if driver is None:
        raise SettingsError(f"HAILONG_DATABASE_URL names {url.get_backend_name()!r}; use sqlite or postgresql.")
    if driver == "sqlite" and url.database in (None, "", ":memory:"):
        raise SettingsError("HAILONG_DATABASE_URL names no file; an in-memory database would lose every answer.")
    return url.set(drivername=driver).render_as_string(hide_password=False)


def _proxies(environ: Mapping[str, str]) -> tuple[Network, ...]:
    """The machines whose word about their visitors counts, as for gunicorn; ``*`` is every machine."""
    text = environ.get("FORWARDED_ALLOW_IPS") or OUR_PROXIES
    names = EVERY_MACHINE if text.strip() == "*" else text
    try:
        return tuple(ip_network(name.strip(), strict=False) for name in names.split(","))
    except ValueError as error:
        raise SettingsError(f"FORWARDED_ALLOW_IPS: {error}; write addresses with commas between them, or *.") from error


def _secret_key(environ: Mapping[str, str], environment: str, instance: Path) -> str:
    given = environ.get("HAILONG_SECRET_KEY")
    if given is not None:
        if len(given) < MINIMUM_SECRET:
            raise SettingsError(f"HAILONG_SECRET_KEY is shorter than {MINIMUM_SECRET} characters; make a longer one.")
        return given
    if environment == "production":
        raise SettingsError(
            "HAILONG_SECRET_KEY is not set; a production service needs its own secret of at least "
            f"{MINIMUM_SECRET} characters, kept outside the instance folder."
        )
    return _generated_secret(instance / "secret_key")


def _contact_key(environ: Mapping[str, str], environment: str, instance: Path) -> str:
    """The secret of contact data; empty in a production service that has none, which can then take no contact data."""
    given = environ.get("HAILONG_CONTACT_KEY")
    if given is not None:
        if len(given) < MINIMUM_SECRET:
            raise SettingsError(f"HAILONG_CONTACT_KEY is shorter than {MINIMUM_SECRET} characters; make a longer one.")
        return given
    return "" if environment == "production" else _generated_secret(instance / "contact_key")


def _generated_secret(path: Path) -> str:
    """The secret kept in the instance folder; made once, whole before it has its name, readable by its owner only."""
    if not path.exists():
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()
