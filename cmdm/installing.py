"""Standing rows: what each app needs in its tables before anybody can work; `manage.py install` calls all of it.

A step is called with ``actor`` (the hub itself), may run again on an installed database, and changes nothing then.
"""

from collections.abc import Callable
from typing import Any

from cmdm.ports import Registry

standing: Registry[Callable[..., Any]] = Registry("installation step")
