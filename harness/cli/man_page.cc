#include "harness/cli/man_page.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/cli/commands.h"
#include "harness/cli/version.h"

namespace freshet::cli {
namespace {

// Text that roff takes for itself: no escapes, no requests at the begin of a line, hyphens that can be
// copied.
std::string roff(std::string_view text) {
  std::string out;
  bool line_begins = true;
  for (const char c : text) {
    if (line_begins && (c == '.' || c == '\'')) out += "\\&";
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      out += c;
    }
    line_begins = c == '\n';
  }
  return out;
}

std::string upper(std::string text) {
  for (char& c : text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return text;
}

// As it stands, from the left edge: the lines of --help fill a terminal.
std::string verbatim(const std::string& text) {
  return ".in 0n\n.nf\n" + roff(text) + ".fi\n.in\n";
}

// Blocks between empty lines. A block of which a line is indented is a table or an example; others are
// filled.
std::string blocks(const std::string& text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t gap = std::min(text.find("\n\n", at), text.size());
    std::string block = text.substr(at, gap - at);
    while (block.ends_with('\n')) block.pop_back();
    while (block.starts_with('\n')) block.erase(0, 1);
    const bool indented = block.starts_with(' ') || block.find("\n ") != std::string::npos;
    if (!block.empty()) out += indented ? ".PP\n" + verbatim(block + "\n") : ".PP\n" + roff(block) + "\n";
    at = gap + 2;
  }
  return out;
}

std::string options(const OptionSpec& spec) {
  std::string out;
  for (const Option& option : option_list(spec)) {
    std::string head = "\\fB" + roff(option.long_name) + "\\fR";
    if (!option.short_name.empty()) head = "\\fB" + roff(option.short_name) + "\\fR, " + head;
    if (!option.value.empty()) head += " \\fI" + roff(option.value) + "\\fR";
    if (!option.standard.empty()) head += " (" + roff(option.standard) + ")";
    out += ".TP\n" + head + "\n" + roff(option.about) + "\n";
  }
  return out;
}

// What --help prints, with its options set as a manual page sets them.
std::string command_page(const Command& command) {
  const std::string help = command.help(), list = option_help(command.spec());
  const std::size_t at = help.find(list);
  const std::string before = help.substr(0, at);
  const std::string after = at == std::string::npos ? "" : help.substr(at + list.size());
  return fmt::format(".SS {}\n", roff(std::string("freshet ") + command.name)) + blocks(before) +
         options(command.spec()) + blocks(after);
}

}  // namespace

std::string man_page() {
  std::string page =
      fmt::format(".TH FRESHET 1 \"\" \"freshet {}\" \"User Commands\"\n.SH NAME\n{}\n", freshet_version(),
                  "freshet \\- load testing and freshness benchmarks of Kafka clusters");
  page += ".SH SYNOPSIS\n.B freshet\n\\fICOMMAND\\fR [\\fIOPTION\\fR...]\n.SH DESCRIPTION\n";
  page += blocks(program_about());
  page += ".SH COMMANDS\n";
  for (const Command* command : commands()) page += command_page(*command);
  for (const std::string& topic : topics()) {
    page += fmt::format(".SH {}\n", roff(upper(topic))) + verbatim(topic_help(topic));
  }
  return page + ".SH EXAMPLES\n" + verbatim(program_examples());
}

}  // namespace freshet::cli
