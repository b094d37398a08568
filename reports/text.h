// Text for a terminal of some width: colours that are only there when asked for, aligned columns, wrapping.
// Widths count characters, not bytes: texts are UTF-8 of single-width characters.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace freshet::reports {

struct Style {
  std::size_t width = 80;  // columns; at least kMinimumWidth is used
  bool colour = false;     // ANSI escapes
  bool blocks = false;     // pictures of Unicode's block elements; else of ASCII
  std::size_t room = 0;    // columns that a picture may take; 0: as many as a line
};
inline constexpr std::size_t kMinimumWidth = 60;

enum class Paint { plain, bold, dim, good, bad, warning };

std::string painted(std::string_view text, Paint paint, const Style& style);

// Characters of a UTF-8 text, ANSI escapes not counted.
std::size_t columns_of(std::string_view text);
std::string pad_right(std::string text, std::size_t columns);  // at least so wide, text to the left
std::string pad_left(std::string text, std::size_t columns);

// Breaks at spaces so that no line is wider than the style's width; lines after the first begin with `indent`
// spaces. A word that is wider than a line stands alone.
std::string wrapped(std::string_view text, std::size_t indent, const Style& style);

// Rows of a label and cells. Cells are right-aligned under their heads; a label that has no room stands on a
// line of its own, so that nothing is cut off.
class Table {
 public:
  Table(std::string title, std::vector<std::string> heads);

  // `indent` in steps of two columns; an empty cell stays empty.
  void row(std::string label, std::vector<std::string> cells, int indent = 1, Paint paint = Paint::plain);
  void heading(std::string label, int indent = 0);
  bool empty() const { return cells_ == 0; }

  std::string text(const Style& style) const;

 private:
  struct Row {
    std::string label;
    std::vector<std::string> cells;
    Paint paint = Paint::plain;
  };
  std::string title_;
  std::vector<std::string> heads_;
  std::vector<Row> rows_;
  std::size_t cells_ = 0;  // rows with cells
};

}  // namespace freshet::reports
