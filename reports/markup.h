// Foreign text inside markup: names from scenarios, keys and errors are anybody's, and none of them may end a
// cell, open a tag or make a file that no parser reads.
#pragma once

#include <string>
#include <string_view>

namespace freshet::reports {

// Valid UTF-8 of characters that XML 1.0 can hold; each byte that is none of one becomes U+FFFD. Escaping of
// <, & and quotes is left to the XML library.
std::string xml_text(std::string_view text);

// One line of Markdown in which nothing is markup: as it stands in a cell of a table or a paragraph.
std::string markdown_text(std::string_view text);

// A value of a GitHub workflow command ("::error file=VALUE::VALUE"). `property`: of file= and its like,
// where commas and colons end it.
std::string workflow_text(std::string_view text, bool property);

}  // namespace freshet::reports
