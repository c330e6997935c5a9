"""What is known of report types."""

import pytest

from local.simulator.report_types import RESTRICTED
from report_types import is_restricted


@pytest.mark.parametrize("report_type", sorted(RESTRICTED))
def test_a_type_with_personal_data_is_restricted(report_type: str) -> None:
    assert is_restricted(report_type)


@pytest.mark.parametrize(
    "report_type",
    [
        "GET_MERCHANT_LISTINGS_ALL_DATA",
        "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL",
        "GET_TYPE_OF_TOMORROW",
        "get_vat_transaction_data",
        "",
    ],
)
def test_any_other_type_is_not(report_type: str) -> None:
    assert not is_restricted(report_type)
