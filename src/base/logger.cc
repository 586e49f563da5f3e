// SPDX-License-Identifier: Apache-2.0

#include <idem/logger.h>

namespace idem {

// Here, so that the class has one home for its type information in the shared library.
Logger::~Logger() = default;

}  // namespace idem
