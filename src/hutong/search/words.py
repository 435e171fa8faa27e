"""
Words of Chinese and English texts, for the index and for what is asked.

Pure. Chinese is cut into words by a dictionary and, where it matters, into pairs of characters, so
that a word the dictionary cuts differently is still found. English words lose their endings.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from types import ModuleType

import tantivy

MAX_ASKED = 200  # characters read of what somebody types
MAX_TERMS = 24
MAX_WORD = 40
HAN = re.compile(r"[㐀-䶿一-鿿豈-﫿]+")
_SPLIT = re.compile(r"([㐀-䶿一-鿿豈-﫿]+)")
_NO_CODE = re.compile(r"[^0-9A-Z]+")
_CHINESE_STOP = (
    "的",
    "及",
    "其",
    "及其",
    "和",
    "与",
    "或",
    "一种",
    "一",
    "种",
    "用于",
    "在",
    "了",
    "是",
)
_ENGLISH_STOP = ("the", "a", "an", "of", "and", "or", "for", "in", "on", "to", "with", "by")
STOP = frozenset((*_CHINESE_STOP, *_ENGLISH_STOP))


@cache
def _jieba() -> ModuleType:
    """The dictionary takes long to load, and most processes cut no words."""
    import rjieba

    return rjieba


def analyzer() -> tantivy.TextAnalyzer:
    """Split at what is no letter, lower case, cut English endings, drop what is no word."""
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.remove_long(MAX_WORD))
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.stemmer("english"))
        .build()
    )


_ANALYZER = analyzer()


@dataclass(frozen=True, slots=True)
class Term:
    """One word asked for, as it stands in the index. `pairs`: the Chinese word's characters."""

    word: str
    pairs: tuple[str, ...] = ()


def plain(text: str) -> str:
    """The text in compatible forms, without signs that draw nothing."""
    kept = unicodedata.normalize("NFKC", text)
    return "".join(c if unicodedata.category(c)[0] != "C" else " " for c in kept)


def cut(texts: Iterable[str]) -> str:
    """Texts as the index takes them: Chinese words, every reading of them, between spaces."""
    parts: list[str] = []
    for text in texts:
        for run in _SPLIT.split(plain(text)):
            parts.append(" ".join(_jieba().cut_for_search(run, False)) if HAN.match(run) else run)
    return " ".join(parts)


def pairs(texts: Iterable[str]) -> str:
    """Every Chinese character and pair of neighbours, between spaces."""
    found: list[str] = []
    for text in texts:
        for run in HAN.findall(plain(text)):
            found.extend(run)
            found.extend(run[i : i + 2] for i in range(len(run) - 1))
    return " ".join(found)


def terms(asked: str) -> list[Term]:
    """The words of what somebody typed, at most MAX_TERMS, without those that say nothing."""
    found: list[Term] = []
    for run in _SPLIT.split(plain(asked[:MAX_ASKED])):
        if not run:
            continue
        if HAN.match(run):
            found += [Term(word, _pairs(word)) for word in _jieba().cut(run, False)]
        else:
            found += [Term(word) for word in _ANALYZER.analyze(run)]
    telling = [term for term in found if term.word not in STOP]
    return list(dict.fromkeys(telling or found))[:MAX_TERMS]


def _pairs(word: str) -> tuple[str, ...]:
    return (word,) if len(word) == 1 else tuple(word[i : i + 2] for i in range(len(word) - 1))


def codes(text: str) -> set[str]:
    """The ways a number or symbol is written, as one word each: ZL2010 1 0000000.3 → four forms."""
    squeezed = _NO_CODE.sub("", plain(text).upper())[:60]
    if not squeezed:
        return set()
    forms = {squeezed}
    if "." in text:
        forms.add(_NO_CODE.sub("", plain(text).upper().rsplit(".", 1)[0]))
    forms |= {
        form.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ") for form in forms if form[:2] in ("CN", "ZL")
    }
    return {form for form in forms if len(form) >= 2}
