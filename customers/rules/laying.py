"""Laying a correction over the record that it is about: what is compared with other records.

Golden values take both as claims of their own and let rules choose; matching has to know one party.
"""

from collections.abc import Callable, Mapping
from typing import Any

Keys = Mapping[str, Callable[[Any], str]]


def laid_over(values: Mapping[str, Any], correction: Mapping[str, Any], many: Keys) -> dict[str, Any]:
    """The opened values as corrected: a single value is replaced, the elements of a many-valued attribute are joined.

    :param many: the many-valued attributes, each with what makes two of its elements equal; a corrected element takes
        the place of the equal one.
    """
    laid = {**values, **correction}
    for name in correction.keys() & values.keys() & many.keys():
        said = {many[name](element) for element in correction[name]} - {""}
        laid[name] = [*correction[name], *(one for one in values[name] if many[name](one) not in said)]
    return laid
