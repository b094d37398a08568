// Lua's tokens, as far as finding the lines of table fields needs them. Internal to scenario/.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace freshet::scenario {

enum class TokenKind { name, text, number, symbol };  // keywords are names

struct Token {
  TokenKind kind = TokenKind::symbol;
  std::string text;  // of a text: its content, simple escapes resolved
  int line = 1;      // where it begins
};

// Never fails: what is not Lua comes out as symbols of one character. Comments are left out.
std::vector<Token> tokenize(std::string_view source);

}  // namespace freshet::scenario
