"""Steps that do not need each other, side by side: numpy, polars and kernels let go of Python's lock."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

T = TypeVar("T")

WORKERS: Final = 2
MANY: Final = 20_000  # records from which a thread costs less than it saves


def side_by_side(records: int, steps: Sequence[Callable[[], T]]) -> list[T]:
    """What each step gives, in their order; one after another where there are few records."""
    if records < MANY:
        return [step() for step in steps]
    with ThreadPoolExecutor(max_workers=WORKERS) as pool:
        return list(pool.map(lambda step: step(), steps))
