"""The engine of ODK Collect, which pyxform brings along: fills forms in as a phone would."""

from __future__ import annotations

import base64
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import pytest
import pyxform

ENGINE = Path(pyxform.__file__).parent / "validators" / "odk_validate" / "bin" / "ODK_Validate.jar"
PROGRAM = Path(__file__).with_name("OdkEngine.java")


class Filled(NamedTuple):
    """What became of one respondent: each question with ``ok``, ``refused`` or ``required``, and what is sent."""

    asked: dict[str, str]
    sent: bytes


def fill_in(lines: Iterable[str]) -> list[Filled]:
    """Run the engine on lines that OdkEngine.java explains; the test is skipped without a Java development kit."""
    if shutil.which("javac") is None or not ENGINE.exists():
        pytest.skip("the engine of ODK Collect needs a Java development kit (apt-get install default-jdk-headless)")
    command = ["java", "-cp", str(ENGINE), str(PROGRAM)]
    done = subprocess.run(
        command, input="\n".join(lines) + "\n", capture_output=True, text=True, timeout=300, check=False
    )
    filled = [line.split("\t") for line in done.stdout.splitlines() if line.startswith("FILLED")]
    assert filled, done.stderr[-3000:]
    return [
        Filled(dict(part.split("=", 1) for part in asked.split()), base64.b64decode(sent))
        for _word, asked, sent in filled
    ]
