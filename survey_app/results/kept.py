"""What was computed once from the responses that count is kept, in memory and on disk, until others count.

What is kept is named by the fingerprint of the responses and their weights, by the frame, by the program that computed
it and by the settings it depends on: another of any is another name, so nothing kept can be out of date.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

from survey_app.results.extract import Extract
from survey_app.settings import ROOT

KEPT_IN_MEMORY, KEPT_FOLDERS = 400, 3
#: The rooms whose code makes figures and pictures of them.
PROGRAM = ("analysis", "survey_app/results", "survey_app/instruments", "survey_app/sampling", "survey_app/surveys")
#: What they say and how numbers are written.
WORDS = ("survey_app/i18n.py", "translations/en/LC_MESSAGES/messages.po")

_memory: dict[Path, Any] = {}
_lock = threading.Lock()


def keep(extract: Extract, name: tuple[object, ...], compute: Callable[[], Any]) -> Any:
    """What ``compute`` gives for the responses of an extract, computed once.

    Parameters
    ----------
    extract : Extract
    name : tuple
        Everything it depends on beside the responses and their weights: its kind, settings, language. Each part must
        print as what it is.
    compute : callable
        Gives plain values: what JSON holds.
    """
    path = _path(extract, name)
    with _lock:
        if path in _memory:
            return _memory[path]
    value = _read(path)
    if value is None:
        value = compute()
        _write(path, value)
    with _lock:
        _memory[path] = value
        while len(_memory) > KEPT_IN_MEMORY:
            _memory.pop(next(iter(_memory)))
    return value


def find_kept(extract: Extract, name: tuple[object, ...]) -> Any:
    """What was kept under a name, or None: for what takes too long to be computed while somebody waits."""
    path = _path(extract, name)
    return _memory[path] if path in _memory else _read(path)


def forget_kept() -> None:
    """Let go of what is in memory; what is on disk stays."""
    with _lock:
        _memory.clear()


def _path(extract: Extract, name: tuple[object, ...]) -> Path:
    digest = hashlib.sha256(repr((extract.fingerprint, extract.frame, name, program_digest())).encode()).hexdigest()
    return extract.folder / f"figures-{extract.fingerprint[:32]}" / f"{digest[:32]}.json"


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError):  # not there, or cut off by a power failure
        return None


def _write(path: Path, value: Any) -> None:
    if not path.parent.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        _forget_older(path.parent)
    draft = path.with_name(f".{uuid4().hex}")
    draft.write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
    draft.rename(path)


def _forget_older(newest: Path) -> None:
    folders = [folder for folder in newest.parent.glob("figures-*") if folder != newest]
    for folder in sorted(folders, key=lambda one: one.stat().st_mtime, reverse=True)[KEPT_FOLDERS - 1 :]:
        shutil.rmtree(folder, ignore_errors=True)


@cache
def program_digest() -> str:
    """A digest of the code that makes figures."""
    digest = hashlib.sha256()
    files = [path for room in PROGRAM for path in sorted((ROOT / room).rglob("*.py"))]
    for path in (*files, *(ROOT / name for name in WORDS)):
        digest.update(path.as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()
