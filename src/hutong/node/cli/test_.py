"""`test`: the whole suite, on two workers; arguments go to pytest."""

import subprocess
import sys

from hutong.node.paths import CHECKOUT


def run(arguments: list[str]) -> int:
    from hutong.ui import translations

    translations.compile_all()
    spread = [] if any(a.startswith(("-n", "--pdb")) for a in arguments) else ["-n", "2"]
    command = [sys.executable, "-m", "pytest", *spread, "--dist", "loadgroup", *arguments]
    return subprocess.run(command, cwd=CHECKOUT, check=False).returncode
