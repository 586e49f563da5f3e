// SPDX-License-Identifier: Apache-2.0

#include <idem/error.h>

namespace idem {
namespace {

struct CodeInfo {
  std::string_view name;
  NextStep next_step;
};

// The only table of codes; the switch has no default so that the compiler names a forgotten one.
CodeInfo InfoOf(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::kInvalidArgument:
      return {"InvalidArgument", NextStep::kFixInput};
    case ErrorCode::kNotFound:
      return {"NotFound", NextStep::kFixInput};
    case ErrorCode::kInvalidRecord:
      return {"InvalidRecord", NextStep::kFixInput};
    case ErrorCode::kLimitExceeded:
      return {"LimitExceeded", NextStep::kFixInput};
    case ErrorCode::kDefinitionChanged:
      return {"DefinitionChanged", NextStep::kFixInput};
    case ErrorCode::kOffsetGap:
      return {"OffsetGap", NextStep::kFixInput};
    case ErrorCode::kSourceReplaced:
      return {"SourceReplaced", NextStep::kFixInput};
    case ErrorCode::kTokenReused:
      return {"TokenReused", NextStep::kFixInput};
    case ErrorCode::kTokenForgotten:
      return {"TokenForgotten", NextStep::kFixInput};
    case ErrorCode::kStoreMissing:
      return {"StoreMissing", NextStep::kFixInput};
    case ErrorCode::kStoreLocked:
      return {"StoreLocked", NextStep::kRetry};
    case ErrorCode::kFenced:
      return {"Fenced", NextStep::kStopWriting};
    case ErrorCode::kCommitUnknown:
      return {"CommitUnknown", NextStep::kReopen};
    case ErrorCode::kPoisoned:
      return {"Poisoned", NextStep::kReopen};
    case ErrorCode::kIoError:
      return {"IoError", NextStep::kRetry};
    case ErrorCode::kCorruption:
      return {"Corruption", NextStep::kInspectStore};
    case ErrorCode::kFormatUnsupported:
      return {"FormatUnsupported", NextStep::kInspectStore};
    case ErrorCode::kUnsupported:
      return {"Unsupported", NextStep::kFixInput};
    case ErrorCode::kStoreBehind:
      return {"StoreBehind", NextStep::kInspectStore};
    case ErrorCode::kNoSpace:
      return {"NoSpace", NextStep::kRetry};
    case ErrorCode::kStalled:
      return {"Stalled", NextStep::kRetry};
    case ErrorCode::kUnsafeDirectory:
      return {"UnsafeDirectory", NextStep::kFixInput};
  }
  // A number from a newer library: nothing is known about it, so nothing may be written.
  return {"Unknown", NextStep::kInspectStore};
}

}  // namespace

std::string_view ToString(ErrorCode code) noexcept { return InfoOf(code).name; }

std::string_view ToString(NextStep step) noexcept {
  switch (step) {
    case NextStep::kRetry:
      return "nothing was changed; try the same call again later";
    case NextStep::kFixInput:
      return "nothing was changed; correct the input and call again";
    case NextStep::kReopen:
      return "reopen the store and resume from its checkpoints";
    case NextStep::kStopWriting:
      return "stop writing: a newer writer owns the store";
    case NextStep::kInspectStore:
      return "inspect the store with `idem verify`";
  }
  return "";
}

NextStep Error::next_step() const noexcept { return InfoOf(code_).next_step; }

std::string Error::ToString() const {
  std::string text(idem::ToString(code_));
  text.append(": ").append(message_);
  return text;
}

}  // namespace idem
