"""What the core's tests share."""

import pytest

UNHURRIED_S = 60.0


@pytest.fixture(autouse=True)
def nobody_waits_for_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wish is refused where the database holds up a person for seconds, which a crowded machine does by itself.

    Of that refusal the tests in `storage` speak; here it would only make others fail.
    """
    for name in ("storage.patience.RECORD_WITHIN_S", "storage.postgres.RECORD_WITHIN_S"):
        monkeypatch.setattr(name, UNHURRIED_S)
    monkeypatch.setattr("storage.patience.RECORD_WAIT_S", UNHURRIED_S)
