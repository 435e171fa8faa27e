"""
Lead and home venues played against each other: whatever is late, repeated, refused or ended meanwhile, a
deal ends in one defined way and the books of all venues agree (DL-2, NE-3, SE-5).

Messages of a direction keep their order and are handled once, as the network's are; between directions,
and between venues, there is no order.
"""

from collections import deque
from functools import partial
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hutong.deals import parts
from hutong.deals.parts import OVER, Asking, MovingBegun, Part, PartStatus
from hutong.deals.rules import Status as Deal
from hutong.deals.rules import Terminated
from hutong.kit.refusal import Refused
from hutong.network.sales import rules
from hutong.network.sales.rules import LIVE, Sale, Status

DEAL, DIGEST = uuid4(), "sha256:" + "0" * 64
AMOUNTS = {"SZTE": 300, "SDTE": 500}
LEAD = 201
PRICE = LEAD + sum(AMOUNTS.values())


class Home:
    """A part's home venue: its sale, its register, its books."""

    def __init__(self, venue, part):
        self.venue, self.part, self.amount = venue, part, AMOUNTS[venue]
        self.sale, self.frozen, self.step_missing = None, False, True
        self.escrow = self.guaranteed = self.owed_to_us = self.credited = 0
        self.said = deque()

    def take(self, events):
        self.sale = rules.evolve(self.sale, events)

    def answer(self, what):
        """What is answered to the lead venue; a refusal changes nothing."""
        try:
            return what, getattr(self, f"on_{what}")()
        except Refused as refused:
            return what, refused

    def on_award(self):
        if self.sale is None:
            self.sale = Sale(
                part=self.part,
                deal=DEAL,
                lead_venue="SHTE",
                amount_fen=self.amount,
                contract_digest=DIGEST,
            )

    def on_assure(self):
        events = rules.assure(self._known())
        if events:
            self.escrow, self.guaranteed = self.amount, self.amount
            self.take(events)
        self.see_whether_ready()

    def on_move(self):
        events = rules.move(self._known(), ())
        if not events:
            return
        if self.frozen:
            raise Refused(rules.Refusal.OUT_OF_STATE, status="frozen", needed="free")
        self.escrow -= self.amount
        self.guaranteed -= self.amount
        self.owed_to_us += self.amount
        self.credited += self.amount
        self.take(events)

    def on_end(self):
        if self.sale is None:
            return
        was = self.sale.status
        events = rules.end(self.sale)
        if events and was in rules.HELD:
            self.escrow, self.guaranteed = 0, 0
        self.take(events)

    def _known(self):
        if self.sale is None:
            raise Refused(rules.Refusal.UNKNOWN_PART)
        return self.sale

    def see_whether_ready(self):
        if self.sale is None:
            return
        events = rules.be_ready(self.sale, steps_missing=self.step_missing)
        self.take(events)
        if events:
            self.said.append("ready")

    def may(self):
        moves = {
            "freeze": not self.frozen and self._freeze,
            "lift": self.frozen and self._lift,
            "office": self.step_missing and self._office,
        }
        if self.sale and self.sale.status is Status.AWARDED and not self.frozen:
            moves["accept"] = self._accept
        return moves

    def _freeze(self):
        self.frozen = True

    def _lift(self):
        self.frozen = False

    def _office(self):
        self.step_missing = False
        self.see_whether_ready()

    def _accept(self):
        self.take(rules.sign(self.sale, text_digest=DIGEST, person=uuid4(), party=uuid4()))
        self.said.append("accept")


