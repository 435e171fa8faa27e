"""
The certificate's place in the public log, the log's signature, and who else signed it.
"""

from collections.abc import Sequence

from hutong.certificates.report import Outcome, Step, StepName
from hutong.certificates.verification.parts import Parts
from hutong.kit.refusal import N_
from hutong.transparency import merkle, note, trust
from hutong.transparency.note import VerifierKey
from hutong.transparency.proof import LogProof
from hutong.transparency.venue_keys import VenueKeys


def log_steps(parts: Parts, keys: VenueKeys, witnesses: Sequence[VerifierKey]) -> tuple[Step, Step]:
    checkpoint, problem = _checkpoint(parts.proof, keys, witnesses)
    if checkpoint is None:
        return (
            Step(
                StepName.INCLUSION,
                Outcome.UNKNOWN,
                N_("Without a signed checkpoint the place in the log proves nothing."),
            ),
            Step(
                StepName.CHECKPOINT,
                Outcome.FAILED,
                N_("The log's checkpoint is not signed by the venue: {problem}."),
                {"problem": problem},
            ),
        )
    signed = Step(
        StepName.CHECKPOINT,
        Outcome.OK,
        N_("The log {origin} signed its state at {size} entries."),
        {"origin": checkpoint.origin, "size": str(checkpoint.size)},
    )
    try:
        merkle.verify_inclusion(
            index=parts.proof.index,
            size=checkpoint.size,
            leaf=merkle.leaf_hash(parts.leaf),
            proof=parts.proof.hashes,
            root=checkpoint.root,
        )
    except (merkle.ProofInvalid, merkle.OutOfRange) as error:
        text = N_("The certificate is not in the public log: {problem}.")
        return Step(StepName.INCLUSION, Outcome.FAILED, text, {"problem": str(error)}), signed
    text = N_("The certificate is entry {index} of the public log.")
    return Step(StepName.INCLUSION, Outcome.OK, text, {"index": str(parts.proof.index)}), signed


def _checkpoint(
    proof: LogProof, keys: VenueKeys, witnesses: Sequence[VerifierKey]
) -> tuple[note.Checkpoint | None, str]:
    try:
        return trust.open_checkpoint(proof.checkpoint, keys, witnesses), ""
    except note.NoteInvalid as error:
        return None, str(error)


def witnesses_step(parts: Parts, keys: VenueKeys, witnesses: Sequence[VerifierKey]) -> Step:
    """Who else signed the log's checkpoint: checked for those whose keys the reader trusts."""
    try:
        signed = note.parse(parts.proof.checkpoint)
        checked = signed.verified_by(witnesses)
    except note.NoteInvalid as error:
        text = N_("A witness's signature is wrong: {problem}.")
        return Step(StepName.WITNESSES, Outcome.FAILED, text, {"problem": str(error)})
    own = {(key.name, key.key_id) for key in keys.every_log_key()}
    others = {line.name for line in signed.signatures if (line.name, line.key_id) not in own}
    if checked:
        facts = {"names": ", ".join(sorted({key.name for key in checked}))[:500]}
        return Step(StepName.WITNESSES, Outcome.OK, N_("Cosigned by {names}."), facts)
    if not others:
        text = N_("No other venue's signature stands on the checkpoint inside.")
        return Step(StepName.WITNESSES, Outcome.UNKNOWN, text)
    text = N_("Cosigned by {names}, whose keys were not given.")
    facts = {"names": ", ".join(sorted(others))[:500]}
    return Step(StepName.WITNESSES, Outcome.UNKNOWN, text, facts)
