"""
A key that sorts titles as people do: Chinese by pinyin, Latin by letters, in any collation.
"""

import unicodedata

from pypinyin import lazy_pinyin

KEY_CHARACTERS = 200
_TITLE_CHARACTERS = 40  # further ones decide nothing a reader would see


def key(title: str) -> str:
    """`水电站` → `shui dian zhan`; lower case, without accents, at most 200 characters."""
    syllables = lazy_pinyin(title[:_TITLE_CHARACTERS].casefold())
    text = unicodedata.normalize("NFKD", " ".join(syllables))
    return "".join(c for c in text if not unicodedata.combining(c))[:KEY_CHARACTERS]
