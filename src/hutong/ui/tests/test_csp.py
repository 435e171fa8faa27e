"""Nothing inline, nothing from elsewhere, unless a setting names the host."""

import pytest

from hutong.ui.csp import policy


def test_the_policy_allows_nothing_inline() -> None:
    written = policy()
    assert "default-src 'self'" in written
    assert "unsafe" not in written
    assert "frame-ancestors 'none'" in written


def test_a_host_can_be_named_for_a_directive() -> None:
    written = policy({"img-src": ["https://files.example.org"]})
    assert "img-src 'self' data: https://files.example.org" in written


@pytest.mark.parametrize(
    "source", ["'unsafe-inline'", "*", "https://*", "data:", "https://a.org; x"]
)
def test_the_policy_cannot_be_loosened(source: str) -> None:
    with pytest.raises(ValueError, match="may only name hosts"):
        policy({"script-src": [source]})


def test_an_unknown_directive_is_named() -> None:
    with pytest.raises(ValueError, match="scripts-src"):
        policy({"scripts-src": ["https://a.org"]})
