// SPDX-License-Identifier: Apache-2.0
//
// Reads the language of the scenario files (scenario/README.md).
//
// A file is a list of blocks: one line that begins at the margin and the indented lines under it.
// Parsing throws ParseError, which names the line; only tests use this.
#pragma once

#include "script/operation.h"

#include <idem/error.h>
#include <idem/options.h>

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace idem::script {

class ParseError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct Line {
  int number = 0;
  std::string text;  // without indentation and comment
};

struct Block {
  Line head;
  std::vector<Line> body;
};

// Comments begin with '#' and are dropped, wherever no quotation is open.
std::vector<Block> SplitBlocks(std::string_view text);

// Walks one line from left to right.
class Lexer {
 public:
  explicit Lexer(const Line& line) : line_(line.number), rest_(line.text) { SkipSpace(); }

  bool AtEnd() const noexcept { return rest_.empty(); }
  bool Next(std::string_view word);       // takes `word` if it comes next, as a whole
  bool NextChar(char c);                  // takes one character
  bool NextField(std::string_view name);  // takes "name="
  void Expect(char c);
  std::string Word();  // letters, digits, '_', '-', '.'
  std::string Name();  // a word or a quoted string
  std::string Quoted();
  std::int64_t Integer();
  [[noreturn]] void Fail(std::string_view why) const;

  Tuple Key();
  StoredVersion Version();  // none when no version comes next
  Partition ReadPartition();
  Place ReadPlace(bool with_offset);      // orders/0@17 life="a"
  OffsetRange Range();                    // [3,7)
  std::optional<Expected> Expectation();  // -> STALE tie by=3

 private:
  void SkipSpace();
  Part ReadPart();
  Part ReadNumber();

  int line_;
  std::string_view rest_;
};

// What a scenario says of an operation as a whole, after "->".
struct ExpectedAnswer {
  std::optional<ErrorCode> error;
  bool repeated = false;
  std::optional<std::uint64_t> commit;
  std::optional<std::uint64_t> removed;
};

// The operation that a block spells, or nothing when its first word is none of an operation.
std::optional<Step> ParseStep(const Block& block, ExpectedAnswer* expected);

RefusedRecord ParseRefused(Lexer* line);
Action ParseAction(const Line& line);
SinkOptions ParseSinkOptions(const Block& block);
std::optional<ErrorCode> ErrorNamed(std::string_view name);

}  // namespace idem::script
