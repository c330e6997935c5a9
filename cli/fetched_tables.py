"""The tables' Parquet files come to this machine, in the folders that they have in the bucket."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.download import new_file
from cli.errors import CommandFailed, Exit, refused, unreachable
from cli.terminal import console
from lambdas.tables.names import table_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cli.ledger_query import LedgerFilter
    from cli.stack import DeployedStack

FOLDER = "tables/"
AT_ONCE = 8


def fetch_tables(deployed: DeployedStack, wanted: LedgerFilter, folder: Path) -> list[dict[str, str]]:
    """Bring the files that are wanted and not here as they are in the bucket; return what became of each.

    A file is a month's, so the days wanted are months here.

    Raises:
        CommandFailed: there are no tables, nothing in them is wanted, or a file cannot be written.
    """
    deployed.tables  # noqa: B018 - raises
    if folder.exists() and not folder.is_dir():
        raise refused(f"--output is the file {folder}; allowed is a folder")
    found = list(_listed(deployed, wanted))
    if not found:
        raise unreachable("nothing like that is in a table: `reportflow tables` lists what there is")
    with console(stderr=True).status(f"Fetching {len(found)} files …"), ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda each: _one(deployed, each, folder), found))


def _listed(deployed: DeployedStack, wanted: LedgerFilter) -> Iterator[Any]:
    months = [(day or "")[:7] for day in wanted.days()]
    table = table_of(wanted.report_type) if wanted.report_type else ""
    pages = deployed.s3.get_paginator("list_objects_v2").paginate(Bucket=deployed.bucket, Prefix=f"{FOLDER}{table}")
    for page in pages:
        for item in page.get("Contents", []):
            name, seller, month, _ = item["Key"].removeprefix(FOLDER).split("/")
            if (
                (not table or name.partition("__")[0] == table)
                and wanted.seller in (None, seller.removeprefix("rf_seller="))
                and months[0] <= month.removeprefix("rf_month=") <= (months[1] or "9")
            ):
                yield item


def _one(deployed: DeployedStack, item: Any, folder: Path) -> dict[str, str]:
    path = folder.joinpath(*item["Key"].removeprefix(FOLDER).split("/"))
    part = None
    try:
        # The ETag of what is written at once, without a key of one's own, is the MD5.
        if path.is_file() and hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest() in item["ETag"]:
            return {"path": str(path), "file": "unchanged"}
        before = path.exists()
        path.parent.mkdir(parents=True, exist_ok=True)
        part = new_file(path.parent)
        part.write_bytes(deployed.s3.get_object(Bucket=deployed.bucket, Key=item["Key"])["Body"].read())
        part.replace(path)
    except OSError as error:
        raise CommandFailed(f"{path} cannot be written ({error.strerror})", exit_code=Exit.FAILED) from None
    finally:
        if part:
            part.unlink(missing_ok=True)
    return {"path": str(path), "file": "replaced" if before else "new"}
