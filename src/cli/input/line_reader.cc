// SPDX-License-Identifier: Apache-2.0

#include "cli/input/line_reader.h"

#include <algorithm>
#include <cstring>

namespace idem::cli {

namespace {
constexpr std::size_t kReadBytes = 256 * 1024;
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
}  // namespace

LineReader::LineReader(ByteSource* source, std::size_t line_bytes_max)
    : source_(source), line_bytes_max_(line_bytes_max) {}

// Makes room behind what is unread, by moving it down or by growing, and reads once.
Result<bool> LineReader::FillMore() {
  if (at_end_) return false;
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (buffer_.size() - end_ < kReadBytes) {
    buffer_.resize(std::max(buffer_.size() * 2, end_ + kReadBytes));
  }
  Result<std::size_t> got = source_->Read(buffer_.data() + end_, buffer_.size() - end_);
  if (!got) return got.error();
  if (*got == 0) at_end_ = true;
  end_ += *got;
  return *got > 0;
}

Result<void> LineReader::SkipByteOrderMark() {
  started_ = true;
  while (end_ - begin_ < kByteOrderMark.size()) {
    Result<bool> more = FillMore();
    if (!more) return more.error();
    if (!*more) return {};
  }
  if (std::string_view(buffer_.data(), end_).starts_with(kByteOrderMark)) {
    begin_ = kByteOrderMark.size();
    next_byte_ = kByteOrderMark.size();
  }
  return {};
}

Result<bool> LineReader::Next(Unit* line, CsvQuotes* quotes) {
  if (!started_) {
    Result<void> skipped = SkipByteOrderMark();
    if (!skipped) return skipped.error();
  }
  std::size_t searched = 0;
  for (;;) {
    const std::size_t have = end_ - begin_;
    const char* from = buffer_.data() + begin_;
    const void* found =
        have > searched ? std::memchr(from + searched, '\n', have - searched) : nullptr;
    const bool complete = found != nullptr;
    const std::size_t size =
        complete ? static_cast<std::size_t>(static_cast<const char*>(found) - from) : have;

    *line = Unit{{from, size}, next_line_, 1, next_byte_, size, complete, false};
    if (size > line_bytes_max_) return SkipOverlong(line, quotes);
    if (complete) {
      begin_ += size + 1;
      next_byte_ += size + 1;
      ++next_line_;
      return true;
    }
    searched = have;
    Result<bool> more = FillMore();
    if (!more) return more.error();
    if (*more) continue;
    if (have == 0) return false;
    // FillMore may have moved the bytes.
    line->text = {buffer_.data() + begin_, size};
    begin_ = end_;
    next_byte_ += size;
    ++next_line_;
    return true;
  }
}

// Keeps the line's beginning aside and reads on to its end.
Result<bool> LineReader::SkipOverlong(Unit* line, CsvQuotes* quotes) {
  const std::size_t kept = std::min(line_bytes_max_, kOverlongBytesKept);
  overlong_head_ = line->text.substr(0, kept);
  std::uint64_t size = 0;
  bool complete = false;
  while (!complete) {
    const std::size_t have = end_ - begin_;
    const char* from = buffer_.data() + begin_;
    const void* found = have > 0 ? std::memchr(from, '\n', have) : nullptr;
    complete = found != nullptr;
    const std::size_t part =
        complete ? static_cast<std::size_t>(static_cast<const char*>(found) - from) : have;
    if (quotes != nullptr) quotes->Read({from, part});
    size += part;
    begin_ += part + (complete ? 1 : 0);
    if (complete) break;
    Result<bool> more = FillMore();
    if (!more) return more.error();
    if (!*more) break;
  }
  line->text = overlong_head_;
  line->bytes = size;
  line->terminated = complete;
  line->overlong = true;
  next_byte_ += size + (complete ? 1 : 0);
  ++next_line_;
  return true;
}

}  // namespace idem::cli
