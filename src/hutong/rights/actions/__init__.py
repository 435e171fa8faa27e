"""
What can happen in the register: applications, objections, filings, disposals, freezes.
"""

from hutong.rights.actions.applications import (
    apply_first_registration,
    apply_for_bundle,
    attach_evidence,
    consent,
    submit,
    withdraw,
)
from hutong.rights.actions.claiming import settle_claim
from hutong.rights.actions.corrections import (
    propose_approval_abroad,
    propose_cancellation,
    propose_correction,
    propose_pre_emption,
    propose_release,
    propose_state_funding,
    propose_termination,
)
from hutong.rights.actions.disposals import (
    cancel_disposal,
    effect_disposal,
    prepare_grant,
    prepare_transfer,
    record_outside_step,
)
from hutong.rights.actions.empowering import apply_empowerment
from hutong.rights.actions.examining import close_notice, examine, reject_held, set_aside
from hutong.rights.actions.fees import mark_fee_paid
from hutong.rights.actions.filings import (
    agree,
    approve_filing,
    consent_to_disposals,
    decline,
    file_licence,
    file_pledge,
    file_redistribution,
    reject_filing,
    release,
    surrender,
    withdraw_filing,
)
from hutong.rights.actions.incomes import (
    confirm_income,
    income_arose,
    record_given,
    state_costs,
)
from hutong.rights.actions.moving import bar, close_chapter, take_chapter, unbar
from hutong.rights.actions.noting import file_correction, file_pre_emption
from hutong.rights.actions.objections import (
    argue,
    decide_objection,
    object_to,
    withdraw_objection,
)
from hutong.rights.actions.reserving import end_reservation, reserve
from hutong.rights.actions.restrictions import freeze, lift

__all__ = [
    "agree",
    "apply_empowerment",
    "apply_first_registration",
    "apply_for_bundle",
    "approve_filing",
    "argue",
    "attach_evidence",
    "bar",
    "cancel_disposal",
    "close_chapter",
    "close_notice",
    "confirm_income",
    "consent",
    "consent_to_disposals",
    "decide_objection",
    "decline",
    "effect_disposal",
    "end_reservation",
    "examine",
    "file_correction",
    "file_licence",
    "file_pledge",
    "file_pre_emption",
    "file_redistribution",
    "freeze",
    "income_arose",
    "lift",
    "mark_fee_paid",
    "object_to",
    "prepare_grant",
    "prepare_transfer",
    "propose_approval_abroad",
    "propose_cancellation",
    "propose_correction",
    "propose_pre_emption",
    "propose_release",
    "propose_state_funding",
    "propose_termination",
    "record_given",
    "record_outside_step",
    "reject_filing",
    "reject_held",
    "release",
    "reserve",
    "set_aside",
    "settle_claim",
    "state_costs",
    "submit",
    "surrender",
    "take_chapter",
    "unbar",
    "withdraw",
    "withdraw_filing",
    "withdraw_objection",
]
