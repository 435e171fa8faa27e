"""
What happens when its moment in venue time has come: kind of timer → handler.
"""

from hutong.due.running import Handler

TIMERS: dict[str, Handler] = {}
