"""Django's management commands, with the venue's database at hand where one is needed."""

import os

from django.core.management import execute_from_command_line

from hutong.node.venue import database

OFFLINE = {"makemigrations", "collectstatic", "help", "version"}


def run(arguments: list[str]) -> int:
    command = ["hutong manage", *arguments]
    if "HUTONG_DATABASE_URL" in os.environ or (arguments and arguments[0] in OFFLINE):
        execute_from_command_line(command)
    else:
        with database():
            execute_from_command_line(command)
    return 0
