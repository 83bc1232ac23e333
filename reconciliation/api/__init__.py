"""What programs may ask and do about a store's days."""

from integrations.api.kit import Operation
from reconciliation.api import day_ends, journals

OPERATIONS: tuple[Operation, ...] = (*day_ends.OPERATIONS, *journals.OPERATIONS)
