"""Check client secret: measures the age of the SP-API application's client secret, which Amazon lets live 180 days.

In: nothing that matters. Out: nothing; a log line with the metric ClientSecretAgeDays. Raises:
credentials.CredentialsMissing. It sees when the secret was last set, and cannot read it.
"""

from lambdas import clock
from lambdas.dependencies import dependencies
from lambdas.observability.invocation_log import log_invocation

DAY = 86_400


def handler(_event: object, _context: object) -> None:
    """Measure the age, once a day."""
    with log_invocation("Check client secret") as run:
        seconds = (clock.now() - dependencies().credentials.client_set_at()).total_seconds()
        run.measured["ClientSecretAgeDays"] = round(seconds / DAY, 1)
