"""The worker as it is, but with one reaction alone: it fails for subjects that say so. For tests."""

if __name__ == "__main__":
    import django

    from hutong.node.loading import loading

    with loading():
        django.setup()
        from hutong.journal.reacting import Reaction
        from hutong.node import reactions, worker

    def told(entry):
        if "poison" in entry.subject:
            raise ValueError("poison")

    reactions.REACTIONS = (Reaction("test.told", ("node.TestHappened",), told),)
    worker.run()
