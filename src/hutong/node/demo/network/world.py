"""
What the network's story knows: its fleet, and at each venue the case that is played there.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from hutong.node.demo import people
from hutong.node.demo.case import Case
from hutong.node.demo.client import Api, StepFailed
from hutong.node.demo.narrator import Narrator
from hutong.node.demo.people import ADMINISTRATOR, OFFICERS, PASSWORD, Registration
from hutong.node.fleet import Fleet

PATIENCE = 240.0
SECOND = "second"  # the listing office's other pair of eyes (PA-5)
RULES = "rules"  # who adopts what the administrator proposes
POSTS = {
    **OFFICERS,
    SECOND: (("listing",), "挂牌复核员", "Second listing officer"),
    RULES: (("administrator",), "规则管理员", "Rules officer"),
}


@dataclass
class World:
    """The fleet and its stories; `cases` has the venues where somebody acts."""

    fleet: Fleet
    narrator: Narrator
    cases: dict[str, Case] = field(default_factory=dict)
    visitors: dict[str, Api] = field(default_factory=dict)

    @property
    def codes(self) -> list[str]:
        return [venue.code for venue in self.fleet.venues]

    def public(self, code: str) -> Api:
        """A visitor's view of one of the venues."""
        if code not in self.visitors:
            self.visitors[code] = Api(self.fleet.url(code), who=code)
        return self.visitors[code]

    def command(self, code: str, *arguments: str, given: str = "") -> dict[str, Any]:
        """What the keepers of one venue do with the machine in hand."""
        try:
            said = self.fleet.run_command(code, *arguments, given=given)
        except RuntimeError as error:
            raise StepFailed(str(error)) from error
        return dict(json.loads(said.strip().splitlines()[-1]))

    def staff(self, code: str, *posts: str) -> Case:
        """Open a venue's office with these posts of the demo's officers."""
        api = self.public(code)
        registration = Registration(api, self.fleet.state(code) / "mail")
        appointed = self.command(
            code,
            *("officer", "appoint", ADMINISTRATOR, "--name", "系统管理员 Administrator"),
            *("--password-stdin", "--json"),
            given=PASSWORD + "\n",
        )
        administrator = registration.token(
            ADMINISTRATOR, "Administrator", secret=appointed["totp_secret"]
        )
        case = Case(self.narrator, api, registration, administrator, patience=PATIENCE)
        for key in posts:
            roles, zh, en = POSTS[key]
            email = f"{key}@{people.DOMAIN}"
            registration.account(email, f"{zh} {en}")
            secret = registration.second_factor(registration.token(email, en))
            for role in roles:
                administrator.post("/api/v1/officers", {"email": email, "role": role})
            case.officers[key] = registration.token(email, en, secret=secret)
        self.cases[code] = case
        return case
