"""What kind of file bytes are: by their beginning. Its name and what the browser calls it say nothing."""

MOST_BYTES = 5 * 1024 * 1024
LONGEST_NAME = 120
SIGNS = {
    b"%PDF-": ("application/pdf", "pdf"),
    b"\x89PNG\r\n\x1a\n": ("image/png", "png"),
    b"\xff\xd8\xff": ("image/jpeg", "jpg"),
}
TEXT = ("text/plain", "txt")


def kind_of(content: bytes) -> str:
    """The media type; empty for what is not taken."""
    for sign, (kind, _ending) in SIGNS.items():
        if content.startswith(sign):
            return kind
    return TEXT[0] if _is_text(content) else ""


def ending_of(kind: str) -> str:
    """How the name of such a file ends."""
    return dict([*SIGNS.values(), TEXT]).get(kind, "bin")


def name_of(name: str) -> str:
    """A name without folders and signs that are not shown."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(letter for letter in last if letter.isprintable()).strip()[:LONGEST_NAME] or "file"


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return False
    return bool(text.strip()) and not any(ord(letter) < 32 and letter not in "\t\r\n\f" for letter in text)
