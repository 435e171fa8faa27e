"""The launcher: from nothing to a command, whatever happens on the way."""

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from hutong.node import environment, installers
from hutong.node.installers import Tools, missing_venv, set_for_pip, set_for_uv, venv_maker

PATIENCE = 30
COMMAND = """
import os, sys
print("ran", sys.argv[1:], os.getcwd())
sys.exit(7 if "fail" in sys.argv else 0)
"""


class Clone:
    """A checkout with nothing to install, and the launcher as it is."""

    def __init__(self, root: Path) -> None:
        self.root = root
        here = Path(environment.__file__).resolve().parents[3]
        node = Path("src/hutong/node")
        (root / node).mkdir(parents=True)
        for name in ("environment.py", "installers.py", "__init__.py"):
            shutil.copy(here / node / name, root / node / name)
        shutil.copy(here / "src/hutong/__init__.py", root / "src/hutong/__init__.py")
        shutil.copy(here / "hutong", root / "hutong")
        (root / node / "cli.py").write_text(COMMAND)
        for name in ("requirements.lock", "requirements-dev.lock", "requirements-node.lock"):
            (root / name).write_text("# nothing\n")
        (root / "package.json").write_text("{}")
        (root / "package-lock.json").write_text("{}")

    def start(self, *arguments: str, **settings: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [self.root / "hutong", *arguments],
            cwd=self.root.parent,
            env={**os.environ, "HUTONG_PYTHON": sys.executable, **settings},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str, **settings: str) -> tuple[int, str, str]:
        with self.start(*arguments, **settings) as process:
            said, told = process.communicate(timeout=PATIENCE)
        return process.returncode, said, told


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    """A clone that was set up once; tests leave it as they found it."""
    clone = Clone(tmp_path_factory.mktemp("made") / "clone")
    code, said, told = clone.run("doctor")
    assert (code, said) == (0, f"ran ['doctor'] {clone.root.parent}\n"), told
    assert "hutong: Python packages (runtime) … " in told
    return clone


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return Clone(tmp_path / "clone")


# --- all is well ---


def test_a_set_up_clone_goes_straight_to_the_command(made: Clone) -> None:
    assert made.run("import", "technologies", "a file.xlsx") == (
        0,
        f"ran ['import', 'technologies', 'a file.xlsx'] {made.root.parent}\n",
        "",
    )


def test_the_code_of_the_command_is_the_code_of_the_launcher(made: Clone) -> None:
    assert made.run("fail")[0] == 7


def test_the_launcher_may_be_called_through_a_link(made: Clone, tmp_path: Path) -> None:
    (tmp_path / "hutong").symlink_to(made.root / "hutong")
    done = subprocess.run([tmp_path / "hutong", "doctor"], capture_output=True, text=True)
    assert done.returncode == 0
    assert done.stderr == ""


def test_other_packages_of_the_caller_do_not_get_in(made: Clone, tmp_path: Path) -> None:
    (tmp_path / "hutong").mkdir()
    (tmp_path / "hutong" / "__init__.py").write_text("raise SystemExit('not this one')")
    assert made.run("doctor", PYTHONPATH=str(tmp_path))[0] == 0


def test_a_changed_lock_is_installed_and_an_unchanged_one_is_not(made: Clone) -> None:
    (made.root / "requirements.lock").write_text("# nothing again\n")
    assert "Python packages (runtime)" in made.run("doctor")[2]
    assert made.run("doctor")[2] == ""


def test_tests_need_more_than_running(made: Clone) -> None:
    assert "Python packages (development)" in made.run("bench")[2]
    assert made.run("bench")[2] == ""
    assert made.run("doctor")[2] == ""


# --- interrupted, together, moved ---


def test_two_at_once_make_it_once(clone: Clone) -> None:
    with clone.start("doctor") as one, clone.start("doctor") as other:
        told = [process.communicate(timeout=PATIENCE)[1] for process in (one, other)]
    assert (one.returncode, other.returncode) == (0, 0)
    assert sum("Python environment" in text for text in told) == 1


def test_a_moved_clone_is_made_again(made: Clone, tmp_path: Path) -> None:
    moved = tmp_path / "moved"
    shutil.copytree(made.root, moved, symlinks=True)
    told = subprocess.run([moved / "hutong", "doctor"], capture_output=True, text=True).stderr
    assert "Python environment" in told
    assert (
        str(moved / "src")
        in next(moved.glob(".venv/lib/python*/site-packages/hutong.pth")).read_text()
    )


