#include "reports/text.h"

#include <algorithm>
#include <utility>

namespace freshet::reports {
namespace {

constexpr std::size_t kGap = 2;  // columns between cells

std::string_view escape_of(Paint paint) {
  switch (paint) {
    case Paint::plain:
      return "";
    case Paint::bold:
      return "\x1b[1m";
    case Paint::dim:
      return "\x1b[2m";
    case Paint::good:
      return "\x1b[32m";
    case Paint::bad:
      return "\x1b[1;31m";
    case Paint::warning:
      return "\x1b[33m";
  }
  return "";
}

}  // namespace

std::string painted(std::string_view text, Paint paint, const Style& style) {
  if (!style.colour || paint == Paint::plain) return std::string(text);
  if (text.ends_with('\n')) return painted(text.substr(0, text.size() - 1), paint, style) + "\n";
  return std::string(escape_of(paint)) + std::string(text) + "\x1b[0m";
}

std::size_t columns_of(std::string_view text) {
  std::size_t columns = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte == 0x1b) {
      i = std::min(text.find('m', i), text.size() - 1);
    } else if ((byte & 0xc0) != 0x80) {
      ++columns;
    }
  }
  return columns;
}

std::string pad_right(std::string text, std::size_t columns) {
  const std::size_t have = columns_of(text);
  if (have < columns) text.append(columns - have, ' ');
  return text;
}

std::string pad_left(std::string text, std::size_t columns) {
  const std::size_t have = columns_of(text);
  return have < columns ? std::string(columns - have, ' ') + text : text;
}

std::string wrapped(std::string_view text, std::size_t indent, const Style& style) {
  const std::size_t width = std::max(style.width, kMinimumWidth);
  std::string out;
  std::size_t column = 0;
  bool first_word = true;
  while (!text.empty()) {
    const std::size_t space = text.find(' ');
    const std::string_view word = text.substr(0, space);
    const std::size_t columns = columns_of(word);
    if (!first_word && column + 1 + columns > width) {
      out += "\n" + std::string(indent, ' ');
      column = indent;
    } else if (!first_word) {
      out += " ";
      ++column;
    }
    out += word;
    column += columns;
    first_word = false;
    text = space == std::string_view::npos ? std::string_view() : text.substr(space + 1);
  }
  return out + "\n";
}

Table::Table(std::string title, std::vector<std::string> heads)
    : title_(std::move(title)), heads_(std::move(heads)) {}

void Table::row(std::string label, std::vector<std::string> cells, int indent, Paint paint) {
  cells.resize(heads_.size());
  rows_.push_back(
      {std::string(static_cast<std::size_t>(indent) * 2, ' ') + std::move(label), std::move(cells), paint});
  ++cells_;
}

void Table::heading(std::string label, int indent) {
  rows_.push_back(
      {std::string(static_cast<std::size_t>(indent) * 2, ' ') + std::move(label), {}, Paint::plain});
}

std::string Table::text(const Style& style) const {
  const std::size_t width = std::max(style.width, kMinimumWidth);
  std::vector<std::size_t> wide(heads_.size());
  for (std::size_t c = 0; c < heads_.size(); ++c) {
    wide[c] = columns_of(heads_[c]);
    for (const Row& row : rows_) {
      if (c < row.cells.size()) wide[c] = std::max(wide[c], columns_of(row.cells[c]));
    }
  }
  std::size_t cells = 0;
  for (const std::size_t w : wide) cells += w + kGap;
  // As wide as the longest label needs, as far as there is room.
  std::size_t needed = columns_of(title_);
  for (const Row& row : rows_) {
    if (!row.cells.empty()) needed = std::max(needed, columns_of(row.label));
  }
  const std::size_t label = std::min(needed, width > cells ? width - cells : 0);

  const auto line = [&](const std::string& name, const std::vector<std::string>& row, Paint paint) {
    std::string text = columns_of(name) > label ? painted(name, paint, style) + "\n" + std::string(label, ' ')
                                                : painted(pad_right(name, label), paint, style);
    std::string tail;
    for (std::size_t c = 0; c < row.size(); ++c) tail += std::string(kGap, ' ') + pad_left(row[c], wide[c]);
    tail.erase(tail.find_last_not_of(' ') + 1);
    return text + painted(tail, paint, style) + "\n";
  };
  std::string out = line(title_, heads_, Paint::bold);
  for (const Row& row : rows_) {
    out += row.cells.empty() ? wrapped(row.label, row.label.find_first_not_of(' ') + 2, style)
                             : line(row.label, row.cells, row.paint);
  }
  return out;
}

}  // namespace freshet::reports
