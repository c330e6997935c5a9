"""What others say stays text on a terminal, whatever it is and wherever it is printed."""

import io
import json
import re
from typing import Any

import pytest
from rich.live import Live
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from cli import errors, main
from cli.outcome_help import help_for
from cli.terminal import Terminal, console, print_json

HOSTILE = {
    "a title": "\x1b]0;PWNED\x07",
    "the clipboard": "\x1b]52;c;cHduZWQ=\x1b\\",
    "a link": "\x1b]8;;file:///etc/passwd\x1b\\here\x1b]8;;\x1b\\",
    "a clear screen": "\x1b[2J\x1b[H",
    "a line that is written over": "FATAL\rLANDED",
    "letters that are taken back": "FATAL\x08\x08\x08\x08\x08LANDED",
    "C1": "\x9b2J\x9d0;PWNED\x9c\x90",
    "another direction": "\u202eDEDNAL\u2066\u2069\u200f",
    "no width": "LAN\u200bDED\u2060\ufeff\u00ad\u3164",
    "delete": "\x7f\x00",
    "lone surrogates": "\ud800 \udfff",
    "tags": "\U000e0041\U000e007f",
    "line separators": "a\u2028b\u2029c\x85d",
}
MARKUP = [
    "[/]",
    "[bold]",
    "[link=file:///etc/passwd]x[/link]",
    "[red]",
    ":warning:",
    "[",
    "]",
    "[[",
    "\\[x]",
    "[@click=f()]x",
]
# What this program itself writes on a terminal: colours, styles, and where the cursor is.
OURS = re.compile(r"\r(?=\x1b\[)|\x1b\[[0-9;]*m|\x1b\[\?25[lh]|\x1b\[[0-9]*[AK]|\x1b\[2K")


class Tty(io.StringIO):
    """A terminal."""

    def isatty(self) -> bool:
        """Say that it is one."""
        return True


def on_a_terminal(*printed: Any, width: int = 400, **how: Any) -> str:
    written = Tty()
    terminal = Terminal(
        file=written,
        force_terminal=True,
        width=width,
        highlight=False,
        markup=False,
        emoji=False,
        color_system="truecolor",
    )
    for each in printed:
        terminal.print(each, **how)
    return written.getvalue()


def inert(written: str) -> str:
    """Return what is left to read, when it is sure that nothing is obeyed."""
    read = OURS.sub("", written).replace("\r\n", "\n")
    assert [letter for letter in read if not (letter.isprintable() or letter in "\n\t")] == []
    return read


def everywhere(said: str) -> list[Any]:
    table = Table("a", said, box=None)
    table.add_row(said, Text(said, "red"))
    grid = Table.grid()
    grid.add_column(overflow="fold")
    grid.add_row(Text.assemble(("x", "dim"), said, (said, "bold")))
    return [said, Text(said), Text.assemble((said, "bold red"), said), Padding(Text(said), (1, 2)), table, grid]


@pytest.mark.parametrize("said", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("how", [{}, {"soft_wrap": True}])
def test_nothing_is_obeyed(said: str, how: dict[str, bool]) -> None:
    for printed in everywhere(f"before {said} after"):
        read = inert(on_a_terminal(printed, **how))
        assert "before" in read
        assert "after" in read


@pytest.mark.parametrize("said", MARKUP)
def test_nothing_is_markup(said: str) -> None:
    for printed in everywhere(said):
        assert said in inert(on_a_terminal(printed))


@pytest.mark.parametrize("said", [*HOSTILE.values(), *MARKUP])
def test_nothing_is_obeyed_or_markup_while_it_is_live(said: str) -> None:
    written = Tty()
    terminal = Terminal(file=written, force_terminal=True, width=80, markup=False, emoji=False)
    with Live(Table(said), console=terminal) as live, terminal.status("Waiting"):
        for shown in everywhere(said):
            live.update(shown)
            live.refresh()
    inert(written.getvalue())


@pytest.mark.parametrize("said", HOSTILE.values(), ids=HOSTILE.keys())
def test_styles_stay_where_they_were(said: str) -> None:
    written = on_a_terminal(Text.assemble("a", (said, "bold"), ("end", "red")), soft_wrap=True)
    assert "\x1b[31mend\x1b[0m" in written


@pytest.mark.parametrize("said", [*HOSTILE.values(), *MARKUP, "Größe 日本語"])
def test_json_says_the_same_and_nothing_is_obeyed(said: str, capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"said": [said], said: None})
    out = capsys.readouterr().out
    assert json.loads(out) == {"said": [said], said: None}
    inert(out)


def test_the_streams_are_such_terminals() -> None:
    for stderr in (False, True):
        assert isinstance(console(stderr=stderr), Terminal)


@pytest.mark.parametrize("said", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("kind", [errors.refused, ValueError, OSError])
def test_an_error_is_inert_too(
    kind: type[Exception], said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(**_: object) -> None:
        raise kind(f"because {said}")

    monkeypatch.setattr(main, "app", fail)
    with pytest.raises(SystemExit):
        main.main()
    assert "because" in inert(capsys.readouterr().err)


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (28, "build/run/x cannot be written: there is no space left on the disk: free some, and repeat it"),
        (30, "build/run/x cannot be written: the disk is read-only: work in a clone, and with a HOME, that this user"),
        (13, "build/run/x cannot be written: permission denied: work in a clone, and with a HOME, that this user may"),
    ],
)
def test_a_disk_that_takes_nothing_is_one_sentence(
    number: int, sentence: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(**_: object) -> None:
        raise OSError(number, "as the system says", "build/run/x")

    monkeypatch.setattr(main, "app", fail)
    with pytest.raises(SystemExit) as exited:
        main.main()
    said = capsys.readouterr().err
    assert (exited.value.code, said.count("\n")) == (1, 1)
    assert said.startswith(f"reportflow: {sentence}")


@pytest.mark.parametrize("an_id", ["[x](file:///etc/passwd)", "<reportId>", "\x1b]8;;x\x1b\\", "`"])
def test_an_id_in_the_advice_is_no_link(an_id: str) -> None:
    from rich.markdown import Markdown

    advice = help_for(["UNKNOWN"], known={"reportId": an_id})
    assert an_id in advice
    assert "file:///etc/passwd\x1b\\" not in inert(on_a_terminal(Markdown(advice, hyperlinks=False), width=400))
