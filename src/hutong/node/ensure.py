"""Make the embedded server's database when it is not there yet: `python -m hutong.node.ensure`."""

from hutong.node import postgres, venue
from hutong.node.paths import postgres_directory, state_directory

if __name__ == "__main__":
    venue.ensure_database(postgres.prepare(postgres_directory(state_directory())))
