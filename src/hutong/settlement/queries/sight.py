"""Who may look into the books: officers of settlement and the supervisor."""

from hutong.kit.actor import Actor

BOOKS = ("settlement.", "supervise.")


def needs_books(actor: Actor) -> None:
    """Refuse who is neither officer of settlement nor supervisor."""
    held = sorted(power for power in actor.powers if power.startswith(BOOKS))
    actor.need(held[0] if held else "supervise.read")


def sees_books(actor: Actor) -> bool:
    """Whether the books are open to `actor`; an officer without second factor sees its own only."""
    officer = any(power.startswith(BOOKS) for power in actor.powers)
    return actor.is_system or (actor.second_factor and officer)
