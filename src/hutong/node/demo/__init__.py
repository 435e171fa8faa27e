"""
`./hutong demo`: a demo venue, and a whole case played through its public API.

    venue up ─► story.py: sign-up … certificates, as its institutions would ─► summary ─► stays up

The story uses nothing but the API and, for what a person would read in a mail or type at the
console, the venue's own mail folder and commands. `client.py` speaks HTTP, `narrator.py` tells.
"""
