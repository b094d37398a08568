#include "harness/scenario/source_map.h"

#include <algorithm>

namespace freshet::scenario {

namespace {

// Deeper constructors than Lua's own parser takes (200) are not looked into.
constexpr int kDeepest = 200;

}  // namespace

// Reads the constructors out of the tokens. Loose by design: Lua has already accepted the text.
class Constructors {
 public:
  Constructors(const std::vector<Token>& tokens, SourceMap& map) : tokens_(tokens), map_(map) {}

  void run() {
    while (at_ < tokens_.size()) {
      const std::string local = local_name();
      if (is("{")) {
        const SourceTable* table = constructor(0);
        if (!local.empty()) map_.locals_[local] = table;
      } else {
        ++at_;
      }
    }
  }

 private:
  bool is(std::string_view text, std::size_t ahead = 0) const {
    return at_ + ahead < tokens_.size() && tokens_[at_ + ahead].text == text &&
           tokens_[at_ + ahead].kind != TokenKind::text;
  }
  bool is(TokenKind kind, std::size_t ahead = 0) const {
    return at_ + ahead < tokens_.size() && tokens_[at_ + ahead].kind == kind;
  }

  // x of "local x = a.b {": moves to the brace. "" when there is no such thing here; then it moves nowhere.
  std::string local_name() {
    if (!is("local") || !is(TokenKind::name, 1) || !is("=", 2)) return "";
    std::size_t brace = at_ + 3;
    while (brace < tokens_.size() && (tokens_[brace].kind == TokenKind::name || tokens_[brace].text == "." ||
                                      tokens_[brace].text == "(")) {
      ++brace;
    }
    if (brace >= tokens_.size() || tokens_[brace].text != "{" || tokens_[brace].kind != TokenKind::symbol)
      return "";
    std::string name = tokens_[at_ + 1].text;
    at_ = brace;
    return name;
  }

  // The name that is called with the constructor at at_, and the line where the call begins.
  void find_callee(SourceTable& table) const {
    std::size_t before = at_;
    if (before > 0 && tokens_[before - 1].text == "(") --before;
    if (before == 0 || tokens_[before - 1].kind != TokenKind::name) return;
    static constexpr std::string_view kNotCalled[] = {"return", "in", "and",  "or",
                                                      "not",    "do", "then", "else"};
    if (std::ranges::find(kNotCalled, tokens_[before - 1].text) != std::end(kNotCalled)) return;
    table.callee = tokens_[before - 1].text;
    std::size_t first = before - 1;
    while (first >= 2 && tokens_[first - 1].text == "." && tokens_[first - 2].kind == TokenKind::name)
      first -= 2;
    table.call_line = tokens_[first].line;
  }

  // REQUIRES: at_ is at "{". Moves beyond its "}".
  const SourceTable* constructor(int depth) {
    SourceTable& table = map_.tables_.emplace_back();
    table.open_line = table.call_line = tokens_[at_].line;
    find_callee(table);
    ++at_;
    while (at_ < tokens_.size() && !is("}")) {
      if (is(",") || is(";")) {
        ++at_;
        continue;
      }
      const std::size_t begin = at_;
      SourceField field = key_of_field();
      value(field, depth);
      add(table, std::move(field));
      if (at_ == begin) ++at_;  // a stray closing bracket
    }
    ++at_;
    for (const int line : {table.call_line, table.open_line})
      map_.calls_.try_emplace({line, table.callee}, &table);
    return &table;
  }

  void add(SourceTable& table, SourceField field) {
    if (field.key.empty()) {
      table.items.push_back(std::move(field));
      return;
    }
    const auto [first, fresh] = table.by_key.emplace(field.key, table.fields.size());
    if (fresh) {
      table.fields.push_back(std::move(field));
    } else {
      map_.duplicates_.push_back({field.key, field.line, table.fields[first->second].line});
    }
  }

  // Moves beyond "key =" or "[key] =", when there is one.
  SourceField key_of_field() {
    SourceField field;
    field.line = tokens_[at_].line;
    if (is(TokenKind::name) && is("=", 1)) {
      field.key = tokens_[at_].text;
      at_ += 2;
    } else if (is("[") && is("]", 2) && is("=", 3) && (is(TokenKind::text, 1) || is(TokenKind::number, 1))) {
      field.key = tokens_[at_ + 1].text;
      at_ += 4;
    }
    return field;
  }

  // Moves to the separator or brace that ends the value.
  void value(SourceField& field, int depth) {
    const std::size_t begin = at_;
    int open = 0;  // brackets and blocks
    while (at_ < tokens_.size()) {
      if (is("{") && depth < kDeepest) {
        const SourceTable* table = constructor(depth + 1);
        if (field.table == nullptr) field.table = table;
        continue;
      }
      if (open <= 0 && (is(",") || is(";") || is("}"))) break;
      open += opens();
      ++at_;
    }
    if (at_ == begin + 1 && tokens_[begin].kind == TokenKind::name) field.name = tokens_[begin].text;
  }

  // +1 when the token at at_ opens a bracket or block, -1 when it closes one.
  int opens() const {
    if (is(TokenKind::text)) return 0;
    static constexpr std::string_view kOpen[] = {"(", "[", "{", "function", "do", "if", "repeat"};
    static constexpr std::string_view kClose[] = {")", "]", "}", "end", "until"};
    const std::string& text = tokens_[at_].text;
    if (std::ranges::find(kOpen, text) != std::end(kOpen)) return 1;
    return std::ranges::find(kClose, text) != std::end(kClose) ? -1 : 0;
  }

  const std::vector<Token>& tokens_;
  SourceMap& map_;
  std::size_t at_ = 0;
};

SourceMap::SourceMap(std::string_view source) {
  const std::vector<Token> tokens = tokenize(source);
  Constructors(tokens, *this).run();
}

const SourceTable* SourceMap::call(int line, std::string_view callee) const {
  const auto found = calls_.find({line, std::string(callee)});
  return found == calls_.end() ? nullptr : found->second;
}

const SourceField* SourceTable::field(std::string_view key) const {
  const auto found = by_key.find(key);
  return found == by_key.end() ? nullptr : &fields[found->second];
}

const SourceField* SourceTable::item(std::size_t index) const {
  return index < items.size() ? &items[index] : nullptr;
}

const SourceTable* SourceMap::table_of(const SourceField& field) const {
  if (field.table != nullptr) return field.table;
  const auto local = locals_.find(field.name);
  return local == locals_.end() ? nullptr : local->second;
}

}  // namespace freshet::scenario
