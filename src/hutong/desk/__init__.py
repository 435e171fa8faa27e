"""
Officers' pages: one queue of what waits, by power, with its age; a page for each case with the
evidence, the decisions allowed and their consequences. Four eyes are shown before they refuse.
"""
