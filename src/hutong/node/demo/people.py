"""
Who takes part in the demo: institutions, and the roles that act for them. Nobody real.
"""

import re
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from stdnum.cn import uscc

from hutong.node.demo.client import Api, StepFailed, wait_for
from hutong.parties.one_time import code_at, counter_of

DOMAIN = "demo.example"
BETWEEN_MAILS = "-" * 79 + "\n"  # as Django's file backend writes; a file may hold several mails
PASSWORD = "Demo-" + uuid.uuid4().hex  # one run's password, never shown: people use sign-in links


@dataclass(frozen=True, slots=True)
class Institution:
    """A party of the story and the person who acts for it."""

    key: str
    name_zh: str
    name_en: str
    kind: str
    serial: str  # nine characters of the USCC's middle part
    role_zh: str
    role_en: str

    @property
    def email(self) -> str:
        return f"{self.key}@{DOMAIN}"

    @property
    def uscc(self) -> str:
        """A USCC with a right check digit; region 310000 (Shanghai)."""
        body = ("12" if self.kind == "university" else "91") + "310000" + self.serial
        return body + uscc.calc_check_digit(body)


UNIVERSITIES = (
    Institution(
        *("pujiang", "浦江理工大学（演示）", "Pujiang Institute of Technology (demo)"),
        *("university", "42500701X", "浦江理工大学技术转移中心", "Pujiang transfer office"),
    ),
    Institution(
        *("donghai", "东海科技大学（演示）", "Donghai University of Science (demo)"),
        *("university", "42500702X", "东海科技大学技术转移中心", "Donghai transfer office"),
    ),
)
FIRMS = (
    Institution(
        *("hengguang", "恒光新材料有限公司（演示）", "Hengguang Advanced Materials Ltd (demo)"),
        *("enterprise", "MA1FL0A1X", "恒光公司经办人", "Hengguang agent"),
    ),
    Institution(
        *("lixin", "砺芯半导体有限公司（演示）", "Lixin Semiconductor Ltd (demo)"),
        *("enterprise", "MA1FL0B2X", "砺芯公司经办人", "Lixin agent"),
    ),
    Institution(
        *("jiangnan", "江南智造股份有限公司（演示）", "Jiangnan Smart Manufacturing (demo)"),
        *("enterprise", "MA1FL0C3X", "江南智造经办人", "Jiangnan agent"),
    ),
    Institution(
        *("yunshan", "云杉数据有限公司（演示）", "Yunshan Data Ltd (demo)"),
        *("enterprise", "MA1FL0D4X", "云杉数据经办人", "Yunshan agent"),
    ),
)
ADMINISTRATOR = f"administrator@{DOMAIN}"
OFFICERS = {  # key → (roles, zh, en)
    "registrar": (("registrar",), "登记审查员", "Registrar"),
    "listing": (("listing",), "挂牌审查员", "Listing officer"),
    "trading": (("trading",), "交易主持人", "Trading officer"),
    "cashier": (("settlement",), "结算经办", "Settlement officer"),
    "controller": (("settlement",), "结算复核", "Settlement controller"),
    "compliance": (("compliance",), "合规审查员", "Compliance officer"),
    "certificates": (("certificates",), "凭证管理员", "Certificates officer"),
    "supervisor": (("supervisor",), "监管人员", "Supervisor"),
}


@dataclass
class Registration:
    """How somebody gets an account and a token: by the API, and by reading their mail."""

    public: Api
    mail: Path

    def account(self, email: str, name: str) -> None:
        """Sign up and confirm with the code from the mail."""
        body = {"email": email, "password": PASSWORD, "display_name": name}
        self.public.post("/api/v1/sign-up", body)
        code = wait_for(f"the mail to {email}", lambda: self._code_for(email))
        self.public.post("/api/v1/sign-up/confirm", {"email": email, "code": code})

    def token(self, email: str, who: str, *, party: str | None = None, secret: str = "") -> Api:
        """Make a token by e-mail and password, and one-time code where there is a secret."""
        headers = {"X-One-Time-Code": _code(secret)} if secret else {}
        made = self.public.post(
            "/api/v1/tokens",
            {"label": "demo", "party": party},
            auth=(email, PASSWORD),
            headers=headers,
        )
        return self.public.as_(made["token"], who)

    def second_factor(self, api: Api) -> str:
        """Add a second factor; returns its secret. The code of the period before keeps this one's."""
        secret = str(api.post("/api/v1/me/second-factor")["secret"])
        try:
            self._confirm(api, secret)
        except StepFailed as error:
            if "parties.code_wrong" not in str(error):
                raise
            self._confirm(api, secret)  # the period ended while a busy machine carried it
        return secret

    def _confirm(self, api: Api, secret: str) -> None:
        api.post("/api/v1/me/second-factor/confirm", {"code": _code(secret, periods_ago=1)})

    def _code_for(self, email: str) -> str | None:
        for mail in self._mails():
            if f"\nTo: {email}\n" in mail and (
                found := re.search(r"^\D*\b(\d{6})\b", _body(mail), re.M)
            ):
                return found.group(1)
        return None

    def _mails(self) -> Iterator[str]:
        """Yield the mails written so far, newest file first; a file may hold several."""
        for file in sorted(self.mail.glob("*"), reverse=True) if self.mail.is_dir() else []:
            text = file.read_text(encoding="utf-8", errors="replace")
            yield from reversed(text.split(BETWEEN_MAILS))


def _body(mail: str) -> str:
    return mail.partition("\n\n")[2]


def _code(secret: str, periods_ago: int = 0) -> str:
    return code_at(secret, counter_of(time.time()) - periods_ago)