class Lead:
    """The lead venue: the deal, its parts, and the one price in escrow."""

    def __init__(self):
        self.status, self.moving = Deal.AGREED, False
        self.parts = {
            v: Part(id=uuid4(), deal=DEAL, venue=v, amount_fen=a) for v, a in AMOUNTS.items()
        }
        self.own = Part(id=uuid4(), deal=DEAL, venue="SHTE", amount_fen=LEAD, lead=True)
        self.escrow = self.buyer_back = self.lead_seller = 0
        self.owed = dict.fromkeys(AMOUNTS, 0)
        self.out = {venue: deque() for venue in AMOUNTS}

    def take(self, venue, events):
        self.parts[venue] = parts.evolve(self.parts[venue], events)

    def ask(self, venue, what):
        events = parts.ask(self.parts[venue], what)
        self.take(venue, events)
        if events:
            self.out[venue].append(what.value)

    def may(self):
        moves = {}
        if self.status is Deal.SIGNED:
            moves["pay"] = self.pay
        if self.status in (Deal.AGREED, Deal.SIGNED, Deal.PAID) and not self.moving:
            moves["terminate"] = self.terminate
        if self.status is Deal.PAID and not self.moving and self.all_ready():
            moves["decide"] = self.decide
        for venue, part in self.parts.items():
            if part.refused and not part.is_over:
                moves[f"again {venue}"] = partial(self.ask, venue, parts.to_ask_again(part))
                if part.status is PartStatus.ASKED:
                    moves[f"give up {venue}"] = partial(self.give_up, venue)
        return moves

    def all_ready(self):
        try:
            parts.check_movable([*self.parts.values(), self.own])
        except Refused:
            return False
        return True

    def pay(self):
        self.status, self.escrow = Deal.PAID, PRICE
        for venue in AMOUNTS:
            self.ask(venue, Asking.ASSURE)

    def decide(self):
        self.moving = True
        self.escrow -= LEAD
        self.lead_seller += LEAD
        for venue in AMOUNTS:
            self.take(venue, [MovingBegun(deal=DEAL, number="1")])
            self.ask(venue, Asking.MOVE)

    def terminate(self):
        ended = Terminated(deal=DEAL, number="1", was=self.status, reason="")
        self.status = Deal.TERMINATED
        self.buyer_back += self.escrow
        self.escrow = 0
        for venue in AMOUNTS:
            self.take(venue, [ended])
            self.out[venue].append("end")

    def give_up(self, venue):
        self.take(venue, parts.propose_return(self.parts[venue], reason="frozen"))
        self.take(venue, parts.give_back(self.parts[venue], reason="frozen"))
        self.out[venue].append("end")
        self._see_whether_done()

    def hear(self, venue, said):
        part = self.parts[venue]
        if said == "ready":
            self.take(venue, parts.be_ready(part))
            return
        try:
            self.take(venue, parts.accept(part, contract_digest=DIGEST))
        except Refused:
            return  # the deal has ended: what it bound is freed by the word on its way
        if self.status is Deal.AGREED and not any(p.awaits_signature for p in self.parts.values()):
            self.status = Deal.SIGNED

    def answered(self, venue, what, said):
        if what == "end":
            return
        if isinstance(said, Refused):
            self.take(venue, parts.refuse(self.parts[venue], Asking(what), "why"))
        elif what == "move":
            events = parts.move(self.parts[venue])
            self.take(venue, events)
            if events:
                self.escrow -= AMOUNTS[venue]
                self.owed[venue] += AMOUNTS[venue]
                self._see_whether_done()

    def _see_whether_done(self):
        if self.moving and all(part.is_over for part in self.parts.values()):
            self.buyer_back += self.escrow
            self.escrow, self.status = 0, Deal.MOVED


class Network:
    def __init__(self):
        self.lead = Lead()
        self.homes = {v: Home(v, part.id) for v, part in self.lead.parts.items()}
        self.answers = {venue: deque() for venue in AMOUNTS}
        self.delivered = {venue: [] for venue in AMOUNTS}
        for venue in AMOUNTS:
            self.lead.ask(venue, Asking.AWARD)

    def may(self):
        moves = dict(self.lead.may())
        for venue, home in self.homes.items():
            moves |= {f"{name} {venue}": move for name, move in home.may().items()}
        moves |= self.on_the_way()
        return {name: move for name, move in moves.items() if move}

    def on_the_way(self):
        moves = {}
        for venue, home in self.homes.items():
            if self.lead.out[venue]:
                moves[f"deliver {venue}"] = partial(self.deliver, venue)
            if self.answers[venue]:
                moves[f"answer {venue}"] = partial(self.hear_answer, venue)
            if home.said:
                moves[f"hear {venue}"] = partial(self.hear, venue)
        return moves

    def deliver(self, venue):
        what, said = self.homes[venue].answer(self.lead.out[venue].popleft())
        if not isinstance(said, Refused):  # a refusal is kept, and given again as it was
            self.delivered[venue].append(what)
        self.answers[venue].append((what, said))

    def deliver_again(self, venue):
        """An old word comes once more; its answer is known, and heard by nobody."""
        if self.delivered[venue]:
            self.homes[venue].answer(self.delivered[venue][-1])

    def hear_answer(self, venue):
        self.lead.answered(venue, *self.answers[venue].popleft())

    def hear(self, venue):
        self.lead.hear(venue, self.homes[venue].said.popleft())

    def run_out(self):
        while moves := self.on_the_way():
            moves[next(iter(moves))]()

    def check(self):
        """What holds at every moment."""
        lead = self.lead
        held = lead.escrow + lead.buyer_back + lead.lead_seller + sum(lead.owed.values())
        assert held in (0, PRICE), "no fen is lost or made"
        for venue, home in self.homes.items():
            part = lead.parts[venue]
            assert home.escrow == home.guaranteed
            assert home.owed_to_us == home.credited
            assert home.credited in (0, AMOUNTS[venue]), "nobody is paid twice"
            if home.credited:
                assert part.status in (PartStatus.ASKED, PartStatus.MOVED)
                assert not part.refused
            if part.status is PartStatus.RETURNED:
                assert not home.credited, "nothing goes back that was moved"
            if lead.owed[venue]:
                assert home.credited, "we owe only for what has moved"
            if home.escrow or home.credited:
                assert lead.escrow >= 0


