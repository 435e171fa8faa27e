"""`check`: everything about the code that a machine can say."""

import argparse
import subprocess
import sys
import time
from collections.abc import Callable

from hutong.node.paths import CHECKOUT


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--fix", action="store_true", help="format and mend what can be mended")


def run(options: argparse.Namespace) -> int:
    """Run every check, even after a failure, and say which failed."""
    failed = []
    for name, check in _checks(fix=options.fix).items():
        started = time.monotonic()
        ok = check()
        print(f"{'✓' if ok else '✗'} {name}  ({time.monotonic() - started:.1f} s)", flush=True)
        if not ok:
            failed.append(name)
    if failed:
        print(f"failed: {', '.join(failed)}")
    return 1 if failed else 0


def _checks(*, fix: bool) -> dict[str, Callable[[], bool]]:
    ruff = [sys.executable, "-m", "ruff"]
    return {
        "format": lambda: _tool(*ruff, "format", *([] if fix else ["--check"]), "."),
        "lint": lambda: _tool(*ruff, "check", *(["--fix"] if fix else []), "."),
        "types": lambda: _tool(sys.executable, "-m", "mypy"),
        "imports": lambda: _tool(sys.executable, "-c", _LINT_IMPORTS),
        "migrations": lambda: _tool(
            sys.executable,
            *("-W", "ignore", "-m", "hutong.node.cli", "manage", "makemigrations"),
            *("--check", "--dry-run", "--skip-checks", "-v1"),
        ),
        "translations": _translations,
    }


_LINT_IMPORTS = "import sys; from importlinter.cli import lint_imports_command as c; c()"


def _tool(*command: str) -> bool:
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    if done.returncode:
        print((done.stdout + done.stderr)[-6000:])
    return done.returncode == 0


def _translations() -> bool:
    from hutong.ui import translations

    faults = translations.check()
    for fault in faults[:50]:
        print(f"  {fault}")
    return not faults
