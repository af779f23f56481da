"""Ways to go through arrays: by compiled kernels, or, as a process that has little to compare, without."""

from contextlib import contextmanager

import pytest

from matching.engine.bulk import fast

WAYS = [
    pytest.param(True, marks=pytest.mark.skipif(not fast.AVAILABLE, reason="numba is not installed"), id="compiled"),
    pytest.param(False, id="plain"),
]


@contextmanager
def going(compiled):
    """Inside, a kernel pays from the first value on, or not for any."""
    before = fast._gone_through.values
    fast._gone_through.values = fast.PLAIN if compiled else -(10**12)
    try:
        yield
    finally:
        fast._gone_through.values = before
