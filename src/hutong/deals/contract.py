"""
The technology transfer contract, drafted from the deal (CO-1; Civil Code, book 3, chapter 20).

    terms of the deal → one text in Chinese and English → its exact bytes, which both sides accept

Pure and deterministic: the same terms give the same bytes. The document number is random, so that
the digest, which is public, tells nothing about the text, which is not.
"""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from hutong.kit.money import CNY, in_capitals, plain

TEMPLATE = "technology-transfer/1"

KINDS = {
    "patent": ("专利权", "patent"),
    "patent_application": ("专利申请权", "patent application"),
    "software_copyright": ("计算机软件著作权", "software copyright"),
    "ic_layout": ("集成电路布图设计专有权", "integrated circuit layout"),
    "plant_variety": ("植物新品种权", "plant variety right"),
    "know_how": ("技术秘密", "know-how"),
    "achievement": ("科技成果", "scientific and technological achievement"),
    "bundle": ("技术成果包", "bundle of technologies"),
}
SCHEMES = {
    "uscc": ("统一社会信用代码", "unified social credit code"),
    "lei": ("法人机构识别编码", "LEI"),
    "ror": ("研究机构标识", "ROR"),
}
NUMBERS = {
    "application": ("申请号", "application no."),
    "publication": ("公布号", "publication no."),
    "grant": ("授权公告号", "grant no."),
    "registration": ("登记号", "registration no."),
}
MODES = {
    "exclusive": ("独占许可", "an exclusive licence, to the exclusion of Party A itself,"),
    "sole": ("排他许可", "a sole licence, beside Party A's own use,"),
    "ordinary": ("普通许可", "an ordinary licence"),
}
WAYS = {
    "auction": ("网络竞价", "online bidding"),
    "single": (
        "公开挂牌，期满征得一个合格受让方",
        "public listing with one qualified buyer at its end",
    ),
    "negotiated": ("协议交易", "negotiation"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractParty:
    name_zh: str
    name_en: str
    identifiers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractTechnology:
    title_zh: str
    title_en: str
    kind: str
    numbers: tuple[tuple[str, str], ...] = ()
    expires_on: date | None = None
    at_an_office: bool = False  # its transfer takes effect by entry at an office (RR-11)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractLicence:
    """What is licensed; absent, the right itself is transferred."""

    mode: str
    territory: str
    without: str
    fields: str
    ends_on: date
    sublicensable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractPart:
    """A bundle of a joint project, its seller, and what part of the price is that seller's."""

    venue: str
    part: str
    title_zh: str
    title_en: str
    seller_zh: str
    seller_en: str
    technologies: int
    contents: str  # digest of the list of its technologies at its home venue
    share: Fraction
    amount_fen: int
    lead: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """All the text depends on."""

    number: str
    document: str
    venue_zh: str
    venue_en: str
    demo: bool
    how: str
    source: str
    agreed_on: date
    sign_by: date
    payment_days: int
    seller: ContractParty
    buyer: ContractParty
    technologies: tuple[ContractTechnology, ...]
    share: Fraction
    licence: ContractLicence | None = None
    price_fen: int
    currency: str = CNY
    deposit_fen: int = 0
    fee_payer: str = "seller"
    rulebook_version: int = 1
    listing_title: str = ""
    conditions: str = ""
    joint: tuple[ContractPart, ...] = ()  # the lead seller's part first


def draft(terms: Terms) -> bytes:
    """Write the contract as UTF-8 Markdown, each clause first in Chinese, then in English."""
    sections = [
        _head(terms),
        _parties(terms),
        _subject_matter(terms),
        *([_joint(terms)] if terms.joint else []),
        _price(terms),
        _moving(terms),
        _duties(terms),
        _breach(terms),
        _disputes(),
        _form(terms),
    ]
    return ("\n\n".join(sections) + "\n").encode()


def _head(terms: Terms) -> str:
    way_zh, way_en = WAYS.get(terms.how, (terms.how, terms.how))
    lines = [
        "# 技术许可合同 · Technology Licence Contract"
        if terms.licence
        else "# 技术转让合同 · Technology Transfer Contract",
        *(
            ["> **演示 · 不具法律效力 Demonstration without legal effect**", ""]
            if terms.demo
            else []
        ),
        f"- 合同编号 Contract no.: **{terms.number}**",
        f"- 文件标识 Document: `{terms.document}`",
        f"- 交易场所 Venue: {_line(terms.venue_zh)} · {_line(terms.venue_en)}",
        f"- 成交方式 Reached by: {way_zh} · {way_en} (`{terms.source}`)",
        f"- 成交日期 Agreed on: {terms.agreed_on.isoformat()}",
        f"- 适用交易规则 Rulebook: 第 {terms.rulebook_version} 版 · version {terms.rulebook_version}",
    ]
    if terms.listing_title:
        lines.append(f"- 挂牌项目 Listing: {_line(terms.listing_title)}")
    return lines[0] + "\n\n" + "\n".join(lines[1:])


def _parties(terms: Terms) -> str:
    return "\n\n".join(
        [
            "## 一、当事人 · 1 Parties",
            *(
                (
                    _party("甲方（许可方）", "Party A (licensor)", terms.seller),
                    _party("乙方（被许可方）", "Party B (licensee)", terms.buyer),
                )
                if terms.licence
                else (
                    _party("甲方（转让方）", "Party A (seller)", terms.seller),
                    _party("乙方（受让方）", "Party B (buyer)", terms.buyer),
                )
            ),
        ]
    )


def _party(role_zh: str, role_en: str, party: ContractParty) -> str:
    lines = [f"**{role_zh} {role_en}**: {_names(party.name_zh, party.name_en)}"]
    for scheme, value in party.identifiers:
        zh, en = SCHEMES.get(scheme, (scheme.upper(), scheme.upper()))
        lines.append(f"- {zh} {en}: {_line(value)}")
    return "\n".join(lines)


def _subject_matter(terms: Terms) -> str:
    if terms.licence is not None:
        return _licensed(terms, terms.licence)
    share = _share(terms.share)
    items = [_technology(n, t) for n, t in enumerate(terms.technologies, start=1)]
    return "\n\n".join(
        [
            "## 二、转让标的 · 2 Subject matter",
            f"甲方将下列 {len(items)} 项技术成果的权利份额 **{share}** 转让给乙方。"
            f"已登记的许可不因本次转让而受影响，继续约束乙方。",
            f"Party A transfers to Party B a share of **{share}** in the rights in the following"
            f" {len(items)} technologies. Registered licences are not affected by the transfer and"
            " bind Party B.",
            "\n".join(items),
        ]
    )


def _joint(terms: Terms) -> str:
    """The parts of a joint project: which bundle, registered where, whose, for how much (NE-3)."""
    return "\n\n".join(
        [
            "## 二之一、联合项目 · 2a The joint project",
            f"本合同就一个联合项目订立，共 {len(terms.joint)} 个部分。各部分的转让方均为甲方，各就自己的部分"
            "承担权利义务；上列技术成果为牵头转让方的部分，其他部分的技术成果以其登记场所的登记和下列清单"
            "摘要为准。",
            f"This contract is of one joint project of {len(terms.joint)} parts. The seller of each part is"
            " Party A for that part. The technologies listed above are the lead seller's part; those of"
            " the other parts are as registered at their home venues, by the digests of their lists.",
            "\n".join(_joint_part(n, part, terms) for n, part in enumerate(terms.joint, start=1)),
            "各部分的转让方在其登记场所以电子方式接受本文本，全体转让方和乙方都接受时合同成立。任何部分"
            "具备交割条件之前，不交割任何部分；此后各部分的权利登记与其价款在其登记场所同一笔处理中完成。"
            "此后确不能交割的部分，其价款退还乙方，其他部分不受影响。",
            "Each part's seller accepts this text electronically at its home venue; the contract is"
            " concluded when all sellers and Party B have accepted. Nothing moves before every part can;"
            " from then on each part's register entries and its share of the price move in one act at its"
            " home venue. The share of a part that then cannot move goes back to Party B; the other parts"
            " stand.",
        ]
    )


def _joint_part(n: int, part: ContractPart, terms: Terms) -> str:
    lead_zh, lead_en = ("（牵头）", " (lead)") if part.lead else ("", "")
    amount = f"{terms.currency} {plain(part.amount_fen, terms.currency)}"
    return "\n".join(
        [
            f"{n}. **{_names(part.title_zh, part.title_en)}**{lead_zh}{lead_en}",
            f"   - 登记场所 Home venue: {_line(part.venue)} · `{part.part}`",
            f"   - 转让方 Seller: {_names(part.seller_zh, part.seller_en)}",
            f"   - 技术成果 Technologies: {part.technologies} · `{part.contents}`",
            f"   - 价款份额 Share of the price: {part.share.numerator}/{part.share.denominator}"
            f" · {amount}",
        ]
    )


def _licensed(terms: Terms, licence: ContractLicence) -> str:
    """Mode, territory, field and term, as the register will hold them (RR-2)."""
    mode_zh, mode_en = MODES[licence.mode]
    items = [_technology(n, t) for n, t in enumerate(terms.technologies, start=1)]
    without = f" − {_line(licence.without)}" if licence.without else ""
    until = licence.ends_on.isoformat()
    sub_zh, sub_en = ("可以", "may") if licence.sublicensable else ("不得", "may not")
    return "\n\n".join(
        [
            "## 二、许可标的 · 2 Subject matter",
            f"甲方就下列 {len(items)} 项技术成果授予乙方**{mode_zh}**。",
            f"Party A grants Party B **{mode_en}** in the following {len(items)} technologies.",
            "\n".join(items),
            f"- 地域 Territory: {_line(licence.territory)}{without}\n"
            f"- 使用领域 Field of use: {_line(licence.fields) or '不限 · not limited'}\n"
            f"- 期限 Term: 自登记之日起至 {until} · from registration to {until}\n"
            f"- 分许可 Sublicences: 乙方{sub_zh}许可第三人 · Party B {sub_en} license others",
        ]
    )


def _technology(n: int, technology: ContractTechnology) -> str:
    zh, en = KINDS.get(technology.kind, (technology.kind, technology.kind))
    parts = [f"{n}. **{_names(technology.title_zh, technology.title_en)}** — {zh} · {en}"]
    for scheme, value in technology.numbers:
        label_zh, label_en = NUMBERS.get(scheme, (scheme, scheme))
        parts.append(f"   - {label_zh} {label_en}: {_line(value)}")
    if technology.expires_on:
        parts.append(f"   - 权利届满日 Expires on: {technology.expires_on.isoformat()}")
    return "\n".join(parts)


def _price(terms: Terms) -> str:
    amount = f"{terms.currency} {plain(terms.price_fen, terms.currency)}"
    capitals = f"（大写：人民币{in_capitals(terms.price_fen)}）" if terms.currency == CNY else ""
    payer_zh, payer_en = {
        "seller": ("甲方", "Party A"),
        "buyer": ("乙方", "Party B"),
        "both": ("双方各半", "both parties, half each"),
    }[terms.fee_payer]
    deposit = f"{terms.currency} {plain(terms.deposit_fen, terms.currency)}"
    clauses = [
        "## 三、价款与支付 · 3 Price and payment",
        f"{'许可使用费' if terms.licence else '转让价款'}为 **{amount}**{capitals}。",
        f"The price is **{amount}**.",
        f"乙方自本合同签订之日起 {terms.payment_days} 日内，将价款一次付清至交易场所的结算账户，"
        "并注明交易场所给出的付款参考号。价款由交易场所保管，至权利与价款同时交割。",
        f"Party B pays the whole price into the venue's settlement account within"
        f" {terms.payment_days} days of signing, quoting the payment reference the venue gives. The"
        " venue keeps the price until right and money move together.",
    ]
    if terms.deposit_fen:
        clauses += [
            f"乙方已交纳的保证金 {deposit} 在本合同签订时抵作价款。",
            f"The deposit of {deposit} paid by Party B is applied to the price on signing.",
        ]
    clauses += [
        f"交易服务费按交易规则收取，由{payer_zh}承担。",
        f"The venue's fee follows the rulebook and is borne by {payer_en}.",
    ]
    if terms.conditions:
        quoted = "\n".join(f"> {line}".rstrip() for line in terms.conditions.splitlines())
        clauses += ["挂牌公布的交易条件 · Conditions published with the listing:", quoted]
    return "\n\n".join(clauses)


def _moving(terms: Terms) -> str:
    if terms.licence is not None:
        return "\n\n".join(
            [
                "## 四、许可登记 · 4 Registering the licence",
                "交易场所在同一笔处理中登记许可并将价款记入甲方账户；两者同时完成，或均不发生。",
                "The venue enters the licence and credits the price to Party A in one act: both"
                " happen, or neither.",
            ]
        )
    clauses = [
        "## 四、权利交割 · 4 Moving the right",
        "交易场所在同一笔处理中登记权利变更并将价款记入甲方账户；两者同时完成，或均不发生。",
        "The venue enters the change of holder and credits the price to Party A in one act: both"
        " happen, or neither.",
    ]
    offices = [str(n) for n, t in enumerate(terms.technologies, start=1) if t.at_an_office]
    if offices:
        which = ", ".join(offices)
        clauses += [
            f"第 {which} 项的转让自国家主管机关登记之日起生效（《专利法》第十条等）。双方自价款付清之日起"
            "共同办理变更登记，并向交易场所提交证明；交割在此之后进行。",
            f"The transfer of item {which} takes effect by entry at the competent office (Patent Law,"
            " art. 10). Once the price is paid both parties file for that entry together and give the"
            " venue its evidence; the right moves here after that.",
        ]
    return "\n\n".join(clauses)


def _duties(terms: Terms) -> str:
    return "\n\n".join(
        [
            "## 五、双方义务 · 5 Duties",
            "甲方保证自己是标的的合法权利人，标的完整、有效、无未披露的权利限制，并交付实施所需的资料、"
            "给予必要的技术指导（《民法典》第八百七十条）。",
            "Party A warrants that it lawfully holds the subject matter, which is complete, valid and"
            " free of undisclosed restrictions; it hands over what is needed to use it and gives the"
            " necessary guidance (Civil Code, art. 870).",
            "乙方按约定付款，并对尚未公开的技术内容保密（《民法典》第八百七十一条）。",
            "Party B pays as agreed and keeps undisclosed technical content secret (Civil Code,"
            " art. 871).",
            "后续改进的成果归改进方所有，双方另有约定的除外（《民法典》第八百七十五条）。",
            "Later improvements belong to the party that made them unless agreed otherwise (Civil"
            " Code, art. 875).",
        ]
    )


def _breach(terms: Terms) -> str:
    return "\n\n".join(
        [
            "## 六、违约责任 · 6 Breach",
            "一方逾期签约或付款的，交易场所可依交易规则宣告其违约、终止成交；乙方违约的，保证金依交易规则处置；"
            "甲方违约的，乙方已付款项全额退还。受损方仍可依法主张赔偿。",
            "When a party is late in signing or paying, the venue may by its rulebook declare the"
            " default and end the deal. Party B's default costs the deposit as the rulebook says; on"
            " Party A's default all that Party B paid is returned. Damages under the law remain.",
        ]
    )


def _disputes() -> str:
    return "\n\n".join(
        [
            "## 七、争议解决 · 7 Disputes",
            "因本合同发生的争议，双方先行协商或申请交易场所调解；不成的，向交易场所所在地有管辖权的人民法院起诉。"
            "本合同适用中华人民共和国法律。",
            "Disputes are first negotiated, or mediated by the venue; failing that they go to the"
            " competent people's court at the venue's seat. The law of the People's Republic of China"
            " applies.",
        ]
    )


def _form(terms: Terms) -> str:
    until = terms.sign_by.isoformat()
    all_zh, all_en, last_zh, last_en = "双方", "Both parties", "后一方", "second"
    if terms.joint:
        all_zh, all_en, last_zh, last_en = "各方", "All parties", "最后一方", "last"
    return "\n\n".join(
        [
            "## 八、订立 · 8 Conclusion",
            f"{all_zh}应于 {until} 前以电子方式接受本文本。接受及于本文件的每一个字节，以其 SHA-256 摘要为准；"
            f"交易场所记录接受的人、主体、时间和摘要。{last_zh}接受时合同成立并生效。",
            f"{all_en} accept this text electronically by {until}. Acceptance covers every byte of"
            " this file, identified by its SHA-256 digest; the venue records the person, the party,"
            f" the time and the digest. The contract is concluded and in force when the {last_en} party"
            " accepts.",
            "中英文不一致的，以中文为准。 Where the two languages differ, the Chinese prevails.",
        ]
    )


def _names(zh: str, en: str) -> str:
    return " · ".join(_line(name) for name in (zh, en) if name.strip())


def _line(text: str) -> str:
    """Keep what parties typed on one line, so that nobody can type a clause into the contract."""
    return " ".join(text.split())


def _share(share: Fraction) -> str:
    percent = share * 100
    if percent.denominator == 1:
        return f"{percent.numerator}%"
    return f"{share.numerator}/{share.denominator}"
