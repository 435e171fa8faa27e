"""
What this machine can install Python packages with, and whether it knows where they come from.

uv where it knows the user's index, else pip, else ensurepip, else virtualenv; where there is none
of them, the name of the package to install. Standard library only, like environment.py.
"""

import configparser
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

INDEX_SETTINGS = ("index_url", "extra_index_url", "find_links", "no_index")
UV_SETTINGS = (
    *("UV_DEFAULT_INDEX", "UV_INDEX", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL"),
    *("UV_FIND_LINKS", "UV_NO_INDEX", "UV_CONFIG_FILE", "UV_OFFLINE"),
)


@dataclass(frozen=True)
class Tools:
    """What this machine has to make an environment with."""

    uv: bool = False
    uv_knows_index: bool = False
    pip: bool = False  # new enough to install into another environment
    ensurepip: bool = False
    virtualenv: bool = False

    @classmethod
    def of(cls, python: str) -> "Tools":
        has_venv = importlib.util.find_spec("venv") is not None
        return cls(
            uv=shutil.which("uv") is not None,
            uv_knows_index=prefers_uv(),
            pip=has_venv and can_install_elsewhere(python),
            ensurepip=has_venv and importlib.util.find_spec("ensurepip") is not None,
            virtualenv=shutil.which("virtualenv") is not None,
        )


def venv_maker(python: str, tools: Tools) -> list[str] | None:
    """Return the command that makes an environment with `tools`, the quickest first."""
    if tools.uv_knows_index:
        return ["uv", "venv", "--quiet", "--allow-existing", "--python", python]
    if tools.pip:
        return [python, "-m", "venv", "--without-pip"]
    if tools.ensurepip:
        return [python, "-m", "venv"]
    if tools.virtualenv:
        return ["virtualenv", "--quiet", "--python", python]
    if tools.uv:
        return ["uv", "venv", "--quiet", "--allow-existing", "--python", python]
    return None


def installer(python: Path, lock: Path, *, into: Path | None = None) -> list[str]:
    """Return the command that installs `lock` by its hashes into the environment of `python`.

    `into` names a directory to use instead of the environment's own.
    """
    target = ["--target", str(into)] if into else []
    options = ["--require-hashes", "--no-deps", *target, "--requirement", str(lock)]
    uv = ["uv", "pip", "install", "--quiet", "--python", str(python), *options]
    pip = ["--disable-pip-version-check", "--no-input", "install", "--quiet", *options]
    if prefers_uv():
        return uv
    if can_install_elsewhere(base_python()):
        return [base_python(), "-m", "pip", "--python", str(python), *pip]
    if any(python.parents[1].glob("lib/python*/site-packages/pip")):
        return [str(python), "-m", "pip", *pip]
    return uv


def prefers_uv() -> bool:
    """Tell whether uv is here and knows where the user's packages come from.

    uv does not read pip's settings: where an index is set for pip alone, pip is the one to ask.
    """
    return bool(shutil.which("uv")) and (set_for_uv() or not set_for_pip())


def set_for_uv() -> bool:
    """Tell whether anything of the kind is set for uv."""
    homes = (os.environ.get("XDG_CONFIG_HOME") or "~/.config", "/etc/xdg", "/etc")
    return any(name in os.environ for name in UV_SETTINGS) or any(
        (Path(home).expanduser() / "uv" / "uv.toml").exists() for home in homes
    )


def set_for_pip() -> bool:
    """Tell whether an index, or the lack of one, is set for pip."""
    if any(f"PIP_{name.upper()}" in os.environ for name in INDEX_SETTINGS):
        return True
    return any(_names_an_index(file) for file in _pip_files())


def _pip_files() -> Iterator[Path]:
    named = os.environ.get("PIP_CONFIG_FILE")
    if named == os.devnull:
        return
    if named:
        yield Path(named)
    for home in (os.environ.get("XDG_CONFIG_HOME") or "~/.config", "/etc/xdg"):
        yield Path(home).expanduser() / "pip" / "pip.conf"
    yield Path("~/.pip/pip.conf").expanduser()
    yield Path("~/Library/Application Support/pip/pip.conf").expanduser()
    yield Path("/Library/Application Support/pip/pip.conf")
    yield Path("/etc/pip.conf")
    yield Path(sys.base_prefix) / "pip.conf"


def _names_an_index(file: Path) -> bool:
    settings = configparser.RawConfigParser(strict=False)
    try:
        settings.read(file, encoding="utf-8")
    except (OSError, configparser.Error, UnicodeDecodeError):
        return file.exists()  # pip must judge it
    return any(
        settings.has_option(section, spelling)
        for section in settings.sections()
        for name in INDEX_SETTINGS
        for spelling in (name, name.replace("_", "-"))
    )


def can_install_elsewhere(python: str) -> bool:
    """Tell whether the pip beside `python` can install into another environment (22.3)."""
    asked = subprocess.run([python, "-m", "pip", "--version"], capture_output=True, text=True)
    words = asked.stdout.split()
    if asked.returncode != 0 or len(words) < 2:
        return False
    return tuple(int(part) for part in words[1].split(".")[:2] if part.isdigit()) >= (22, 3)


def base_python() -> str:
    """The Python that environments are made from, also when one of them runs this."""
    return getattr(sys, "_base_executable", None) or sys.executable


def missing_venv(python: str, system: set[str]) -> str:
    """Say what to install, by the names that `system` goes by."""
    if system & {"debian", "ubuntu"}:
        install = f"apt install python{python_version()}-venv"
    elif system & {"fedora", "rhel", "centos"}:
        install = "dnf install python3-pip"
    elif system & {"alpine"}:
        install = "apk add py3-pip"
    elif system & {"arch"}:
        install = "pacman -S python-pip"
    elif system & {"suse", "opensuse"}:
        install = f"zypper install python{python_version().replace('.', '')}-pip"
    else:
        install = "install pip, virtualenv or uv for it"
    return (
        f"{python} can neither make an environment nor install packages: it has no ensurepip and "
        f"no pip, and this machine has no uv and no virtualenv.\nInstall what is missing: {install}"
    )


def system_names() -> set[str]:
    """The names this system goes by, from /etc/os-release."""
    try:
        lines = Path("/etc/os-release").read_text().splitlines()
    except OSError:
        return set()
    pairs = (line.partition("=") for line in lines)
    return {
        word
        for key, _, value in pairs
        if key in ("ID", "ID_LIKE")
        for word in value.strip("\"'").split()
    }


def python_version() -> str:
    """The version as packages are made for: 3.11."""
    return f"{sys.version_info[0]}.{sys.version_info[1]}"
