"""
What can happen in the register: applications, objections, disposals from deals, freezes.
"""

from hutong.rights.actions.applications import (
    apply_first_registration,
    apply_for_bundle,
    attach_evidence,
    consent,
    submit,
    withdraw,
)
from hutong.rights.actions.disposals import (
    cancel_transfer,
    effect_transfer,
    prepare_transfer,
    record_outside_step,
)
from hutong.rights.actions.empowering import apply_empowerment
from hutong.rights.actions.examining import close_notice, examine, reject_held, set_aside
from hutong.rights.actions.fees import mark_fee_paid
from hutong.rights.actions.incomes import (
    confirm_income,
    income_arose,
    record_given,
    state_costs,
)
from hutong.rights.actions.objections import (
    argue,
    decide_objection,
    object_to,
    withdraw_objection,
)
from hutong.rights.actions.restrictions import freeze, lift

__all__ = [
    "apply_empowerment",
    "apply_first_registration",
    "apply_for_bundle",
    "argue",
    "attach_evidence",
    "cancel_transfer",
    "close_notice",
    "confirm_income",
    "consent",
    "decide_objection",
    "effect_transfer",
    "examine",
    "freeze",
    "income_arose",
    "lift",
    "mark_fee_paid",
    "object_to",
    "prepare_transfer",
    "record_given",
    "record_outside_step",
    "reject_held",
    "set_aside",
    "state_costs",
    "submit",
    "withdraw",
    "withdraw_objection",
]
