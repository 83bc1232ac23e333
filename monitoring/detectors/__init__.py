"""One file per exception type: TYPE, gather(), detect(). What is listed here is looked for."""

from monitoring.detectors import (
    duplicate_posting,
    journal_failed,
    map_ops_missing,
    map_tax_missing,
    outcome_unknown,
    payment_unmapped,
    readback_mismatch,
    receipt_gap,
    return_not_credited,
    sale_not_posted,
    sku_ambiguous,
    sku_unmapped,
    stock_push_failed,
    stock_stale,
    stock_write_held,
    system_silent,
    throughput_lag,
    validation_failed,
)
from monitoring.findings import Detector

DETECTORS: tuple[Detector, ...] = (
    sale_not_posted,
    outcome_unknown,
    sku_unmapped,
    sku_ambiguous,
    validation_failed,
    map_ops_missing,
    map_tax_missing,
    duplicate_posting,
    readback_mismatch,
    payment_unmapped,
    journal_failed,
    receipt_gap,
    stock_push_failed,
    stock_stale,
    stock_write_held,
    return_not_credited,
    system_silent,
    throughput_lag,
)
