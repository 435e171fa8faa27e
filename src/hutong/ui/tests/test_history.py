"""The journal is told in words: every kind of event has its name, in both languages."""

from django.utils.translation import gettext, override

import hutong.node.urls  # noqa: F401  every area with its events
from hutong.kit.event import KINDS
from hutong.ui.history import EVENTS, event_word


def kinds_of_the_house() -> set[str]:
    """Tests make events of their own; they stand in no history."""
    return {kind for kind, event in KINDS.items() if _is_ours(event.__module__)}


def _is_ours(module: str) -> bool:
    return module.startswith("hutong.") and ".tests." not in f"{module}."


def test_every_kind_of_event_has_its_words() -> None:
    unnamed = kinds_of_the_house() - EVENTS.keys()
    assert not unnamed, f"say what these are called in ui/history.py: {sorted(unnamed)}"


def test_no_words_are_kept_for_kinds_that_are_gone() -> None:
    assert not EVENTS.keys() - kinds_of_the_house()


def test_every_kind_is_called_by_its_own_words_in_chinese() -> None:
    with override("zh-hans"):
        english = [kind for kind, (word, _tone) in EVENTS.items() if gettext(word) == word]
        assert not english, f"translate these in ui's catalogue: {english}"
        assert event_word("deals.Opened") != EVENTS["deals.Opened"][0]
