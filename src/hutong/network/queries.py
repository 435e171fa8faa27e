"""What all packages of the network keep, re-derived (see `doctor`)."""

from collections.abc import Iterator

from hutong.kit.audit import Discrepancy
from hutong.network.claims import queries as claims
from hutong.network.clearing import queries as clearing
from hutong.network.countersigning import queries as countersigning
from hutong.network.custody import queries as custody
from hutong.network.duplicates import queries as duplicates
from hutong.network.messages import queries as messages
from hutong.network.mirrors import queries as mirrors
from hutong.network.procedures import queries as procedures
from hutong.network.projects import queries as projects
from hutong.network.recognition import queries as recognition
from hutong.network.sales import queries as sales
from hutong.network.trade import queries as trade

PACKAGES = (
    *(messages, mirrors, claims, clearing, recognition, trade, countersigning),
    *(projects, sales, procedures, custody, duplicates),
)


def audit() -> Iterator[Discrepancy]:
    """Name everything that does not follow from the journal, or from the logs that are mirrored."""
    for package in PACKAGES:
        yield from package.audit()
