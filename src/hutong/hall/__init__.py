"""
The hall: the big screen of the trading hall, and its booth version for a stand at a fair (ST-4).

    /live/board (SSE) ──► running lots, price and time as confirmed
    /hall/data (every 10 s) ─► board, deals, figures, map, events ─► hall.js ─► the screen

The screen belongs to nobody who sits before it: it comes back by itself after a restart of the
server or the loss of the network, and holds as much after a week as after a minute.
"""
