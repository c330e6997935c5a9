"""An embedded AWS for a laptop: the synthesized cloud assembly runs in it unmodified, on 127.0.0.1 only."""

from local.embedded.aws import EmbeddedAws, EmbeddedAwsFailed
from local.embedded.deploy import StackFailed, StackMissing

__all__ = ["EmbeddedAws", "EmbeddedAwsFailed", "StackFailed", "StackMissing"]
