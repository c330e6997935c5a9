"""Values of the CDK context, each checked by its key. `-c` on the command line gives text, cdk.json any JSON."""

import re
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

LOOPBACK = ("127.0.0.1", "localhost", "::1")


class InvalidConfiguration(ValueError):
    """The CDK context, or the file of reports, has something that nothing can be deployed from."""


class ContextValues:
    """The context. Each method raises InvalidConfiguration: it names the key, what was found and what is allowed."""

    def __init__(self, context: Callable[[str], Any]) -> None:
        """Read from `context`, which returns a key's value or None."""
        self.raw = context

    def text(self, key: str, default: str = "") -> str:
        """Return a text without spaces around it."""
        value = self.raw(key)
        if value is None:
            return default
        if not isinstance(value, str) or not value.strip():
            raise InvalidConfiguration(f"context {key} is {value!r}; allowed is a non-empty string")
        return value.strip()

    def matching(self, key: str, pattern: re.Pattern[str], allowed: str, *, default: str = "") -> str:
        """Return a text that matches a pattern, which `allowed` puts into words with their verb."""
        value = self.text(key, default)
        if value and not pattern.fullmatch(value):
            raise InvalidConfiguration(f"context {key} is {value!r}; allowed {allowed}")
        return value

    def endpoint(self, key: str) -> str:
        """Return a URL without a slash at its end; empty if there is none."""
        value = self.text(key).rstrip("/")
        parts = urlsplit(value)
        secure = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
        if value and not (secure and parts.hostname and "@" not in parts.netloc):
            raise InvalidConfiguration(f"context {key} is {value!r}; allowed is an https URL, or http on the loopback")
        return value

    def one_of(self, key: str, allowed: Sequence[str], *, default: str) -> str:
        """Return one of some words."""
        value = default if self.raw(key) is None else self.raw(key)
        if value not in allowed:
            words = (" and " if len(allowed) == 2 else ", ").join(allowed)
            raise InvalidConfiguration(f"context {key} is {value!r}; allowed are {words}")
        return str(value)

    def some_of(self, key: str, allowed: Sequence[str]) -> tuple[str, ...]:
        """Return some of some words, in their order: from a list, or from a text with commas or spaces."""
        value = self.raw(key)
        words = re.split(r"[,\s]+", value.strip()) if isinstance(value, str) else value
        if value in (None, "", []):
            return ()
        if not isinstance(words, list) or not all(word in allowed for word in words):
            raise InvalidConfiguration(f"context {key} is {value!r}; allowed are some of {', '.join(allowed)}")
        return tuple(word for word in allowed if word in words)

    def switch(self, key: str, *, default: bool = False) -> bool:
        """Return true or false."""
        value = default if self.raw(key) is None else self.raw(key)
        if not isinstance(value, bool) and value not in ("true", "false"):
            raise InvalidConfiguration(f"context {key} is {value!r}; allowed are true and false")
        return value in (True, "true")

    def number(self, key: str, *, default: float, low: float, high: float, unit: int = 1) -> int:
        """Return a number between two, times `unit`, as a whole one."""
        value = self.raw(key)
        try:
            number = float(default if value is None else value)
        except (TypeError, ValueError):
            number = float("nan")
        if not low <= number <= high:
            raise InvalidConfiguration(f"context {key} is {value!r}; allowed is a number from {low:g} to {high:g}")
        return round(number * unit)
