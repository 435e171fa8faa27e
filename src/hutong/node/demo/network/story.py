"""
The network's story: ten venues joined, a listing seen at all, an order across, a venue killed.
"""

import time

from hutong.node.demo.client import wait_for
from hutong.node.demo.network import checking, joining, joint_sale, procedures, projects, trading
from hutong.node.demo.network.venues import CHENGDU, SHANDONG, SHANGHAI, SHENZHEN
from hutong.node.demo.network.world import RULES, SECOND, World
from hutong.node.presence import who_runs

HOME, ABROAD, THIRD, VICTIM = SHANGHAI.code, SHENZHEN.code, SHANDONG.code, CHENGDU.code
OFFICE = ("registrar", "listing", SECOND, "compliance")
STAFF = {
    HOME: (*OFFICE, RULES, "trading", "cashier", "controller"),
    ABROAD: (*OFFICE, RULES, "cashier", "controller"),
    THIRD: (*OFFICE, "cashier"),
    VICTIM: OFFICE,
}


def play(world: World) -> None:
    """Play the whole story. Raises StepFailed where a venue does not do its part."""
    tell = world.narrator
    with tell.step("各家开业：人员与机构", "Officers and institutions take their posts"):
        joining.open_offices(world, STAFF)
    with tell.step("各交易场所结为一网", "The venues become one network (NE-1)"):
        joining.join_all(world)
    home, abroad, third = (world.cases[code] for code in (HOME, ABROAD, THIRD))
    with tell.step("登记：各卖方在本所登记成果", "Sellers register at home (NE-5, RR-7)"):
        trading.verify(home, trading.SELLER, trading.LOCAL)
        trading.verify(abroad, trading.ABROAD)
        trading.verify(third, joint_sale.BUYER)
        trading.apply_at_home_for_registration(world, HOME)
        bundles = projects.register(world, projects.SEVEN)
    with tell.step(
        "七个联合项目", "Seven joint projects of sellers at several venues (NE-3, TE-4)"
    ):
        seven = projects.offer_together(world, projects.SEVEN, bundles)
        sold = next(one for one in seven if one.plan is projects.SOLD)
    with tell.step("流程模板", "A procedure template, published and adopted (PA-5)"):
        procedures.publish_and_adopt(world, HOME, ABROAD)
    with tell.step("联合挂牌：一处挂牌，全网可见", "Listed at one, seen at all (NE-3)"):
        listing = trading.list_at_home(world, HOME)
        seconds = trading.seen_everywhere(world, HOME, listing)
        tell.say(f"{seconds:.1f} 秒内各家可见 seen at the others")
        tell.note(visible_everywhere_seconds=round(seconds, 1))
    with tell.step("跨所意向与担保", "An order through another venue; its guarantee (NE-4, PA-4)"):
        order = trading.apply_abroad(world, HOME, ABROAD, trading.ABROAD, listing)["id"]
        joint = trading.apply_abroad(world, HOME, THIRD, joint_sale.BUYER, sold.listing)["id"]
        trading.apply_at_home(world, HOME, listing)
    with tell.step("一家突然断线", "One venue is killed (NE-6)"):
        before = who_runs(world.fleet.state(VICTIM))
        world.fleet.kill(VICTIM)
        tell.say(f"{VICTIM} kill -9")
    with tell.step("跨所竞价", "An auction with bids relayed (AU-4, NE-4)"):
        trading.bid(world, HOME, ABROAD, listing, order)
    with tell.step("成交、付款、交割", "Contract, price, right against money (DL-2)"):
        trading.conclude(world, HOME, ABROAD, order)
    with tell.step("联合项目成交", "A joint project sold across three venues (NE-3, DL-2)"):
        joint_sale.conclude(world, sold, THIRD, joint)
        owed = [trading.books_agree(world, HOME, code) for code in (ABROAD, THIRD)]
        tell.note(cleared_fen=sum(owed))
    with tell.step("断线者归来", "The killed venue is back (NE-6)"):
        wait_for(
            f"{VICTIM} to be back",
            lambda: who_runs(world.fleet.state(VICTIM)) not in (before, None),
            seconds=90,
        )
        world.fleet.wait_ready(90)
        checking.papers_made(world)
    with tell.step("各家镜像赶上", "Every mirror has caught up (LO-4)"):
        started = time.monotonic()
        checking.mirrors_agree(world)
        tell.note(caught_up_seconds=round(time.monotonic() - started, 1))
        joint_sale.sold_everywhere(world, sold)
    with tell.step("全面核对", "The doctors re-derive everything"):
        checking.doctors(world)