@pytest.mark.drill
def test_a_kill_in_the_middle_is_made_good(clone: Clone) -> None:
    """The orphaned installer keeps the lock to its end; then everything is made anew."""
    lock = clone.root / "requirements.lock"
    lock.write_text(f"django==5.2 --hash=sha256:{'0' * 64}\n")
    with socket.create_server(("127.0.0.1", 0)) as silent_index:
        silent_index.settimeout(PATIENCE)
        address = f"http://127.0.0.1:{silent_index.getsockname()[1]}/simple"
        with clone.start("doctor", PIP_INDEX_URL=address, PIP_RETRIES="0") as process:
            caller, _ = silent_index.accept()
            process.kill()
        assert (clone.root / ".venv/hutong.unfinished").exists()
        lock.write_text("# nothing\n")
        with clone.start("doctor") as again:
            assert again.stderr is not None
            assert "waiting for another ./hutong" in again.stderr.readline()
            caller.close()
            silent_index.close()
            _, told = again.communicate(timeout=PATIENCE)
    assert again.returncode == 0
    assert "Python environment" in told


# --- something is missing ---


def test_an_install_that_fails_says_what_and_why_and_what_to_do(clone: Clone) -> None:
    lock = clone.root / "requirements.lock"
    lock.write_text(f"django==5.2 --hash=sha256:{'0' * 64}\n")
    code, said, told = clone.run("doctor", PIP_NO_INDEX="1", PIP_FIND_LINKS="", UV_NO_INDEX="1")
    assert (code, said) == (1, "")
    assert "Python packages (runtime) … failed" in told
    assert "django==5.2" in told
    assert "Check the network" in told


def test_a_failed_upgrade_leaves_what_worked(made: Clone) -> None:
    lock = made.root / "requirements-dev.lock"
    before = lock.read_text()
    lock.write_text(f"django==5.2 --hash=sha256:{'0' * 64}\n")
    assert made.run("test", PIP_NO_INDEX="1", PIP_FIND_LINKS="", UV_NO_INDEX="1")[0] == 1
    assert made.run("doctor")[2] == ""
    lock.write_text(before)


def test_a_checkout_without_its_lock_is_named(clone: Clone) -> None:
    (clone.root / "requirements.lock").unlink()
    code, _, told = clone.run("doctor")
    assert code == 1
    assert "requirements.lock is missing" in told


def test_no_suitable_python_is_said_with_what_was_seen(clone: Clone, tmp_path: Path) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("dirname", "readlink", "sh"):
        (programs / name).symlink_to(str(shutil.which(name)))
    for name, version in (("python3", "3.9"), ("python3.11", "3.15")):
        (programs / name).write_text(f"#!/bin/sh\necho {version}; exit 1\n")
        (programs / name).chmod(0o755)
    done = subprocess.run(
        [clone.root / "hutong", "demo"], env={"PATH": str(programs)}, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert "Python 3.11, 3.12, 3.13 or 3.14 is needed" in done.stderr
    assert f"{programs}/python3 is 3.9\n" in done.stderr
    assert f"{programs}/python3.11 is 3.15\n" in done.stderr


@pytest.mark.parametrize(
    ("tools", "begins"),
    [
        (Tools(uv=True, uv_knows_index=True, pip=True, ensurepip=True), ["uv", "venv"]),
        (Tools(uv=True, pip=True, ensurepip=True), ["py", "-m", "venv", "--without-pip"]),
        (Tools(ensurepip=True, virtualenv=True), ["py", "-m", "venv"]),
        (Tools(virtualenv=True, uv=True), ["virtualenv"]),
        (Tools(uv=True), ["uv", "venv"]),
    ],
)
def test_an_environment_is_made_with_what_is_there(tools: Tools, begins: list[str]) -> None:
    command = venv_maker("py", tools)
    assert command is not None
    assert command[: len(begins)] == begins


def test_where_there_is_nothing_the_package_to_install_is_named() -> None:
    assert venv_maker("py", Tools()) is None
    debian = f"apt install python{installers.python_version()}-venv"
    assert debian in missing_venv("/usr/bin/python3", {"ubuntu", "debian"})
    assert "dnf install python3-pip" in missing_venv("/usr/bin/python3", {"rhel", "fedora"})
    assert "virtualenv or uv" in missing_venv("/usr/bin/python3", set())


# --- whose index ---


@pytest.fixture
def no_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user without settings for pip or uv; returns the home directory."""
    for name in list(os.environ):
        if name.startswith(("PIP_", "UV_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / ".config"))
    return tmp_path


@pytest.mark.parametrize("section", ["global", "install"])
@pytest.mark.parametrize("name", ["index-url", "extra-index-url", "find_links"])
def test_an_index_in_a_file_of_pip_is_seen(no_settings: Path, section: str, name: str) -> None:
    file = no_settings / ".config/pip/pip.conf"
    file.parent.mkdir(parents=True)
    file.write_text(f"[{section}]\n{name} = /somewhere\n")
    assert set_for_pip()


def test_an_index_in_the_environment_is_seen(
    no_settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not set_for_uv()
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://index.example/simple")
    assert set_for_uv()
    monkeypatch.setenv("PIP_INDEX_URL", "https://index.example/simple")
    assert set_for_pip()


def test_a_setting_that_is_not_an_index_is_no_reason(
    no_settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = no_settings / "pip.conf"
    file.write_text("[global]\ntimeout = 60\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(file))
    seen = [place for place in installers._pip_files() if installers._names_an_index(place)]
    assert file not in seen
