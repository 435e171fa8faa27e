"""`up`: run the venue here."""

import argparse

from hutong.node import up
from hutong.node.cli import CommandError
from hutong.node.postgres import PostgresError
from hutong.node.presence import AlreadyRunning


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, help="port (default: the first free one from 8000)")
    parser.add_argument("--demo", action="store_true", help="found a demo venue when it is new")


def run(options: argparse.Namespace) -> int:
    try:
        return up.run(host=options.host, port=options.port, demo=options.demo)
    except (AlreadyRunning, up.PortTaken, PostgresError) as error:
        raise CommandError(str(error)) from error
