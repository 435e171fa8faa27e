"""
What the demo's story knows as it goes on, and the small things it does again and again.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from hutong.node.demo.client import PATIENCE_SECONDS, Api, StepFailed, wait_for
from hutong.node.demo.narrator import Narrator
from hutong.node.demo.people import Registration

MOST_JUMPS = 40


@dataclass
class Case:
    """What the story knows as it goes on."""

    narrator: Narrator
    public: Api
    registration: Registration
    administrator: Api
    officers: dict[str, Api] = field(default_factory=dict)
    members: dict[str, Api] = field(default_factory=dict)
    parties: dict[str, str] = field(default_factory=dict)
    technologies: dict[str, list[str]] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    listings: dict[str, str] = field(default_factory=dict)
    waiting: list[str] = field(default_factory=list)  # applications to be accepted
    licences: int = 0
    bank_lines: int = 0
    patience: float = PATIENCE_SECONDS  # with the follow-up work of one venue

    def work(self) -> dict[str, Any]:
        return dict(self.administrator.get("/api/v1/venue/work"))

    def settle_down(self) -> None:
        """Wait until all follow-up work is done; a parked entry ends the story."""

        def quiet() -> bool:
            work = self.work()
            if work["parked"]:
                told = self.administrator.get("/api/v1/venue/parked")
                if told and told[0]["attempts"] > 3:
                    raise StepFailed(f"parked: {told[0]['reaction']}: {told[0]['error']}")
            return bool(work["quiet"]) and not work["parked"]

        wait_for("the venue's follow-up work", quiet, seconds=self.patience)

    def jump_until(self, what: str, reached: Callable[[], Any]) -> None:
        """Let the demo clock jump from due moment to due moment until `reached()`."""
        for _ in range(MOST_JUMPS):
            self.settle_down()
            if reached():
                return
            now = self.administrator.post("/api/v1/venue/clock/jump")["now"]
            self.narrator.say(f"时钟跳至 clock jumps to {now[:16]}Z")
        raise StepFailed(f"{what} was not reached in {MOST_JUMPS} jumps")

    def jump_patiently_until(
        self, what: str, reached: Callable[[], Any], *, seconds: float, every: float = 0.5
    ) -> None:
        """Jump whenever nothing is in the clock's way until `reached()`, whatever papers are made
        meanwhile."""

        def over() -> bool:
            if reached():
                return True
            try:
                now = self.administrator.post("/api/v1/venue/clock/jump")["now"]
            except StepFailed:
                return False  # something is still going on: the clock waits for it
            self.narrator.say(f"时钟跳至 clock jumps to {now[:16]}Z")
            return False

        wait_for(what, over, seconds=seconds, every=every)

    def bank_line(self) -> str:
        self.bank_lines += 1
        return f"DEMO{self.bank_lines:06d}"


def upload(api: Api, name: str, text: str, access: str = "secret") -> str:
    """Store a small text document; returns its id."""
    stored = api.post(
        "/api/v1/documents",
        files={"file": (name, text.encode(), "text/plain")},
        data={"access": access},
    )
    return str(stored["id"])


def accept_listing(
    officer: Api, listing: str, findings: str = "权属、材料、优先购买权均已核对"
) -> dict[str, Any]:
    """The listing officer finds everything in order: it is on the board (LI-2)."""
    return dict(
        officer.post(
            f"/api/v1/listings/{listing}/examine",
            {
                "decision": "accept",
                "checklist": {"title": True, "completeness": True, "pre_emption": True},
                "export_class": "free",
                "findings": findings,
            },
        )
    )


def record_outside_steps(case: Case, entries: Iterable[str]) -> None:
    """The patent office has recorded these transfers; the registrar says so (RR-11)."""
    registrar, now = case.officers["registrar"], case.public.get("/api/v1/venue/clock")["now"][:10]
    for entry in entries:
        evidence = upload(registrar, "office.txt", "国家知识产权局手续合格通知书（演示）")
        registrar.post(
            f"/api/v1/rights/disposals/{entry}/outside-step",
            {
                "filed_on": now,
                "effective_on": now,
                "office_number": "2022070800123450",
                "evidence": [evidence],
            },
        )


def pay(case: Case, payable: dict[str, Any], payer: str) -> None:
    """The bank tells of money; the settlement officer records it."""
    now = case.public.get("/api/v1/venue/clock")["now"]
    case.officers["cashier"].post(
        "/api/v1/receipts",
        {
            "reference": payable["reference"],
            "amount_fen": payable["missing_fen"],
            "bank_reference": case.bank_line(),
            "value_date": now[:10],
            "payer_name": payer,
        },
    )
