"""Structured logs: one JSON object a line. What makes it is imported with the first: most commands say none."""

import logging
from importlib import import_module
from typing import Any

_STRUCTURED = "cmdm.logs.structured"


class Log:
    """A logger of the hub: says events, with ids and codes as keywords."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __getattr__(self, level: str) -> Any:
        return getattr(import_module(_STRUCTURED).logger(self.name), level)


class Lines(logging.Formatter):
    """Each record as one line."""

    def format(self, record: logging.LogRecord) -> str:
        line: str = import_module(_STRUCTURED).FORMATTER.format(record)
        return line


def configuration(*, level: str) -> dict[str, Any]:
    """The ``LOGGING`` setting."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": Lines}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "django.request": {"level": "ERROR"},
            "django.security": {"level": "ERROR"},
            "axes": {"level": "ERROR"},
            "django-q": {"level": "WARNING"},
        },
    }
