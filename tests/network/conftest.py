"""Venues in processes and databases of their own, for what one process cannot show."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hutong.node.fleet import Fleet, FleetVenue, running

VENUES = (
    FleetVenue(code="SHTE", name_zh="上海交易所", name_en="Shanghai", region="CN-SH"),
    FleetVenue(code="SZTE", name_zh="深圳交易所", name_en="Shenzhen", region="CN-GD"),
    FleetVenue(code="CDTE", name_zh="成都交易所", name_en="Chengdu", region="CN-SC"),
)


@pytest.fixture(scope="session")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """Three venues that know nothing of each other yet; the tests of a run share them."""
    home: Path = tmp_path_factory.mktemp("fleet")
    with running(home, VENUES) as fleet:
        yield fleet
