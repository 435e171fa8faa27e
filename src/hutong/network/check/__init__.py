"""
Whether an exchange keeps the protocol of docs/network.md, item by item, seen from outside (NE-1, NE-2).

    describing → membership → log → content → telling → mirrors → inbox → doors    items, in order
        → member → speaking: every kind of message, as a table has it (kinds)
         └──────────── items.ITEMS ◄── running.check(Run) ──► Report: kept | broken | not checked
                                             └── wire.Wire: within bounds, whatever answers

Works on any implementation, over HTTP alone; needs no database. What it sends is refused by whoever
keeps the protocol and changes nothing there; what `member` and `speaking` sign as a venue both keep.
"""
