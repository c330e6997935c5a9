"""`reportflow console` as a command."""

import signal
from collections.abc import Callable

import pytest

from tests.cli.conftest import Said


def test_ctrl_c_leaves_a_clean_prompt(reportflow: Callable[..., Said], monkeypatch: pytest.MonkeyPatch) -> None:
    def press() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(signal, "pause", press)
    said = reportflow("console", "--port", "0")
    assert said.exit_code == 130
    assert said.out.startswith("The console is at http://127.0.0.1:")
    assert said.err.endswith("\n")
