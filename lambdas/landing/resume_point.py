"""Where the next run goes on with a document that one run was too short for."""

from typing import NamedTuple


class Unfinished(NamedTuple):
    """Where the next run goes on: at `position` of the document of this `etag` and `size`."""

    upload_id: str
    key: str
    position: int
    size: int
    etag: str


FROM_START = Unfinished(upload_id="", key="", position=0, size=0, etag="")
