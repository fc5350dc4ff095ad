"""The cut-offs of the dialogue: from which score on a search hit or a route counts.

Chosen from the curves of bench/thresholds.py (see docs/decisions.md). Links have theirs in actions/frame.py.
"""

FOUND = 0.45  # a search hit that answers
FOUND_SURELY = 0.77  # at most one outside question in eight scores more
DESCRIBED, DESCRIBED_LEAD = 0.15, 0.2  # likeness to the descriptions of an item, and its share before those of the next
DESCRIBED_SURELY = 0.25  # the description tells more than the name of another measure
FOUND_IN_MEASURE = 0.25  # within the measure that is talked about
FOUND_AS_TEXT = 0.25  # where the router is sure that a text is asked for
SECTION_BONUS = 0.08
NEAR_BONUS = 0.08
SAID = 0.15  # what was just quoted is seldom what a follow-up asks for
NEAR = 0.25  # hits this near the best are named below it
SURE = 0.7
BY_ITSELF, UNSURE_INTENT = 0.85, 0.5  # the router knows what a message asks that the intent takes for a follow-up
BEYOND_SURELY = 0.6
OUTSIDE_SURELY = 0.6
BEYOND_ALL_DOUBT = 0.9
SURE_OF_TEXT = 0.6
LIKELY_TEXT, DOUBTFUL = 0.25, 0.75  # a text against what is probably beyond the plan
SURE_OF_LIST = 0.5
SURELY_OF_PLAN = 0.85
SURE_OF_TALK = 0.15  # the router has decided; the intent only says which small talk
SURELY_TALK = 0.95  # small talk by the router alone, whatever its intent, where nothing of the plan is named
SURE_OF_GREETING = 0.85  # of small talk that holds a strange word (『PayPayの使い方は？』)
SECOND_BEST = 0.25  # a route less likely than this is not tried when the likelier ones find nothing
UNLIKELY = 0.1  # a route less likely than this is never tried after others
AS_LIKELY = 0.2
