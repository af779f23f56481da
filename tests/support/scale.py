"""How much a test does: the usual amount, or the long form of `make soak`."""

import os

SOAK = os.environ.get("CMDM_SOAK") == "1"


def scaled(usual: int, soak: int) -> int:
    """A number of runs, rows or steps."""
    return soak if SOAK else usual
