"""
The ten venues of the demo: the exchange of Shanghai and the nine that joined it in 2021.
"""

from hutong.node.fleet import FleetVenue


def _venue(code: str, zh: str, en: str, region: str) -> FleetVenue:
    return FleetVenue(code=code, name_zh=f"{zh}（演示）", name_en=f"{en} (demo)", region=region)


SHANGHAI = _venue("SHTE", "上海技术交易所", "Shanghai Technology Exchange", "CN-SH")
SHENZHEN = _venue("SZTE", "深圳技术交易所", "Shenzhen Technology Exchange", "CN-GD")
CHENGDU = _venue("CDTE", "成都技术交易所", "Chengdu Technology Exchange", "CN-SC")
SHANDONG = _venue("SDTE", "山东技术交易所", "Shandong Technology Exchange", "CN-SD")
VENUES = (
    SHANGHAI,
    SHENZHEN,
    SHANDONG,
    CHENGDU,
    _venue("HNTE", "海南技术交易所", "Hainan Technology Exchange", "CN-HI"),
    _venue("GZTE", "广州技术交易所", "Guangzhou Technology Exchange", "CN-GD"),
    _venue("SXTE", "山西技术交易所", "Shanxi Technology Exchange", "CN-SX"),
    _venue("CSTE", "长沙技术交易所", "Changsha Technology Exchange", "CN-HN"),
    _venue("GXTE", "广西技术交易所", "Guangxi Technology Exchange", "CN-GX"),
    _venue("AHTE", "安徽技术交易所", "Anhui Technology Exchange", "CN-AH"),
)
