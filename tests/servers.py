"""The real server as people start it: a command, a port, a folder of its own, a log; and its end, gentle or not."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).parents[1]
FLASK = [sys.executable, "-m", "flask", "--app", "wsgi"]
PATIENCE_SECONDS = 60.0


def flask_environment(instance: Path, **variables: str) -> dict[str, str]:
    """The environment of a command: ours without anyone else's settings, with an instance of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HAILONG_", "FLASK_"))}
    kept.pop("PORT", None)
    kept.pop("HOST", None)
    return kept | {"HAILONG_INSTANCE": str(instance), "PYTHONUNBUFFERED": "1"} | variables


def run_flask(environment: dict[str, str], *arguments: str) -> str:
    """Run a command to its end and give what it printed."""
    done = subprocess.run([*FLASK, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"flask {' '.join(arguments)}: {done.stdout}{done.stderr}"
    return done.stdout


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class RunningServer:
    """`flask serve` (or `start`) in a session of its own, so that every process of it can be found."""

    def __init__(self, environment: dict[str, str], log: Path, *, command: str = "serve") -> None:
        self.environment = environment
        self.log = log
        self.command = command
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._launch()

    def _launch(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*FLASK, self.command, "--port", str(self.port)],
                cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    def wait_until_ready(self) -> RunningServer:
        """Return once the first page is served; fail at once when the process ends before."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            assert self.process.poll() is None, f"the server stopped by itself: {self.logged()}"
            with suppress(urllib.error.URLError, ConnectionError, TimeoutError):
                urllib.request.urlopen(f"{self.url}/du-lieu-ca-nhan", timeout=5).close()
                return self
            time.sleep(0.05)
        raise AssertionError(f"no page within {PATIENCE_SECONDS:.0f} s: {self.logged()}")

    def start_again(self) -> None:
        """The same command on the same port, after the former one has gone."""
        self._launch()
        self.wait_until_ready()

    def logged(self) -> str:
        """Everything the server has printed."""
        return self.log.read_text(errors="replace")

    def processes(self) -> list[int]:
        """Every living process of this server: parent, web server, its workers, the job worker."""
        return [process for process in map(int, filter(str.isdigit, os.listdir("/proc"))) if self._is_ours(process)]

    def _is_ours(self, process: int) -> bool:
        try:
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            return False
        state, session = fields[0], int(fields[3])
        return session == self.process.pid and state not in ("Z", "X")

    def kill_everything(self) -> None:
        """kill -9 for every process of it, again and again until none is left: a power cut."""
        while living := self.processes():
            for process in living:
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
            self.process.poll()
        self.process.wait()

    def wait_until_gone(self, seconds: float) -> list[int]:
        """The processes that are still there after so many seconds; usually none."""
        deadline = time.monotonic() + seconds
        while self.processes() and time.monotonic() < deadline:
            self.process.poll()
            time.sleep(0.05)
        return self.processes()

    def stop(self) -> None:
        """Ctrl-C, and whatever is needed after it."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(timeout=15)
        self.kill_everything()
