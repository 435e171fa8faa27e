"""The three every listing's test speaks of."""

from beginnings import beginning


def _verified(name: str, kind: str):
    from hutong.parties.testing import verified_party  # a conftest is read before Django is ready

    return verified_party(name, kind=kind)


@beginning
def seller(venue):
    return _verified("上海某大学", "university")


@beginning
def buyer(venue):
    return _verified("某科技有限公司", "enterprise")


@beginning
def other(venue):
    return _verified("另一科技有限公司", "enterprise")
