"""reportflow query: SQL over what has landed, answered by Athena."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from cli.athena import execute, size
from cli.errors import refused
from cli.query_output import check_path, print_csv, print_objects, print_table, write
from cli.stack import Connection, JsonOption, RestrictedOption, find
from cli.terminal import console


def query(
    *,
    sql: Annotated[str, typer.Argument(metavar="SQL", help="The statement, or - for standard input.")],
    as_csv: Annotated[bool, typer.Option("--csv", help="Print all rows as CSV.")] = False,
    as_json: JsonOption = False,
    output: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write all rows to a .parquet or .csv file.")
    ] = None,
    restricted: RestrictedOption = False,
    connection: Connection,
) -> None:
    """Ask the tables in SQL, through Athena, and print its answer.

    `reportflow tables` lists the tables and their views. What was scanned, and what it costs, is said on standard
    error. Ctrl-C stops the query.

    Exit code: 0 it is answered, 1 it failed, 2 Athena does not take the statement, 3 the stack has no tables.
    """
    if sum((as_csv, as_json, output is not None)) > 1:
        raise refused("of --csv, --json and --out more than one is given; allowed is one of them")
    statement = (sys.stdin.read() if sql == "-" else sql).strip()
    if not statement:
        raise refused("the statement is empty; allowed is SQL, such as SELECT count(*) FROM …")
    check_path(output)
    deployed = find(connection)
    answer = execute(deployed.of_personal_data() if restricted else deployed, statement)
    if output:
        console().print(f"{output}  {size(write(answer, output))}", soft_wrap=True)
    elif as_json:
        print_objects(answer)
    elif as_csv:
        print_csv(answer)
    else:
        print_table(answer)
    console(stderr=True).print(
        f"{size(answer.scanned_bytes)} scanned, {answer.dollars:.5f} dollars, {answer.took_seconds:.1f} s"
    )
