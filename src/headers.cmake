# SPDX-License-Identifier: Apache-2.0
#
# The public headers, under include/idem/. A header that is not listed here is not installed, and
# the tidy test says so. spdlog_logger.h belongs to the target idem::spdlog and is not listed.

set(IDEM_PUBLIC_HEADERS
    export.h
    version.h)
