"""What training may have to say of a parameter, in words."""

from typing import Final

MESSAGES: Final[dict[str, str]] = {
    "few_pairs": "Too few pairs of one party were found to learn from (about %(pairs)d). All weights were kept.",
    "crowded": "By what was learned a record would have about %(pairs)d others of its party, which is hardly so. "
    "All weights were kept.",
    "contradicts": "What was learned contradicts itself: in one party values that differ, or are only alike, would be "
    "more usual than equal ones. Its weights were kept, and all others learned without it.",
    "never_compared": "No pair has this value on both sides, so nothing was learned of it. Its weights were kept.",
    "few_seen": "Too few pairs of one party were seen for a sure weight: %(levels)s.",
    "chance_unseen": "No two strangers were seen at these, so their chance was kept at the ratio it had: %(levels)s.",
    "against_order": "This level weighs more than a better one: look at how its values are written.",
    "no_support": "No pairs fit this explanation: it was kept as it was and hardly changes any score.",
}
