#include "harness/scenario/lexer.h"

#include <optional>
#include <utility>

namespace freshet::scenario {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_name_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_name(char c) {
  return is_name_start(c) || is_digit(c);
}

class Lexer {
 public:
  explicit Lexer(std::string_view source) : source_(source) {}

  std::vector<Token> run() {
    while (at_ < source_.size()) step();
    return std::move(tokens_);
  }

 private:
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0';
  }

  void advance(std::size_t count) {
    for (; count > 0 && at_ < source_.size(); --count) {
      if (source_[at_++] == '\n') ++line_;
    }
  }

  void step() {
    const char c = peek();
    if (c == '-' && peek(1) == '-') {
      comment();
    } else if (is_name_start(c)) {
      run_of(TokenKind::name, is_name);
    } else if (is_digit(c) || (c == '.' && is_digit(peek(1)))) {
      run_of(TokenKind::number, [](char d) { return is_name(d) || d == '.'; });
    } else if (c == '"' || c == '\'') {
      short_text(c);
    } else if (const auto level = long_bracket(); level) {
      const int line = line_;
      tokens_.push_back({TokenKind::text, long_text(*level), line});
    } else {
      symbol(c);
    }
  }

  void symbol(char c) {
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') return advance(1);
    // "==" and the like are one token, so that a lone "=" means a field or an assignment.
    const bool two = peek(1) == '=' && (c == '=' || c == '~' || c == '<' || c == '>');
    tokens_.push_back({TokenKind::symbol, std::string(source_.substr(at_, two ? 2 : 1)), line_});
    advance(two ? 2 : 1);
  }

  template <class Belongs>
  void run_of(TokenKind kind, Belongs belongs) {
    std::size_t end = at_;
    while (end < source_.size() && belongs(source_[end])) ++end;
    tokens_.push_back({kind, std::string(source_.substr(at_, end - at_)), line_});
    at_ = end;
  }

  // The number of "=" between the brackets when a long bracket opens here.
  std::optional<std::size_t> long_bracket() const {
    if (peek() != '[') return std::nullopt;
    std::size_t level = 0;
    while (peek(1 + level) == '=') ++level;
    if (peek(1 + level) != '[') return std::nullopt;
    return level;
  }

  std::string long_text(std::size_t level) {
    const std::string close = "]" + std::string(level, '=') + "]";
    advance(level + 2);
    const std::size_t end = std::min(source_.find(close, at_), source_.size());
    std::string text(source_.substr(at_, end - at_));
    advance(text.size() + close.size());
    return text;
  }

  void comment() {
    advance(2);
    if (const auto level = long_bracket(); level) {
      long_text(*level);
      return;
    }
    while (at_ < source_.size() && peek() != '\n') advance(1);
  }

  void short_text(char quote) {
    Token token{TokenKind::text, "", line_};
    advance(1);
    while (at_ < source_.size() && peek() != quote && peek() != '\n') {
      if (peek() == '\\') advance(1);
      token.text += peek();
      advance(1);
    }
    advance(peek() == quote ? 1 : 0);
    tokens_.push_back(std::move(token));
  }

  std::string_view source_;
  std::size_t at_ = 0;
  int line_ = 1;
  std::vector<Token> tokens_;
};

}  // namespace

std::vector<Token> tokenize(std::string_view source) {
  return Lexer(source).run();
}

}  // namespace freshet::scenario
