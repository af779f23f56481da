"""Marking sentences for translation where Django may not be imported.

`makemessages` collects what is wrapped in `_( … )`; whoever shows a sentence translates it.
"""


def _(msgid: str) -> str:
    return msgid
