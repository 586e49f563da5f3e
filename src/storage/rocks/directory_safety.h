// SPDX-License-Identifier: Apache-2.0
//
// DirectorySafety: whether a directory may hold a store of this process.
//
// Whoever can write to the directory can put other files in the place of the store's, and whoever
// can change a link decides which directory is meant. So a writer takes only a directory that
// belongs to the user it runs as, that nobody else may write to, and that is none by a link; and
// the files by which a store is known must be plain files of that user.
#pragma once

#include <idem/result.h>

#include <filesystem>

namespace idem::storage {

// Looks, and changes nothing. A directory that does not exist is safe. Errors: kUnsafeDirectory,
// kIoError.
Result<void> CheckDirectorySafety(const std::filesystem::path& directory);

}  // namespace idem::storage
