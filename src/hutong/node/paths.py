"""
Where a venue keeps what it must not lose: one state directory, closed to everybody else.

    <state>/          0700; as root 0711, so that PostgreSQL's own user can pass to its files
      up.json         who is running (presence.py)
      postgres/       the embedded database (postgres/home.py)
"""

import os
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[3]


def state_directory(name: str = "venue") -> Path:
    """Return the state directory, made if need be: $HUTONG_STATE, else `var/<name>` of the checkout.

    Installed as a package, without a checkout, it is `hutong/<name>` in the user's state directory.
    """
    chosen = os.environ.get("HUTONG_STATE")
    if chosen:
        place = Path(chosen).expanduser()
    elif (CHECKOUT / "pyproject.toml").exists():
        place = CHECKOUT / "var" / name
    else:
        home = os.environ.get("XDG_STATE_HOME") or "~/.local/state"
        place = Path(home).expanduser() / "hutong" / name
    return private_directory(place.absolute(), passable=True)


def choose_state() -> None:
    """Settle on the venue a command looks at: $HUTONG_STATE, the real venue, else the last demo's."""
    real, demo = CHECKOUT / "var" / "venue", CHECKOUT / "var" / "demo"
    if "HUTONG_STATE" not in os.environ and not real.exists() and demo.exists():
        os.environ["HUTONG_STATE"] = str(demo)


def postgres_directory(state: Path) -> Path:
    """Return what to give to `postgres.prepare`; where its user cannot go, it goes elsewhere."""
    return state / "postgres"


def private_directory(place: Path, *, passable: bool = False) -> Path:
    """Make `place` readable by us alone; `passable` lets root's service users go through it.

    The modes of directories that were there before are their owner's affair.
    """
    if not place.exists():
        place.mkdir(parents=True, mode=0o700, exist_ok=True)
        place.chmod(0o711 if passable and os.geteuid() == 0 else 0o700)
    return place
