"""Check client secret: measures the age of the SP-API application's client secret, which Amazon lets live 180 days.

In: nothing that matters. Out: nothing; a log line with the metric ClientSecretAgeDays. Raises:
credentials.CredentialsMissing. It sees when the secret was last set, and cannot read it.
"""

import logging

from lambdas import clock
from lambdas.dependencies import dependencies
from lambdas.observability import metrics

DAY = 86_400

logger = logging.getLogger("reportflow")


def handler(_event: object, _context: object) -> None:
    """Measure the age, once a day."""
    days = (clock.now() - dependencies().credentials.client_set_at()).total_seconds() / DAY
    logger.info("Check client secret", extra=metrics.fields({"ClientSecretAgeDays": round(days, 1)}))
