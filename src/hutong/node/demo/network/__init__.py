"""
The network's demo: ten venues on one machine, joined, trading, one of them killed (NE-1 to NE-6).

    venues.py      who they are
    story.py       what happens
    joining.py     one network of ten
    projects.py    seven joint projects of four venues
    procedures.py  rules of one, adopted by another
    trading.py     an order across venues
    joint_sale.py  one of the seven sold across three venues
    checking.py    mirrors, books, doctors

Like the single venue's demo it speaks to the venues by their public doors alone; what the venues'
keepers do with the machine in hand (found, apply) is done by `./hutong network`.
"""
