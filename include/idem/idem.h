// SPDX-License-Identifier: Apache-2.0
//
// The whole public API. Start reading at idempotent_sink.h, then batch.h and verdict.h.
#pragma once

#include <idem/batch.h>
#include <idem/checkpoint.h>
#include <idem/clock.h>
#include <idem/commit_report.h>
#include <idem/diagnosis.h>
#include <idem/digest.h>
#include <idem/error.h>
#include <idem/health.h>
#include <idem/idempotent_sink.h>
#include <idem/key.h>
#include <idem/limits.h>
#include <idem/logger.h>
#include <idem/memory_budget.h>
#include <idem/metrics.h>
#include <idem/options.h>
#include <idem/quarantine.h>
#include <idem/record.h>
#include <idem/recovery.h>
#include <idem/result.h>
#include <idem/row.h>
#include <idem/snapshot.h>
#include <idem/store_reader.h>
#include <idem/table.h>
#include <idem/table_options.h>
#include <idem/verdict.h>
#include <idem/verify_report.h>
#include <idem/version.h>
