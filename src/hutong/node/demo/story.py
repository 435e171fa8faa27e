"""
The case the demo plays: from sign-up to certificates, through the public API.

    parties ─► technologies ─► rights (notice) ─► licence ─► listings ─► intents, deposits ─► auction
            ─► contract ─► payment ─► right against money ─► payout ─► certificates ─► doctor
"""

from hutong.node.demo import licensing, supply, trade
from hutong.node.demo.case import Case


def play(case: Case) -> None:
    """Play the whole case. Raises StepFailed where the venue does not do its part."""
    tell = case.narrator
    with tell.step("工作人员到岗", "Officers take up their posts"):
        supply.take_posts(case)
    with tell.step("机构注册与核验", "Institutions sign up and are verified (PA-1, PA-3)"):
        supply.verify_institutions(case)
    with tell.step("35 项技术成果以工作簿进场", "35 technologies enter by workbook (TE-5)"):
        supply.enter_technologies(case)
    with tell.step("权益登记：申请、审查、公示", "Rights: application, notice, register (RR-7)"):
        supply.register_rights(case)
    with tell.step("许可登记", "A licence is registered (RR-2, RR-4)"):
        licensing.register_licence(case)
    with tell.step("挂牌", "Listings open (LI-1, LI-2)"):
        trade.open_listings(case)
    with tell.step("受让意向与保证金", "Intents and deposits (LI-4, SE-3)"):
        trade.apply_and_deposit(case)
    with tell.step("挂牌期满，机械判定", "The cut-off decides (LI-5)"):
        lot = trade.reach_cut_off(case)
    with tell.step("网络竞价", "The auction, live (AU-1, AU-4)"):
        trade.hold_auction(case, lot)
    with tell.step("成交：合同确认", "The deal: contract accepted by both (DL-1)"):
        deal = trade.sign_contract(case)
    with tell.step("付款，权益与价款同时交割", "Payment; right against money (DL-2, RR-11)"):
        trade.settle(case, deal)
    with tell.step("出款，四眼复核", "Payout with four eyes (PA-5, SE-3)"):
        trade.pay_out(case)
    with tell.step("凭证出具与核验", "Certificates, each verified (CE-1, CE-2)"):
        trade.verify_certificates(case, deal)
