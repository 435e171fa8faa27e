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

from hutong.certificates.declaring import (
    choice,
    count,
    day,
    holders,
    long,
    money,
    party,
    share,
    technologies,
    technology,
    text,
    texts,
)
from hutong.certificates.fields import Field
from hutong.certificates.words import (
    CAPABILITIES,
    CONTRACT_KINDS,
    CURRENCIES,
    DIRECTIONS,
    ENTRY_KINDS,
    EXPORT_CLASSES,
    LICENCE_MODES,
    PARTY_KINDS,
    TRAINING_RESULTS,
    VALUATION_METHODS,
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
    ACCREDITATION = "accreditation"


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


_TECHNOLOGY = technology("technology", "技术成果", "Technology")
_TECHNOLOGIES = technologies("technologies", "技术成果", "Technology")
_ABOUT = technologies("technologies", "技术成果", "Technology", required=False)
_REGISTER = (
    text("register.number", "登记簿编号", "Register entry"),
    count("register.sequence", "登记顺序", "Sequence", shown=False),
    day("register.registered_on", "登记日期", "Registered on"),
    text("register.corrects", "更正的登记事项", "Corrects entry", required=False),
)


def _currency(name: str) -> Field:
    return choice(name, "币种", "Currency", CURRENCIES, shown=False)


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
            choice("register.entry", "登记事项", "Entry", ENTRY_KINDS, required=False, open=True),
            *_REGISTER,
            holders("holders", "权利人", "Holders"),
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
            choice("register.entry", "登记事项", "Entry", ENTRY_KINDS, strong=True, open=True),
            _TECHNOLOGY,
            *_REGISTER,
            text("about.entry", "所涉登记事项", "Entry concerned", required=False),
            text("about.authority", "作出机关", "Authority", required=False),
            text("about.paper", "文书号", "Document", required=False),
            money("about.debt_fen", "担保债权", "Secured debt", required=False),
            choice("about.currency", "币种", "Currency", CURRENCIES, required=False, shown=False),
            count("about.rank", "顺位", "Rank", required=False),
            share("about.share", "涉及份额", "Share", required=False),
            day("about.due_on", "债务履行期", "Debt due on", required=False),
            day("about.until", "有效期至", "Until", required=False),
            text("about.programme", "资助项目", "Programme", required=False),
            long("about.reason", "事由", "Reason", required=False),
            party("pledgor", "出质人", "Pledgor", required=False),
            party("pledgee", "质权人", "Pledgee", required=False),
            party("licensee", "被许可方", "Licensee", required=False),
            party("beneficiary", "权利人", "Beneficiary", required=False),
            holders("holders", "权利人", "Holders", required=False),
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
            share("deal.share", "转让份额", "Share transferred", required=False),
            choice("licence.mode", "许可方式", "Licence", LICENCE_MODES, required=False),
            texts("licence.territory", "许可地域", "Territory", required=False),
            texts("licence.field", "使用领域", "Field of use", required=False),
            day("licence.ends_on", "许可终止", "Until", required=False),
            choice("licence.sublicensable", "可否分许可", "Sublicensable", YES_NO, required=False),
            money("deal.price_fen", "成交价格", "Price", strong=True),
            _currency("deal.currency"),
            choice("deal.way", "交易方式", "Way of sale", WAYS, open=True),
            text("joint.project", "联合项目", "Joint project", required=False),
            texts("joint.parts", "各部分", "Its parts", required=False),
            text("deal.number", "成交编号", "Deal no."),
            day("deal.signed_on", "合同签订", "Contract signed"),
            day("deal.settled_on", "交割日期", "Settled on"),
            text("deal.contract_digest", "合同摘要", "Contract digest", shown=False),
            party("seller", "转让方", "Seller"),
            party("buyer", "受让方", "Buyer"),
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
            choice("grant.mode", "许可方式", "Mode", LICENCE_MODES, strong=True),
            texts("grant.territory", "许可地域", "Territory"),
            texts("grant.field", "使用领域", "Field of use"),
            day("grant.starts_on", "许可起始", "From"),
            day("grant.ends_on", "许可终止", "Until", required=False),
            choice("grant.sublicensable", "可否分许可", "Sublicensable", YES_NO),
            text("grant.parent", "上级许可", "Derived from", required=False),
            *_REGISTER,
            party("licensor", "许可方", "Licensor"),
            party("licensee", "被许可方", "Licensee"),
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
            text("contract.name", "合同名称", "Contract"),
            text("contract.number", "合同编号", "Contract no."),
            choice("contract.kind", "合同类别", "Kind of contract", CONTRACT_KINDS),
            day("contract.signed_on", "合同签订", "Signed on"),
            money("contract.total_fen", "合同成交总额", "Contract total"),
            money(
                "contract.technology_fen",
                "其中：技术交易额",
                "of which: technology transaction amount",
                strong=True,
            ),
            money("contract.income_fen", "技术性收入", "Technology income", required=False),
            _currency("contract.currency"),
            day("registered_on", "登记日期", "Registered on"),
            _ABOUT,
            party("seller", "卖方", "Seller"),
            party("buyer", "买方", "Buyer"),
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
            text("contract.name", "合同名称", "Contract"),
            text("contract.number", "合同编号", "Contract no."),
            choice("contract.direction", "进出口", "Direction", DIRECTIONS),
            choice("contract.class", "技术类别", "Class", EXPORT_CLASSES),
            text("contract.licence_number", "许可证号", "Licence no.", required=False),
            money("contract.total_fen", "合同金额", "Amount", strong=True),
            _currency("contract.currency"),
            day("contract.signed_on", "合同签订", "Signed on"),
            text("foreign.name", "外方", "Foreign party"),
            text("foreign.country", "国别（地区）", "Country or region"),
            day("registered_on", "登记日期", "Registered on"),
            _ABOUT,
            party("domestic", "中方", "Domestic party"),
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
            choice("verified.kind", "主体类别", "Kind of party", PARTY_KINDS),
            text("verified.jurisdiction", "注册地", "Jurisdiction"),
            text("verified.home_venue", "归属交易场所", "Home venue"),
            day("verified.on", "核验日期", "Verified on"),
            day("verified.until", "有效期至", "Valid until", strong=True),
            party("holder", "主体", "Party"),
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
            text("valuation.subject", "评估对象", "Subject"),
            text("valuation.report", "报告编号", "Report no."),
            choice("valuation.method", "评估方法", "Method", VALUATION_METHODS),
            text("valuation.purpose", "评估目的", "Purpose"),
            day("valuation.as_of", "评估基准日", "As of"),
            money("valuation.value_fen", "评估价值", "Value", strong=True),
            _currency("valuation.currency"),
            day("valuation.until", "有效期至", "Valid until"),
            _ABOUT,
            party("client", "委托方", "Client"),
            party("valuer", "评估机构", "Valuer"),
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
            text("custody.subject", "托管内容", "Deposited"),
            count("custody.items", "件数", "Items", strong=True),
            day("custody.deposited_on", "交存日期", "Deposited on"),
            day("custody.until", "托管至", "Kept until", required=False),
            text("custody.seal", "封存编号", "Seal no."),
            long("custody.release", "释放条件", "Release condition"),
            _ABOUT,
            party("depositor", "交存方", "Depositor"),
            party("custodian", "托管机构", "Custodian"),
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
            text("person.name", "姓名", "Name", strong=True),
            text("training.course", "课程", "Course"),
            count("training.hours", "学时", "Hours"),
            day("training.starts_on", "开课日期", "From"),
            day("training.ends_on", "结业日期", "Until"),
            choice("training.result", "考核结果", "Result", TRAINING_RESULTS),
            party("trainer", "培训机构", "Training institution"),
        ),
        table=Pair("培训机构", "Training institution"),
        named_by="training.course",
        on_evidence=True,
    ),
    Kind.ACCREDITATION: KindOf(
        code="RD",
        title_zh="服务机构资质认定证书",
        title_en="Accreditation of a Service Institution",
        credential_type="AccreditationCertificate",
        statement=Pair(
            "下列服务机构经本所认定，在有效期内可从事所载业务，各交易场所予以认可。特发此证。",
            "The service institution below is accredited by this exchange for the business stated; "
            "every exchange of the network accepts it while this certificate holds.",
        ),
        fields=(
            choice("accreditation.capability", "认定业务", "Capability", CAPABILITIES, strong=True),
            day("accreditation.from", "生效日期", "From"),
            day("accreditation.until", "有效期至", "Valid until", strong=True),
            party("institution", "服务机构", "Service institution"),
        ),
        table=Pair("服务机构", "Service institution"),
        named_by="institution",
        valid_until="accreditation.until",
        on_evidence=True,
    ),
}

SEQUENCE_DIGITS: Final = 6


def number(venue_code: str, kind: Kind, issued_on: date, sequence: int) -> str:
    """Write a certificate's number. `sequence` counts from 1 within kind and year."""
    if sequence < 1:
        raise ValueError("numbers begin at 1")
    return f"{venue_code}-{KINDS[kind].code}-{issued_on.year}-{sequence:0{SEQUENCE_DIGITS}d}"
