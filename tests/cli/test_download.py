"""A fetched report is its own file, whoever has prepared the folder that it goes to."""

import hashlib
import io
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from cli.download import download
from cli.errors import CommandFailed

REPORT = b"sku\tasin\n"


class S3:
    """S3 with one object."""

    def get_object(self, **_: str) -> dict[str, Any]:
        """Return it."""
        return {"Body": self, "ContentLength": len(REPORT)}

    def iter_chunks(self, size: int) -> list[bytes]:
        """Return its bytes."""
        return [io.BytesIO(REPORT).read(size)]


class Deployed(NamedTuple):
    """A stack with that."""

    s3: S3 = S3()
    bucket: str = "b"


def fetched(path: Path, *, key: str = "reports/R1.tsv", utf8: bool = False, sha256: str | None = None) -> None:
    landed = {"key": key, "sha256": sha256 or hashlib.sha256(REPORT).hexdigest(), "charset": "UTF-8", "versionId": "v"}
    deployed: Any = Deployed()
    download(deployed, {"result": landed, "compression": None}, path, utf8=utf8)


@pytest.mark.parametrize("utf8", [False, True])
@pytest.mark.parametrize("planted", ["R1.tsv", "R1.tsv.part", "R1.tsv.part.utf-8", ".R1.tsv.part"])
def test_a_link_that_somebody_planted_is_not_followed(tmp_path: Path, planted: str, utf8: bool) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"theirs")
    shared = tmp_path / "shared"
    shared.mkdir()
    (shared / planted).symlink_to(victim)
    fetched(shared / "R1.tsv", utf8=utf8)
    assert victim.read_bytes() == b"theirs"
    assert (shared / "R1.tsv").read_bytes() == REPORT
    assert not (shared / "R1.tsv").is_symlink()
    assert (shared / "R1.tsv").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("key", ["reports/[/].tsv", "reports/\x1b]0;x\x07.tsv", "reports/{0}.tsv"])
def test_an_odd_key_is_shown_as_it_is(tmp_path: Path, key: str, capsys: pytest.CaptureFixture[str]) -> None:
    fetched(tmp_path / "R1.tsv", key=key)
    assert (tmp_path / "R1.tsv").read_bytes() == REPORT
    assert "\x1b]" not in capsys.readouterr().err


def test_nothing_is_left_of_what_is_not_what_has_landed(tmp_path: Path) -> None:
    with pytest.raises(CommandFailed, match="is not what has landed"):
        fetched(tmp_path / "R1.tsv", sha256="0")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_takes_nothing_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CommandFailed, match=r"cannot be written \(File name too long\)$"):
        fetched(tmp_path / ("x" * 300))
    with pytest.raises(CommandFailed, match=r"cannot be written \(No such file or directory\)$"):
        fetched(tmp_path / "missing" / "R1.tsv")
