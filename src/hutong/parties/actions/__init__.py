"""
What can happen to persons and parties. One file a subject.
"""

from hutong.parties.actions.control import end_control, record_control
from hutong.parties.actions.evidence import attach_evidence, detach_evidence
from hutong.parties.actions.links import make_sign_in_link, use_sign_in_link
from hutong.parties.actions.mandates import (
    accept_invitation,
    decline_invitation,
    expire_invitation,
    invite,
    revoke_mandate,
    withdraw_invitation,
)
from hutong.parties.actions.officers import (
    admit_person,
    appoint_first_administrator,
    appoint_officer,
    dismiss_officer,
)
from hutong.parties.actions.persons import (
    change_person,
    confirm_email,
    enter_person,
    note_confirmed,
    sign_up,
)
from hutong.parties.actions.recognising import (
    Vouched,
    admit_foreign_person,
    end_recognition,
    recognise,
)
from hutong.parties.actions.register import (
    correct_party,
    decide_verification,
    mark_state_owned,
    register_party,
    reinstate,
    release_identifier,
    submit_for_verification,
    suspend,
)
from hutong.parties.actions.second_factor import (
    add_second_factor,
    begin_second_factor,
    remove_second_factor,
)
from hutong.parties.actions.tokens import (
    NotSignedIn,
    SignedIn,
    check_credentials,
    issue_token,
    revoke_token,
)

__all__ = [
    "NotSignedIn",
    "SignedIn",
    "Vouched",
    "accept_invitation",
    "add_second_factor",
    "admit_foreign_person",
    "admit_person",
    "appoint_first_administrator",
    "appoint_officer",
    "attach_evidence",
    "begin_second_factor",
    "change_person",
    "check_credentials",
    "confirm_email",
    "correct_party",
    "decide_verification",
    "decline_invitation",
    "detach_evidence",
    "dismiss_officer",
    "end_control",
    "end_recognition",
    "enter_person",
    "expire_invitation",
    "invite",
    "issue_token",
    "make_sign_in_link",
    "mark_state_owned",
    "note_confirmed",
    "recognise",
    "record_control",
    "register_party",
    "reinstate",
    "release_identifier",
    "remove_second_factor",
    "revoke_mandate",
    "revoke_token",
    "sign_up",
    "submit_for_verification",
    "suspend",
    "use_sign_in_link",
    "withdraw_invitation",
]
