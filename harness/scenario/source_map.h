// Which line of a scenario says what. Lua forgets where the fields of a table stood; this reads the text once
// more, as nested table constructors, so that an error can name the line of a field. Internal to scenario/.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/scenario/lexer.h"

namespace freshet::scenario {

struct SourceTable;

struct SourceField {
  std::string key;                     // "" for a field of the list part
  int line = 0;                        // of its key, or of its value's first token
  const SourceTable* table = nullptr;  // the constructor in its value, if there is one
  std::string name;                    // its value when that is a single name (a local, most likely)
};

// One table constructor, { … }.
struct SourceTable {
  int call_line = 0;   // where the call begins that it is the argument of: support in support.refund { … }
  int open_line = 0;   // of its {
  std::string callee;  // refund in support.refund { … }; "" when it is no argument
  std::vector<SourceField> fields;  // those with a key, in order; the first where a key is written twice
  std::vector<SourceField> items;   // the list part
  std::map<std::string, std::size_t, std::less<>> by_key;  // into fields

  const SourceField* field(std::string_view key) const;  // null when there is none
  const SourceField* item(std::size_t index) const;      // from 0; null when there is none
};

class SourceMap {
 public:
  explicit SourceMap(std::string_view source);

  // The constructor given to `callee` in the call on `line`; null when the text has none.
  const SourceTable* call(int line, std::string_view callee) const;
  // The constructor of the field's value, through a local variable's name if need be; null when unknown.
  const SourceTable* table_of(const SourceField& field) const;

  struct Duplicate {
    std::string key;
    int line = 0, first_line = 0;
  };
  // Keys that are written twice in one constructor: Lua would take the last one without a word.
  const std::vector<Duplicate>& duplicates() const { return duplicates_; }

 private:
  friend class Constructors;
  std::deque<SourceTable> tables_;
  std::map<std::pair<int, std::string>, const SourceTable*>
      calls_;  // by line and callee; the first of a line
  std::map<std::string, const SourceTable*, std::less<>> locals_;
  std::vector<Duplicate> duplicates_;
};

}  // namespace freshet::scenario
