"""An embedded AWS for a laptop: the synthesized cloud assembly runs in it unmodified, on 127.0.0.1 only."""

from local.aws.deploy import StackFailed, StackMissing
from local.aws.embedded_aws import EmbeddedAws, EmbeddedAwsFailed

__all__ = ["EmbeddedAws", "EmbeddedAwsFailed", "StackFailed", "StackMissing"]
