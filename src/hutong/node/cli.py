"""
`./hutong CMD`: every command of a venue, in one table.
"""

import os
import sys


def main(arguments: list[str] | None = None) -> int:
    arguments = sys.argv[1:] if arguments is None else arguments
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hutong.node.settings")
    if arguments[:1] == ["manage"]:
        from django.core.management import execute_from_command_line

        execute_from_command_line(["hutong manage", *arguments[1:]])
        return 0
    print(f"unknown command {arguments}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
