"""The lines of the log: control characters escaped, never a personal value.

Code logs ids and codes as keywords; whatever a library logs as free text is cut to its message template,
because its arguments may hold what a client sent.
"""

import logging
import sys
from collections.abc import MutableMapping
from functools import cache
from typing import Any

import structlog


class TemplateOnly(structlog.stdlib.ProcessorFormatter):
    """Leaves out what a library put into its message. It happens before structlog joins the two."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        if record.args and not record.name.startswith("cmdm"):
            record = logging.makeLogRecord({**record.__dict__, "msg": str(record.msg), "args": ()})
        return super().format(record)


def _error_class_only(_logger: object, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """An exception's text may quote a row; its class and place may not."""
    info = event.pop("exc_info", None)
    if info is True:  # what this code says of a fault, while it has it in hand
        info = sys.exc_info()
    if isinstance(info, tuple) and info[0] is not None:
        event["error"] = info[0].__name__
        frames = []
        trace = info[2]
        while trace is not None:
            frames.append(f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}")
            trace = trace.tb_next
        event["at"] = frames[-4:]
    return event


SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso"),
]


FORMATTER = TemplateOnly(
    foreign_pre_chain=SHARED,
    processors=[
        _error_class_only,
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.JSONRenderer(),
    ],
)
structlog.configure(
    processors=[*SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)


@cache
def logger(name: str) -> Any:
    """The logger of this name."""
    return structlog.get_logger(name)
