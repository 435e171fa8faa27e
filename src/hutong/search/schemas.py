"""
Findings on the wire.
"""

from uuid import UUID

from ninja import Field, Schema

from hutong.search.documents import Kind


class HitOut(Schema):
    kind: Kind
    id: UUID
    title_zh: str = Field(examples=["一种高熵合金及其制备方法"])
    title_en: str = Field(examples=["A high-entropy alloy and how it is made"])
    venue: str = Field(
        "",
        description="Code of the other venue whose thing it is; ours have none",
        examples=["SZTE"],
    )


class CountOut(Schema):
    value: str = Field(examples=["patent"])
    count: int = Field(examples=[128])


class FoundOut(Schema):
    """`facets`: for each, how many findings choosing one value would give."""

    items: list[HitOut]
    total: int = Field(examples=[231])
    page: int = Field(examples=[1])
    pages: int = Field(examples=[12])
    some_words: bool = Field(description="Nothing has all the words; these have some of them")
    facets: dict[str, list[CountOut]]
