"""
The running venue: what turns the areas into processes.

    ./hutong → environment.py → cli.py → supervisor.py ┬ postgres.py   the embedded database
                                                       ├ web, hot door
                                                       └ worker
"""
