# SPDX-License-Identifier: Apache-2.0
#
# The public headers, under include/idem/. A header that is not listed here is not installed, and
# the tidy test says so. spdlog_logger.h belongs to the target idem::spdlog and is not listed.

set(IDEM_PUBLIC_HEADERS
    batch.h
    checkpoint.h
    clock.h
    commit_report.h
    diagnosis.h
    digest.h
    error.h
    export.h
    health.h
    idem.h
    idempotent_sink.h
    key.h
    limits.h
    logger.h
    memory_budget.h
    metrics.h
    options.h
    quarantine.h
    record.h
    recovery.h
    result.h
    row.h
    snapshot.h
    store_reader.h
    table.h
    table_options.h
    verdict.h
    verify_report.h
    version.h)
