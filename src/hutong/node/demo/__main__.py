"""
The story as a process: `python -m hutong.node.demo BASE [--json] [--stay] [--summary FILE]`.

Started by `./hutong demo` beside the venue's processes; its exit code is the demo's.
"""

import argparse
import json
import subprocess
import sys
import traceback
from pathlib import Path

import httpx

from hutong.node.demo import people
from hutong.node.demo.case import Case
from hutong.node.demo.client import Api, StepFailed
from hutong.node.demo.narrator import Narrator
from hutong.node.demo.people import ADMINISTRATOR, OFFICERS, PASSWORD, UNIVERSITIES, Registration
from hutong.node.demo.story import play
from hutong.node.paths import state_directory


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="hutong demo")
    parser.add_argument("base")
    parser.add_argument("--stay", action="store_true")
    parser.add_argument("--summary", type=Path, required=True)
    options = parser.parse_args(arguments)
    narrator = Narrator(base=options.base)
    failure = ""
    try:
        case = _case(options.base, narrator)
        play(case)
        _doctor(narrator)
    except StepFailed as error:
        failure = str(error)
    except (httpx.HTTPError, LookupError, ValueError) as error:
        failure = f"{type(error).__name__}: {error}"
        traceback.print_exc()
    ok = narrator.finish(failure)
    options.summary.write_text(json.dumps(narrator.summary, ensure_ascii=False), encoding="utf-8")
    if ok and options.stay:
        _say_goodbye(narrator)
    return 0 if ok else 1


def _case(base: str, narrator: Narrator) -> Case:
    narrator.say("演示交易所已开门 the demo venue is open", "/")
    public = Api(base)
    registration = Registration(public, state_directory() / "mail")
    appointed = _command(
        *("officer", "appoint", ADMINISTRATOR, "--name", "系统管理员 Administrator"),
        *("--password-stdin", "--json"),
        given=PASSWORD + "\n",
    )
    secret = json.loads(appointed)["totp_secret"]
    administrator = registration.token(ADMINISTRATOR, "Administrator", secret=secret)
    return Case(narrator, public, registration, administrator)


def _doctor(narrator: Narrator) -> None:
    """Let the venue re-derive everything from its journal."""
    with narrator.step("全面核对", "The doctor re-derives everything from the journal"):
        done = subprocess.run(
            [sys.executable, "-m", "hutong.node.cli", "doctor"],
            capture_output=True,
            text=True,
            check=False,
        )
        for line in done.stdout.splitlines():
            narrator.say(line)
        narrator.check("与日志完全一致 all agrees with the journal", done.returncode == 0)


def _say_goodbye(narrator: Narrator) -> None:
    """Print where to look, and a one-time sign-in link for each role."""
    narrator.say("")
    narrator.say("门户 portal", "/")
    narrator.say("核验 verify", "/verify")
    narrator.say("接口 API", "/api/v1/docs")
    roles = [(f"{key}@{people.DOMAIN}", f"{zh} {en}") for key, (_, zh, en) in OFFICERS.items()]
    roles.append((ADMINISTRATOR, "系统管理员 Administrator"))
    members = [(i.email, f"{i.role_zh} {i.role_en}") for i in (*UNIVERSITIES, *people.FIRMS)]
    emails = [email for email, _ in (*roles, *members)]
    links = json.loads(_command("officer", "link", *emails, "--second-factor", "--json"))
    narrator.console.print("\n[bold]一次性登录链接 One-time sign-in links[/bold] (30 min)")
    for email, name in (*roles, *members):
        narrator.console.print(f"  {name}\n      [blue]{links[email]}[/blue]")
    narrator.console.print("\n按 Ctrl-C 结束 press Ctrl-C to stop")


def _command(*arguments: str, given: str = "") -> str:
    done = subprocess.run(
        [sys.executable, "-m", "hutong.node.cli", *arguments],
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise StepFailed(f"hutong {' '.join(arguments[:2])}: {done.stderr.strip()[-600:]}")
    return done.stdout.strip().splitlines()[-1]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
