"""An audit that could not ask anybody says so; it never looks like a good one."""

import pytest

from infra import audit


def test_offline_it_is_skipped_loudly(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(audit, "SERVICE", "https://127.0.0.1:9/")
    audit.main()
    assert capsys.readouterr().err == (
        "AUDIT SKIPPED: https://127.0.0.1:9/ cannot be reached from here. Nothing is known about the packages.\n"
    )
