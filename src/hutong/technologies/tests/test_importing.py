"""Files enter as a whole or not at all (TE-5)."""

import pytest

from hutong.kit.actor import SYSTEM
from hutong.technologies import importing, queries
from hutong.technologies.models import Technology

pytestmark = pytest.mark.django_db


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("cn_patents_g06f.jsonl", 4613),
        ("cn_patent_titles_ipc.csv", 9740),
        ("nasa_techport.json", 25),
    ],
)
def test_real_files_enter_whole_and_again_change_nothing(venue, shared_data, name, count):
    path = shared_data / "technologies" / name
    first = importing.run(path=path, party=None, actor=SYSTEM, now=venue.now)
    assert (first.entered, first.faults) == (count, ())
    again = importing.run(path=path, party=None, actor=SYSTEM, now=venue.now)
    assert (again.entered, again.refreshed, again.unchanged) == (0, 0, count)
    assert again.batch is None
    assert Technology.objects.count() == count
    assert list(queries.audit()) == []
