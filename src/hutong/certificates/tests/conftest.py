"""Fonts where there are some; a venue in memory that issues certificates; officers who propose one."""

import os
from copy import deepcopy
from pathlib import Path

import pytest

from beginnings import beginning
from hutong.certificates.tests.making import Maker
from hutong.kit.ids import subject

CHECKOUT = Path(__file__).resolve().parents[4]


@pytest.fixture(scope="session")
def fonts():
    named = os.environ.get("HUTONG_FONT_DIRECTORY")
    place = (
        Path(named) if named else CHECKOUT / "node_modules" / "@expo-google-fonts" / "noto-sans-sc"
    )
    if not place.is_dir():
        pytest.skip(f"no Chinese font in {place}; `./hutong demo` installs it")
    return [place]


@pytest.fixture(scope="session")
def maker(tmp_path_factory):
    return Maker.of(tmp_path_factory.mktemp("venue") / "keys")


@beginning
def clerk(venue):
    from hutong.parties.testing import officer

    return officer("certificates", now=venue.now)


@beginning
def chief(venue):
    from hutong.parties.testing import officer

    return officer("certificates", now=venue.now)


@beginning
def trainer(venue):
    from hutong.parties.testing import verified_party

    return verified_party("某培训机构", "service_institution", now=venue.now)


@beginning
def paper(venue, clerk):
    from hutong.documents import actions as documents
    from hutong.parties.testing import EVIDENCE

    return documents.store(
        actor=clerk,
        now=venue.now,
        owner=subject("venue", "papers"),
        name="results.pdf",
        media_type="application/pdf",
        data=EVIDENCE,
    ).id


@pytest.fixture
def proposed(venue, clerk, trainer, paper):
    """Proposes a certificate of training, changed as told."""
    from hutong.certificates import actions
    from hutong.certificates.kinds import Kind
    from hutong.certificates.schemas import SAID

    def propose(**changes):
        said = {**deepcopy(SAID), "trainer": trainer.identifiers[0][1], **changes}
        return actions.propose(
            actor=clerk, now=venue.now, kind=Kind.TRAINING, said=said, evidence=[paper]
        )

    return propose


@pytest.fixture
def working(settings, fonts, drain):
    settings.FONT_DIRECTORIES = fonts
    return drain
