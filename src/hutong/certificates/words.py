"""
Words that stand on a certificate in both languages at once, Chinese first.

A certificate is bilingual whatever its reader's language, so these are pairs, not catalogue
entries. Pure.
"""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Final, NamedTuple

from hutong.kit.regions import region_name


class Pair(NamedTuple):
    zh: str
    en: str


TECHNOLOGY_KINDS: Final = {
    "patent": Pair("专利", "Patent"),
    "patent_application": Pair("专利申请", "Patent application"),
    "software_copyright": Pair("软件著作权", "Software copyright"),
    "ic_layout": Pair("集成电路布图设计", "Integrated circuit layout"),
    "plant_variety": Pair("植物新品种", "Plant variety"),
    "know_how": Pair("技术秘密", "Know-how"),
    "achievement": Pair("技术成果", "Technological achievement"),
    "bundle": Pair("成果包", "Bundle"),
}
NUMBERS: Final = {
    "application": Pair("申请号", "Application no."),
    "publication": Pair("公开号", "Publication no."),
    "grant": Pair("授权公告号", "Grant no."),
    "registration": Pair("登记证号", "Registration no."),
}
IDENTIFIERS: Final = {
    "uscc": Pair("统一社会信用代码", "USCC"),
    "lei": Pair("法人机构识别编码", "LEI"),
    "ror": Pair("研究机构标识", "ROR"),
}
WAYS: Final = {
    "auction": Pair("网络竞价", "Online bidding"),
    "single": Pair("挂牌转让（单一受让方）", "Listing, single qualified buyer"),
    "posted_price": Pair("挂牌价成交", "Posted price"),
    "negotiated": Pair("协议交易", "Negotiation"),
    "sealed": Pair("密封报价", "Sealed bid"),
    "dutch": Pair("降价竞价", "Descending-price bidding"),
    "agreement": Pair("协议定价", "Agreed price"),
    "selection": Pair("评选", "Scored selection"),
    "open_licence": Pair("开放许可", "Open licence"),
    "demand": Pair("需求对接", "Answer to a demand"),
    "challenge": Pair("揭榜挂帅", "Open challenge"),
}
ENTRY_KINDS: Final = {
    "first_registration": Pair("首次登记", "First registration"),
    "transfer": Pair("转移登记", "Transfer"),
    "redistribution": Pair("共有变更登记", "Change among co-owners"),
    "empowerment": Pair("赋权登记", "Empowerment of researchers"),
    "licence": Pair("许可登记", "Licence"),
    "sublicence": Pair("分许可登记", "Sublicence"),
    "long_term_use": Pair("长期使用权登记", "Long-term use"),
    "surrender": Pair("许可放弃登记", "Surrender of a licence"),
    "termination": Pair("许可终止登记", "Termination of a licence"),
    "freeze": Pair("查封、冻结登记", "Freeze"),
    "lift": Pair("解封、解冻登记", "Lifting of a freeze"),
    "pledge": Pair("质押登记", "Pledge"),
    "consent": Pair("同意处置登记", "Consent to a disposal"),
    "pre_emption": Pair("优先购买权登记", "Pre-emption"),
    "state_funding": Pair("财政资助义务登记", "Public funding duty"),
    "release": Pair("限制注销登记", "Release of a restriction"),
    "cancellation": Pair("注销登记", "Cancellation"),
    "struck_out": Pair("撤销登记事项", "Entry struck out"),
}
LICENCE_MODES: Final = {
    "exclusive": Pair("独占许可", "Exclusive licence"),
    "sole": Pair("排他许可", "Sole licence"),
    "ordinary": Pair("普通许可", "Ordinary licence"),
}
YES_NO: Final = {"yes": Pair("可以", "Yes"), "no": Pair("不可以", "No")}
CONTRACT_KINDS: Final = {
    "commissioned_development": Pair("技术开发（委托）", "Development, commissioned"),
    "cooperative_development": Pair("技术开发（合作）", "Development, cooperative"),
    "transfer": Pair("技术转让", "Transfer"),
    "licence": Pair("技术许可", "Licence"),
    "consulting": Pair("技术咨询", "Consulting"),
    "service": Pair("技术服务", "Service"),
}
EXPORT_CLASSES: Final = {
    "free": Pair("自由类", "Free"),
    "restricted": Pair("限制类", "Restricted"),
}
DIRECTIONS: Final = {"import": Pair("进口", "Import"), "export": Pair("出口", "Export")}
VALUATION_METHODS: Final = {
    "cost": Pair("成本法", "Cost"),
    "income": Pair("收益法（许可费节省）", "Income (relief from royalty)"),
    "market": Pair("市场法", "Market"),
}
TRAINING_RESULTS: Final = {
    "passed": Pair("合格", "Passed"),
    "distinction": Pair("优秀", "Passed with distinction"),
}
CAPABILITIES: Final = {  # PA-6
    "valuation": Pair("价值评估", "Valuation"),
    "custody": Pair("成果托管", "Custody"),
    "lending": Pair("融资贷款", "Lending"),
    "ip_agency": Pair("知识产权代理", "IP agency"),
    "legal": Pair("法律服务", "Legal services"),
    "technology_manager": Pair("技术经理人服务", "Technology management"),
    "training": Pair("培训", "Training"),
}
PARTY_KINDS: Final = {
    "enterprise": Pair("企业", "Enterprise"),
    "university": Pair("高等院校", "University"),
    "research_institute": Pair("科研院所", "Research institute"),
    "government": Pair("政府机构", "Government body"),
    "service_institution": Pair("服务机构", "Service institution"),
    "individual": Pair("自然人", "Individual"),
}
CURRENCIES: Final = {
    "CNY": Pair("人民币", "Chinese yuan"),
    "USD": Pair("美元", "US dollar"),
    "EUR": Pair("欧元", "Euro"),
    "HKD": Pair("港元", "Hong Kong dollar"),
    "JPY": Pair("日元", "Japanese yen"),
}
MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def technology_kind(kind: str) -> Pair:
    return TECHNOLOGY_KINDS.get(kind, Pair(kind, kind))


def number_name(scheme: str) -> Pair:
    return NUMBERS.get(scheme, Pair(scheme, scheme))


def identifier_name(scheme: str) -> Pair:
    return IDENTIFIERS.get(scheme.lower(), Pair(scheme.upper(), scheme.upper()))


def chosen(choices: Mapping[str, Pair], code: str) -> Pair:
    return choices.get(code, Pair(code, code))


def region(code: str) -> str:
    """上海市 Shanghai; a place nobody named by the nearest around it, with its code."""
    name = region_name(code)
    return code if name.zh == name.en else f"{name.zh} {name.en}"


def day(value: date) -> Pair:
    """2022年7月20日 / 20 July 2022."""
    return Pair(
        f"{value.year}年{value.month}月{value.day}日",
        f"{value.day} {MONTHS[value.month - 1]} {value.year}",
    )


def share(value: Fraction) -> str:
    """Write a share exactly: 100 %, 37.5 %, or 1/3 where no short decimal is exact."""
    percent = value * 100
    if (percent * 100).denominator == 1:
        whole, hundredths = divmod(int(percent * 100), 100)
        decimals = f".{hundredths:02d}".rstrip("0") if hundredths else ""
        return f"{whole}{decimals}%"
    return f"{value.numerator}/{value.denominator}"
