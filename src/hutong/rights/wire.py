"""
Kinds of text that the register takes over the wire, each with its bound.
"""

from typing import Annotated

from ninja import Field

NO_NUL = r"^[^\x00]*$"
Words = Annotated[str, Field(max_length=4_000, pattern=NO_NUL)]
Short = Annotated[str, Field(max_length=200, pattern=NO_NUL)]
Share = Annotated[str, Field(max_length=32, pattern=NO_NUL, examples=["1/3"])]
