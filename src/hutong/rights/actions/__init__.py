"""
What can happen in the register: applications, objections, disposals from deals, freezes.
"""

from hutong.rights.actions.applications import (
    apply_first_registration,
    attach_evidence,
    close_notice,
    examine,
    reject_held,
    submit,
    withdraw,
)
from hutong.rights.actions.disposals import (
    cancel_transfer,
    effect_transfer,
    prepare_transfer,
    record_outside_step,
)
from hutong.rights.actions.objections import decide_objection, object_to
from hutong.rights.actions.restrictions import freeze, lift

__all__ = [
    "apply_first_registration",
    "attach_evidence",
    "cancel_transfer",
    "close_notice",
    "decide_objection",
    "effect_transfer",
    "examine",
    "freeze",
    "lift",
    "object_to",
    "prepare_transfer",
    "record_outside_step",
    "reject_held",
    "submit",
    "withdraw",
]