HAPPY = (
    *("deliver SZTE", "deliver SDTE", "answer SZTE", "answer SDTE"),
    *("accept SZTE", "accept SDTE", "hear SZTE", "hear SDTE", "pay"),
    *("deliver SZTE", "deliver SDTE", "answer SZTE", "answer SDTE"),
    *("office SZTE", "office SDTE", "hear SZTE", "hear SDTE", "decide"),
    *("deliver SZTE", "answer SZTE", "deliver SDTE", "answer SDTE"),
)


def test_the_happy_path_pays_every_seller_and_ends():
    network = Network()
    for name in HAPPY:
        network.may()[name]()
        network.check()
    assert network.lead.status is Deal.MOVED
    assert network.lead.owed == AMOUNTS
    assert {home.credited for home in network.homes.values()} == set(AMOUNTS.values())
    assert network.lead.lead_seller == LEAD
    assert network.lead.buyer_back == 0


@settings(max_examples=500, deadline=None)
@given(st.data())
def test_every_sale_ends_in_one_way_with_the_books_of_all_venues_equal(data):
    """Some way along the happy path, then whatever can happen does: at a venue, on the way, or an old
    word comes once more. In the end everybody answers, freezes are lifted or the part is given up."""
    network = Network()
    lead, homes = network.lead, network.homes
    for name in HAPPY[: data.draw(st.integers(0, len(HAPPY)))]:
        if move := network.may().get(name):
            move()
    for _ in range(data.draw(st.integers(0, 40))):
        if data.draw(st.integers(0, 7)) == 0:
            network.deliver_again(data.draw(st.sampled_from(sorted(AMOUNTS))))
        elif moves := network.may():
            moves[data.draw(st.sampled_from(sorted(moves)))]()
        network.check()
    network.run_out()
    network.check()

    lifts = data.draw(st.booleans())
    for _ in range(4):  # officers bring it to its end
        moves = network.may()
        for venue in AMOUNTS:
            if lifts and homes[venue].frozen:
                moves[f"lift {venue}"]()
            again = "again" if lifts else "give up"
            if f"{again} {venue}" in moves:
                moves[f"{again} {venue}"]()
        if not lead.moving and "terminate" in moves:
            moves["terminate"]()
        network.run_out()
        network.check()

    assert lead.status in (Deal.MOVED, Deal.TERMINATED)
    assert lead.escrow == 0
    for venue, home in homes.items():
        part = lead.parts[venue]
        assert part.status in OVER
        assert home.sale is None or home.sale.status not in LIVE
        moved = part.status is PartStatus.MOVED
        assert moved is bool(home.sale and home.sale.status is Status.MOVED)
        assert lead.owed[venue] == home.owed_to_us == (AMOUNTS[venue] if moved else 0)
        assert (home.escrow, home.guaranteed) == (0, 0)
    if lead.status is Deal.TERMINATED:
        assert lead.buyer_back in (0, PRICE)
        assert not any(home.credited for home in homes.values())
    else:
        given_back = [v for v, p in lead.parts.items() if p.status is PartStatus.RETURNED]
        assert lead.buyer_back == sum(AMOUNTS[v] for v in given_back)


@pytest.mark.parametrize("status", [s for s in Status if s is not Status.MOVED])
def test_what_has_not_moved_can_be_ended_and_what_has_moved_cannot(status):
    sale = Sale(part=uuid4(), deal=DEAL, lead_venue="SHTE", amount_fen=1, status=status)
    assert rules.evolve(sale, rules.end(sale)).status is Status.ENDED
    moved = Sale(part=uuid4(), deal=DEAL, lead_venue="SHTE", amount_fen=1, status=Status.MOVED)
    with pytest.raises(Refused):
        rules.end(moved)


def test_a_part_is_given_up_only_after_its_venue_has_answered_that_it_did_not_move_it():
    part = Part(id=uuid4(), deal=DEAL, venue="SZTE", amount_fen=1, status=PartStatus.ASKED)
    with pytest.raises(Refused) as refused:
        parts.propose_return(part, reason="late")
    assert refused.value.reason is parts.Refusal.NOT_REFUSED
    part = parts.evolve(part, parts.refuse(part, Asking.MOVE, "frozen"))
    part = parts.evolve(part, parts.propose_return(part, reason="frozen"))
    again = parts.evolve(part, parts.ask(part, Asking.MOVE))
    with pytest.raises(Refused):
        parts.give_back(again, reason="frozen")
    assert not again.return_proposed, "asking again drops the proposal"
