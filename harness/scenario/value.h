// What a scenario evaluated to, away from Lua: texts, numbers and tables, each with the line that says it.
// Internal to scenario/.
#pragma once

#include <string>
#include <vector>

namespace freshet::scenario {

struct Value {
  enum class Type {
    nothing,
    boolean,
    number,
    text,
    table,
    unknown,  // came from a name that is not there: already an error, so nothing more is said of it
    other,    // a function or the like
  };

  Type type = Type::nothing;
  std::string key;  // its name in the table that holds it
  int line = 0;     // of its key, its item or its call; else of the nearest thing around it
  bool boolean = false;
  double number = 0;
  std::string text;  // of a text; a number as it is written; Lua's word for another type

  // Of a function that the user's text has: the lines in which it begins and ends.
  int first_line = 0, last_line = 0;

  // Of a table.
  std::string word;           // the word that made it: "slo", "incident", "account_lock"; "" for a plain one
  std::vector<Value> items;   // the list part
  std::vector<Value> fields;  // by name, in the order of the text as far as it is known

  bool is(Type wanted) const { return type == wanted; }
};

// For messages: `the number 5`, `the text "abc"`, `a table`, `a function`.
std::string describe(const Value& value);

}  // namespace freshet::scenario
