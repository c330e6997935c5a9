"""Names of files that are made of Amazon's ids: whatever those are, a file system takes them."""

import hashlib

# Of 255 that file systems take, so that a name can still be added to.
MOST_BYTES = 200
KEPT = 60


def bounded(name: str) -> str:
    """Return a name, or of a long one its beginning and end, with what tells it apart between them; never a folder."""
    if name in ("", ".", ".."):
        return f"~{name}"
    if len(name.encode()) <= MOST_BYTES:
        return name
    beginning, end = (part.decode(errors="ignore") for part in (name.encode()[:KEPT], name.encode()[-KEPT:]))
    return f"{beginning}~{hashlib.sha256(name.encode()).hexdigest()[:16]}~{end}"
