"""
Documents on the wire.
"""

from datetime import datetime
from uuid import UUID

from ninja import Field, Schema

from hutong.documents.rules import Access


class DocumentOut(Schema):
    id: UUID
    owner: str = Field(description="The subject it belongs to", examples=["party:0190…"])
    name: str = Field(examples=["licence.pdf"])
    media_type: str = Field(examples=["application/pdf"])
    size: int = Field(description="Bytes", examples=[48213])
    digest: str = Field(description="SHA-256 of the bytes", examples=["sha256:9f86d0…"])
    access: Access
    stored_at: datetime
