"""
`test`: the suite, on one worker more than there are processors, as some tests wait.
`test --drills`: the tests that kill processes and fuzz for minutes.

Other arguments go to pytest.
"""

import os
import subprocess
import sys

from hutong.node.paths import CHECKOUT


def run(arguments: list[str]) -> int:
    from hutong.ui import translations

    translations.compile_all()
    drills = "--drills" in arguments
    arguments = [a for a in arguments if a != "--drills"]
    chosen = [] if "-m" in arguments else ["-m", "drill" if drills else "not drill"]
    spread = (
        []
        if any(a.startswith(("-n", "--pdb")) for a in arguments)
        else ["-n", str((os.cpu_count() or 1) + 1)]
    )
    command = [sys.executable, "-m", "pytest", *spread, *chosen, *arguments]
    # pytest-django would read the settings it names before the tests have a state of their own.
    # Without bytecode each of its dozen processes would compile the whole house anew.
    unwanted = ("DJANGO_SETTINGS_MODULE", "PYTHONDONTWRITEBYTECODE")
    env = {k: v for k, v in os.environ.items() if k not in unwanted}
    return subprocess.run(command, cwd=CHECKOUT, env=env, check=False).returncode
