"""`python -m hutong.node.cli`."""

import sys

from hutong.node.cli import main

sys.exit(main())
