"""
How a kind of certificate declares what it says: one line a field.

    money("contract.total_fen", "合同成交总额", "Contract total", strong=True)
    place in the content        label                             marks of `Field`

Pure.
"""

from collections.abc import Callable, Mapping

from hutong.certificates.fields import Field, Type
from hutong.certificates.words import Pair


def choice(name: str, zh: str, en: str, choices: Mapping[str, Pair], **marks: bool) -> Field:
    return Field(name, Pair(zh, en), Type.CHOICE, choices=choices, **marks)


def _of(type: Type) -> Callable[..., Field]:
    def declare(name: str, zh: str, en: str, **marks: bool) -> Field:
        return Field(name, Pair(zh, en), type, choices={}, **marks)

    return declare


text, long, texts = _of(Type.TEXT), _of(Type.LONG), _of(Type.TEXTS)
day, money, count, share = _of(Type.DAY), _of(Type.MONEY), _of(Type.COUNT), _of(Type.SHARE)
party, holders = _of(Type.PARTY), _of(Type.HOLDERS)
technology, technologies = _of(Type.TECHNOLOGY), _of(Type.TECHNOLOGIES)
