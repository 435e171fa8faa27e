"""
A key that sorts titles as people do: Chinese by pinyin, Latin by letters, in any collation.
"""

import re
import unicodedata
from functools import lru_cache

KEY_CHARACTERS = 200
_TITLE_CHARACTERS = 40  # further ones decide nothing a reader would see
_WORDS_KEPT = 50_000
_RUNS = re.compile("[㐀-鿿]+|[^㐀-鿿]+")  # Chinese, and what is not


def key(title: str) -> str:
    """`水电站` → `shui dian zhan`; lower case, without accents, at most 200 characters."""
    from pypinyin.seg.mmseg import seg  # its dictionaries take a while to load

    parts: list[str] = []
    for run in _RUNS.findall(title[:_TITLE_CHARACTERS].casefold()):
        parts += map(_spoken, seg.cut(run)) if run >= "㐀" else [run.strip()]
    text = unicodedata.normalize("NFKD", " ".join(parts))
    return "".join(c for c in text if not unicodedata.combining(c))[:KEY_CHARACTERS]


@lru_cache(maxsize=_WORDS_KEPT)
def _spoken(word: str) -> str:
    """A word's syllables; titles share most of theirs, and looking them up is slow."""
    from pypinyin import lazy_pinyin

    return " ".join(lazy_pinyin(word))
