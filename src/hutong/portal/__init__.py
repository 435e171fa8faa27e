"""
The public's pages: what is on, what there is, what happened, and how to check it.

They read through the areas' queries and write through their actions, and know no tables. One file a
subject; `context` fills the frame that stands around every page of the house.
"""
