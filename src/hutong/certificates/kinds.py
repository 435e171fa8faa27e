"""
The kinds of certificate a venue issues: what each says, what it is called, how it is numbered (CE-1).

    SHTE-DEMO - DJ - 2022 - 000001
    venue       kind year   without gaps within kind and year

Pure data. A new kind is one more entry in `KINDS`; its page, form and checks follow from its fields.
Kinds with `on_evidence` are issued by officers on evidence, four eyes (PA-5); the others follow
from what the venue recorded.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final

from hutong.certificates.fields import Field, Type
from hutong.certificates.words import (
    CONTRACT_KINDS,
    CURRENCIES,
    ENTRY_KINDS,
    EXPORT_CLASSES,
    LICENCE_MODES,
    PARTY_KINDS,
    WAYS,
    YES_NO,
    Pair,
)


class Kind(StrEnum):
    RIGHTS_REGISTRATION = "rights_registration"
    REGISTER_ENTRY = "register_entry"
    TRANSACTION = "transaction"
    LICENCE = "licence"
    CONTRACT_REGISTRATION = "contract_registration"
    TRADE_REGISTRATION = "import_export_registration"
    PARTY_CREDENTIAL = "party_credential"
    VALUATION_RECEIPT = "valuation_receipt"
    CUSTODY_RECEIPT = "custody_receipt"
    TRAINING = "training"


@dataclass(frozen=True, slots=True, kw_only=True)
class KindOf:
    """What is common to all certificates of a kind."""

    code: str  # in the number; pinyin initials
    title_zh: str
    title_en: str
    credential_type: str  # in the Verifiable Credential
    statement: Pair  # what the venue attests; a venue's own template may say it otherwise
    fields: tuple[Field, ...]
    table: Pair  # heading of the table of parties
    named_by: str = ""  # the field the public register shows; empty: the kind alone
    valid_until: str = ""  # the field with the last day it holds; empty: it does not expire
    office_note: bool = False  # says that the competent office's own register prevails (RR-11)
    on_evidence: bool = False

    def title_of(self, said: Mapping[str, Any]) -> str:
        """What a certificate is about, in one public line."""
        found = next((one.of(said) for one in self.fields if one.name == self.named_by), None)
        items = found if isinstance(found, list) else [found]
        first = items[0] if items else None
        if isinstance(first, Mapping):
            first = _named(first)
        if not first:
            return f"{self.title_zh} {self.title_en}"
        return first[:500] + (f" (+{len(items) - 1})" if len(items) > 1 else "")


def _named(thing: Mapping[str, Any]) -> str:
    return next(
        (thing[name] for name in ("title_zh", "title_en", "name_zh", "name_en") if thing.get(name)),
        "",
    )


_TECHNOLOGY = Field("technology", Pair("技术成果", "Technology"), Type.TECHNOLOGY)
_TECHNOLOGIES = Field("technologies", Pair("技术成果", "Technology"), Type.TECHNOLOGIES)
_ABOUT = Field("technologies", Pair("技术成果", "Technology"), Type.TECHNOLOGIES, required=False)
_REGISTER = (
    Field("register.number", Pair("登记簿编号", "Register entry")),
    Field("register.sequence", Pair("登记顺序", "Sequence"), Type.COUNT, shown=False),
    Field("register.registered_on", Pair("登记日期", "Registered on"), Type.DAY),
    Field("register.corrects", Pair("更正的登记事项", "Corrects entry"), required=False),
)
_ENTRY = Pair("登记事项", "Entry")


def _currency(name: str) -> Field:
    return Field(name, Pair("币种", "Currency"), Type.CHOICE, choices=CURRENCIES, shown=False)


KINDS: Final[dict[Kind, KindOf]] = {
    Kind.RIGHTS_REGISTRATION: KindOf(
        code="DJ",
        title_zh="技术权益登记证书",
        title_en="Certificate of Technology Rights Registration",
        credential_type="RightsRegistrationCertificate",
        statement=Pair(
            "经审查并公示，下列技术成果的权益已登记于本所技术权益登记簿。特发此证。",
            "Upon examination and public notice, the rights in the technology below have been "
            "entered in the register of technology rights of this exchange.",
        ),
        fields=(
            _TECHNOLOGY,
            Field(
                "register.entry",
                _ENTRY,
                Type.CHOICE,
                required=False,
                choices=ENTRY_KINDS,
                open=True,
            ),
            *_REGISTER,
            Field("holders", Pair("权利人", "Holders"), Type.HOLDERS),
        ),
        table=Pair("权利人", "Holders"),
        named_by="technology",
        office_note=True,
    ),
    Kind.REGISTER_ENTRY: KindOf(
        code="SX",
        title_zh="技术权益登记事项证明",
        title_en="Certificate of a Register Entry",
        credential_type="RegisterEntryCertificate",
        statement=Pair(
            "下列事项已记载于本所技术权益登记簿。特此证明。",
            "The entry below stands in the register of technology rights of this exchange.",
        ),
        fields=(
            Field(
                "register.entry",
                _ENTRY,
                Type.CHOICE,
                choices=ENTRY_KINDS,
                strong=True,
                open=True,
            ),
            _TECHNOLOGY,
            *_REGISTER,
            Field("about.entry", Pair("所涉登记事项", "Entry concerned"), required=False),
            Field("about.authority", Pair("作出机关", "Authority"), required=False),
            Field("about.paper", Pair("文书号", "Document"), required=False),
            Field("about.debt_fen", Pair("担保债权", "Secured debt"), Type.MONEY, required=False),
            Field(
                "about.currency",
                Pair("币种", "Currency"),
                Type.CHOICE,
                required=False,
                choices=CURRENCIES,
                shown=False,
            ),
            Field("about.rank", Pair("顺位", "Rank"), Type.COUNT, required=False),
            Field("about.share", Pair("涉及份额", "Share"), Type.SHARE, required=False),
            Field("about.due_on", Pair("债务履行期", "Debt due on"), Type.DAY, required=False),
            Field("about.until", Pair("有效期至", "Until"), Type.DAY, required=False),
            Field("about.programme", Pair("资助项目", "Programme"), required=False),
            Field("about.reason", Pair("事由", "Reason"), Type.LONG, required=False),
            Field("pledgor", Pair("出质人", "Pledgor"), Type.PARTY, required=False),
            Field("pledgee", Pair("质权人", "Pledgee"), Type.PARTY, required=False),
            Field("licensee", Pair("被许可方", "Licensee"), Type.PARTY, required=False),
            Field("beneficiary", Pair("权利人", "Beneficiary"), Type.PARTY, required=False),
            Field("holders", Pair("权利人", "Holders"), Type.HOLDERS, required=False),
        ),
        table=Pair("当事人", "Parties"),
        named_by="technology",
        office_note=True,
    ),
    Kind.TRANSACTION: KindOf(
        code="JY",
        title_zh="技术交易凭证",
        title_en="Certificate of Technology Transaction",
        credential_type="TransactionCertificate",
        statement=Pair(
            "下列技术交易经本所组织达成，价款与权益已同时交割。特发此证。",
            "The technology transaction below was concluded through this exchange; payment and "
            "right were settled together.",
        ),
        fields=(
            _TECHNOLOGIES,
            Field("deal.share", Pair("转让份额", "Share transferred"), Type.SHARE, required=False),
            Field(
                "licence.mode",
                Pair("许可方式", "Licence"),
                Type.CHOICE,
                required=False,
                choices=LICENCE_MODES,
            ),
            Field("licence.territory", Pair("许可地域", "Territory"), Type.TEXTS, required=False),
            Field("licence.field", Pair("使用领域", "Field of use"), Type.TEXTS, required=False),
            Field("licence.ends_on", Pair("许可终止", "Until"), Type.DAY, required=False),
            Field(
                "licence.sublicensable",
                Pair("可否分许可", "Sublicensable"),
                Type.CHOICE,
                required=False,
                choices=YES_NO,
            ),
            Field("deal.price_fen", Pair("成交价格", "Price"), Type.MONEY, strong=True),
            _currency("deal.currency"),
            Field(
                "deal.way", Pair("交易方式", "Way of sale"), Type.CHOICE, choices=WAYS, open=True
            ),
            Field("deal.number", Pair("成交编号", "Deal no.")),
            Field("deal.signed_on", Pair("合同签订", "Contract signed"), Type.DAY),
            Field("deal.settled_on", Pair("交割日期", "Settled on"), Type.DAY),
            Field("deal.contract_digest", Pair("合同摘要", "Contract digest"), shown=False),
            Field("seller", Pair("转让方", "Seller"), Type.PARTY),
            Field("buyer", Pair("受让方", "Buyer"), Type.PARTY),
        ),
        table=Pair("交易双方", "Parties"),
        named_by="technologies",
        office_note=True,
    ),
    Kind.LICENCE: KindOf(
        code="XK",
        title_zh="技术许可证书",
        title_en="Certificate of Technology Licence",
        credential_type="LicenceCertificate",
        statement=Pair(
            "下列技术许可已登记于本所技术权益登记簿，按所载范围和期限有效。特发此证。",
            "The licence below has been entered in the register of technology rights of this "
            "exchange and holds within the scope and term stated.",
        ),
        fields=(
            _TECHNOLOGY,
            Field(
                "grant.mode",
                Pair("许可方式", "Mode"),
                Type.CHOICE,
                choices=LICENCE_MODES,
                strong=True,
            ),
            Field("grant.territory", Pair("许可地域", "Territory"), Type.TEXTS),
            Field("grant.field", Pair("使用领域", "Field of use"), Type.TEXTS),
            Field("grant.starts_on", Pair("许可起始", "From"), Type.DAY),
            Field("grant.ends_on", Pair("许可终止", "Until"), Type.DAY, required=False),
            Field(
                "grant.sublicensable",
                Pair("可否分许可", "Sublicensable"),
                Type.CHOICE,
                choices=YES_NO,
            ),
            Field("grant.parent", Pair("上级许可", "Derived from"), required=False),
            *_REGISTER,
            Field("licensor", Pair("许可方", "Licensor"), Type.PARTY),
            Field("licensee", Pair("被许可方", "Licensee"), Type.PARTY),
        ),
        table=Pair("许可双方", "Parties"),
        named_by="technology",
        office_note=True,
    ),
    Kind.CONTRACT_REGISTRATION: KindOf(
        code="HT",
        title_zh="技术合同登记证明",
        title_en="Certificate of Technology Contract Registration",
        credential_type="ContractRegistrationCertificate",
        statement=Pair(
            "下列技术合同经审查认定，准予登记。特此证明。",
            "The technology contract below has been examined, recognised and registered.",
        ),
        fields=(
            Field("contract.name", Pair("合同名称", "Contract")),
            Field("contract.number", Pair("合同编号", "Contract no.")),
            Field(
                "contract.kind",
                Pair("合同类别", "Kind of contract"),
                Type.CHOICE,
                choices=CONTRACT_KINDS,
            ),
            Field("contract.signed_on", Pair("合同签订", "Signed on"), Type.DAY),
            Field("contract.total_fen", Pair("合同成交总额", "Contract total"), Type.MONEY),
            Field(
                "contract.technology_fen",
                Pair("其中：技术交易额", "of which: technology transaction amount"),
                Type.MONEY,
                strong=True,
            ),
            Field(
                "contract.income_fen",
                Pair("技术性收入", "Technology income"),
                Type.MONEY,
                required=False,
            ),
            _currency("contract.currency"),
            Field("registered_on", Pair("登记日期", "Registered on"), Type.DAY),
            _ABOUT,
            Field("seller", Pair("卖方", "Seller"), Type.PARTY),
            Field("buyer", Pair("买方", "Buyer"), Type.PARTY),
        ),
        table=Pair("合同双方", "Parties"),
        named_by="contract.name",
        on_evidence=True,
    ),
    Kind.TRADE_REGISTRATION: KindOf(
        code="JC",
        title_zh="技术进出口合同登记证书",
        title_en="Certificate of Technology Import or Export Contract Registration",
        credential_type="ImportExportRegistrationCertificate",
        statement=Pair(
            "下列技术进出口合同依照《技术进出口管理条例》予以登记。特发此证。",
            "The technology import or export contract below is registered under the Regulations "
            "on Technology Import and Export Administration.",
        ),
        fields=(
            Field("contract.name", Pair("合同名称", "Contract")),
            Field("contract.number", Pair("合同编号", "Contract no.")),
            Field(
                "contract.direction",
                Pair("进出口", "Direction"),
                Type.CHOICE,
                choices={"import": Pair("进口", "Import"), "export": Pair("出口", "Export")},
            ),
            Field(
                "contract.class",
                Pair("技术类别", "Class"),
                Type.CHOICE,
                choices=EXPORT_CLASSES,
            ),
            Field("contract.licence_number", Pair("许可证号", "Licence no."), required=False),
            Field("contract.total_fen", Pair("合同金额", "Amount"), Type.MONEY, strong=True),
            _currency("contract.currency"),
            Field("contract.signed_on", Pair("合同签订", "Signed on"), Type.DAY),
            Field("foreign.name", Pair("外方", "Foreign party")),
            Field("foreign.country", Pair("国别（地区）", "Country or region")),
            Field("registered_on", Pair("登记日期", "Registered on"), Type.DAY),
            _ABOUT,
            Field("domestic", Pair("中方", "Domestic party"), Type.PARTY),
        ),
        table=Pair("登记主体", "Registered party"),
        named_by="contract.name",
        on_evidence=True,
    ),
    Kind.PARTY_CREDENTIAL: KindOf(
        code="ZT",
        title_zh="主体资格凭证",
        title_en="Party Credential",
        credential_type="PartyCredential",
        statement=Pair(
            "下列主体经本所核验，各交易场所在有效期内予以认可。特发此证。",
            "The party below has been verified by this exchange; every exchange of the network "
            "accepts it without a second check while this credential holds.",
        ),
        fields=(
            Field(
                "verified.kind",
                Pair("主体类别", "Kind of party"),
                Type.CHOICE,
                choices=PARTY_KINDS,
            ),
            Field("verified.jurisdiction", Pair("注册地", "Jurisdiction")),
            Field("verified.home_venue", Pair("归属交易场所", "Home venue")),
            Field("verified.on", Pair("核验日期", "Verified on"), Type.DAY),
            Field("verified.until", Pair("有效期至", "Valid until"), Type.DAY, strong=True),
            Field("holder", Pair("主体", "Party"), Type.PARTY),
        ),
        table=Pair("主体", "Party"),
        valid_until="verified.until",
    ),
    Kind.VALUATION_RECEIPT: KindOf(
        code="PG",
        title_zh="价值评估凭证",
        title_en="Valuation Receipt",
        credential_type="ValuationReceipt",
        statement=Pair(
            "下列价值评估结果已由评估机构交存本所备查。特发此证。",
            "The valuation below has been delivered by the valuer and is kept by this exchange.",
        ),
        fields=(
            Field("valuation.subject", Pair("评估对象", "Subject")),
            Field("valuation.report", Pair("报告编号", "Report no.")),
            Field(
                "valuation.method",
                Pair("评估方法", "Method"),
                Type.CHOICE,
                choices={
                    "cost": Pair("成本法", "Cost"),
                    "income": Pair("收益法（许可费节省）", "Income (relief from royalty)"),
                    "market": Pair("市场法", "Market"),
                },
            ),
            Field("valuation.purpose", Pair("评估目的", "Purpose")),
            Field("valuation.as_of", Pair("评估基准日", "As of"), Type.DAY),
            Field("valuation.value_fen", Pair("评估价值", "Value"), Type.MONEY, strong=True),
            _currency("valuation.currency"),
            Field("valuation.until", Pair("有效期至", "Valid until"), Type.DAY),
            _ABOUT,
            Field("client", Pair("委托方", "Client"), Type.PARTY),
            Field("valuer", Pair("评估机构", "Valuer"), Type.PARTY),
        ),
        table=Pair("委托双方", "Parties"),
        named_by="valuation.subject",
        valid_until="valuation.until",
        on_evidence=True,
    ),
    Kind.CUSTODY_RECEIPT: KindOf(
        code="TG",
        title_zh="成果托管凭证",
        title_en="Custody Receipt",
        credential_type="CustodyReceipt",
        statement=Pair(
            "下列成果资料已密封交存托管，按所载条件释放。特发此证。",
            "The documents below have been deposited under seal and are released on the condition "
            "stated.",
        ),
        fields=(
            Field("custody.subject", Pair("托管内容", "Deposited")),
            Field("custody.items", Pair("件数", "Items"), Type.COUNT, strong=True),
            Field("custody.deposited_on", Pair("交存日期", "Deposited on"), Type.DAY),
            Field("custody.until", Pair("托管至", "Kept until"), Type.DAY, required=False),
            Field("custody.seal", Pair("封存编号", "Seal no.")),
            Field("custody.release", Pair("释放条件", "Release condition"), Type.LONG),
            _ABOUT,
            Field("depositor", Pair("交存方", "Depositor"), Type.PARTY),
            Field("custodian", Pair("托管机构", "Custodian"), Type.PARTY),
        ),
        table=Pair("托管双方", "Parties"),
        on_evidence=True,
    ),
    Kind.TRAINING: KindOf(
        code="PX",
        title_zh="培训证书",
        title_en="Certificate of Training",
        credential_type="TrainingCertificate",
        statement=Pair(
            "下列人员完成所载课程的学习并通过考核。特发此证。",
            "The person below completed the course stated and passed its examination.",
        ),
        fields=(
            Field("person.name", Pair("姓名", "Name"), strong=True),
            Field("training.course", Pair("课程", "Course")),
            Field("training.hours", Pair("学时", "Hours"), Type.COUNT),
            Field("training.starts_on", Pair("开课日期", "From"), Type.DAY),
            Field("training.ends_on", Pair("结业日期", "Until"), Type.DAY),
            Field(
                "training.result",
                Pair("考核结果", "Result"),
                Type.CHOICE,
                choices={
                    "passed": Pair("合格", "Passed"),
                    "distinction": Pair("优秀", "Passed with distinction"),
                },
            ),
            Field("trainer", Pair("培训机构", "Training institution"), Type.PARTY),
        ),
        table=Pair("培训机构", "Training institution"),
        named_by="training.course",
        on_evidence=True,
    ),
}

SEQUENCE_DIGITS: Final = 6


def number(venue_code: str, kind: Kind, issued_on: date, sequence: int) -> str:
    """Write a certificate's number. `sequence` counts from 1 within kind and year."""
    if sequence < 1:
        raise ValueError("numbers begin at 1")
    return f"{venue_code}-{KINDS[kind].code}-{issued_on.year}-{sequence:0{SEQUENCE_DIGITS}d}"
