"""Access tokens: how long they are kept, what a refusal costs, and that nobody is told a secret."""

import socket

import pytest
import urllib3

from lambdas.spapi.errors import LwaRefused, LwaUnavailable
from lambdas.spapi.lwa import AccessTokens, Credentials
from local.simulator import Fault, Simulator, Transfer
from tests.testing.samples import IMPATIENT, SELLER, fails

SILENT = "Login with Amazon (127.0.0.1) gave no answer"


class Memory:
    """Credentials as a store keeps them: those in memory may be older than those in the store."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self.remembered = self.stored()
        self.reads: list[bool] = []

    def stored(self) -> Credentials:
        return Credentials(**self.simulator.application, refresh_token=self.simulator.refresh_token(SELLER))

    def credentials(self, selling_partner_id: str, fresh: bool) -> Credentials:
        assert selling_partner_id == SELLER
        self.reads.append(fresh)
        self.remembered = self.stored() if fresh else self.remembered
        return self.remembered


@pytest.fixture
def memory(simulator: Simulator) -> Memory:
    return Memory(simulator)


@pytest.fixture
def now() -> list[float]:
    """Return the time that tokens go by, in seconds, to be moved on."""
    return [1000.0]


@pytest.fixture
def tokens(simulator: Simulator, http: urllib3.PoolManager, memory: Memory, now: list[float]) -> AccessTokens:
    return AccessTokens(http=http, endpoint=simulator.lwa_url, credentials=memory.credentials, now=lambda: now[0])


def test_a_minted_token_is_amazons_and_is_kept(simulator: Simulator, tokens: AccessTokens) -> None:
    assert tokens.cached(SELLER) is None
    token = tokens.mint(SELLER)
    assert token in simulator.secrets
    assert token.startswith("Atza|")
    assert tokens.cached(SELLER) == token
    assert tokens.cached("A2ANOTHER") is None


def test_a_token_is_not_used_in_its_last_five_minutes(tokens: AccessTokens, now: list[float]) -> None:
    token = tokens.mint(SELLER)
    now[0] += 3600 - 301
    assert tokens.cached(SELLER) == token
    now[0] += 1
    assert tokens.cached(SELLER) is None


def test_a_rotated_secret_is_read_anew_once(simulator: Simulator, tokens: AccessTokens, memory: Memory) -> None:
    simulator.rotate_secret()
    assert tokens.mint(SELLER)
    assert memory.reads == [False, True]
    assert [call.status for call in simulator.calls] == [401, 200]


def test_a_renewed_authorization_is_read_anew_once(simulator: Simulator, tokens: AccessTokens, memory: Memory) -> None:
    simulator.revoke(SELLER)
    assert tokens.mint(SELLER)
    assert memory.reads == [False, True]
    assert [call.status for call in simulator.calls] == [400, 200]


def test_a_refusal_is_not_asked_for_twice_with_the_same_credentials(
    simulator: Simulator, tokens: AccessTokens, memory: Memory
) -> None:
    simulator.fail("LWA", Fault(status=401))
    with fails(LwaRefused, simulator=simulator) as refused:
        tokens.mint(SELLER)
    assert str(refused.value) == (
        "Login with Amazon answered 401: invalid_client: Client authentication failed "
        f"(request id {simulator.calls[-1].request_id}) (selling partner A2SELLER)"
    )
    assert memory.reads == [False, True]
    assert simulator.count() == {"LWA": 1}


def test_a_refusal_with_renewed_credentials_is_the_last(simulator: Simulator, tokens: AccessTokens) -> None:
    simulator.fail("LWA", Fault(status=400))
    simulator.rotate_secret()
    with fails(LwaRefused, simulator=simulator) as refused:
        tokens.mint(SELLER)
    assert str(refused.value).startswith("Login with Amazon answered 400: invalid_grant: The request has an invalid")
    assert str(refused.value).endswith(" (selling partner A2SELLER)")
    assert simulator.count() == {"LWA": 2}


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Fault(status=500), "Login with Amazon answered 500: server_error: The authorization server"),
        (Fault(status=502), "Login with Amazon answered 502: 502 Bad Gateway"),
        (Fault(status=503), "Login with Amazon answered 503: temporarily_unavailable: The"),
        (Fault(status=429), "Login with Amazon answered 429: TooManyRequests: Too Many Requests"),
        (Fault(reset=True), f"{SILENT}: the connection broke (ConnectionResetError)"),
        (Transfer(truncate_at=10), f"{SILENT}: the connection broke (IncompleteRead)"),
        (Transfer(corrupt_at=0), "Login with Amazon answered 200 without an access_token"),
    ],
)
def test_a_fault_of_amazons_own_is_no_refusal(
    simulator: Simulator, tokens: AccessTokens, memory: Memory, fault: Fault | Transfer, said: str
) -> None:
    simulator.fail("LWA", [fault])
    with fails(LwaUnavailable, simulator=simulator) as unavailable:
        tokens.mint(SELLER)
    assert str(unavailable.value).startswith(said)
    assert simulator.count() == {"LWA": 1}
    assert memory.reads == [False]
    assert tokens.cached(SELLER) is None


def test_credentials_are_not_sent_after_a_redirect(simulator: Simulator, tokens: AccessTokens) -> None:
    simulator.fail("LWA", Transfer(redirect=f"{simulator.url}/elsewhere"))
    with fails(LwaUnavailable, simulator=simulator):
        tokens.mint(SELLER)
    assert simulator.count() == {"LWA": 1}


@IMPATIENT
def test_silence_ends_with_the_timeout(simulator: Simulator, tokens: AccessTokens) -> None:
    simulator.fail("LWA", Fault(hang=30))
    with fails(LwaUnavailable, simulator=simulator) as unavailable:
        tokens.mint(SELLER)
    assert str(unavailable.value) == f"{SILENT}: its answer did not arrive in time"


def test_nobody_there(simulator: Simulator, http: urllib3.PoolManager, memory: Memory) -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))  # and never listens: connections are refused
        endpoint = f"http://127.0.0.1:{deaf.getsockname()[1]}/auth/o2/token"
        tokens = AccessTokens(http=http, endpoint=endpoint, credentials=memory.credentials)
        with fails(LwaUnavailable, simulator=simulator) as unavailable:
            tokens.mint(SELLER)
    assert str(unavailable.value) == f"{SILENT}: it refused the connection"


def test_credentials_do_not_show_their_values() -> None:
    credentials = Credentials("client", "planted-secret", "planted-token")
    assert f"{credentials} {credentials!r} {[credentials]}" == "Credentials(…) Credentials(…) [Credentials(…)]"
