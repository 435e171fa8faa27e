"""
The API of persons and parties. One file a subject.
"""

from ninja import Router

from hutong.parties.api.account import router as account
from hutong.parties.api.control import router as control
from hutong.parties.api.members import router as members
from hutong.parties.api.register import router as register
from hutong.parties.api.tokens import router as tokens

router = Router()
for part in (account, tokens, register, members, control):
    router.add_router("", part)
