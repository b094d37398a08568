#include "harness/scenario/scenario.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>

#include "harness/scenario/build.h"
#include "harness/scenario/decisions.h"
#include "harness/scenario/evaluate.h"
#include "harness/scenario/utf8.h"

namespace freshet::scenario {
namespace {

constexpr std::size_t kLargestFile = 1U << 20;

struct Close {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

// The text; an error in words when it cannot be had.
base::Result<std::string> read_file(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored))
    return base::io_error("is a folder, expected a scenario file (.lua)");
  const std::unique_ptr<std::FILE, Close> file(std::fopen(path.c_str(), "rb"));
  if (!file) return base::io_error(fmt::format("cannot be opened: {}", std::strerror(errno)));
  std::string text(kLargestFile + 1, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  if (std::ferror(file.get()) != 0)
    return base::io_error(fmt::format("cannot be read: {}", std::strerror(errno)));
  return text;
}

int line_of(std::string_view text, std::size_t at) {
  return 1 + static_cast<int>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
}

// What Lua must not even see.
bool is_text(std::string_view text, Errors& errors) {
  if (text.size() > kLargestFile) {
    errors.add(0, "is larger than 1 MiB: no scenario");
  } else if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    errors.add(1, "the file is empty; expected it to end with: return scenario { … }");
  } else if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) {
    errors.add(line_of(text, nul), "found a NUL byte; expected a text in UTF-8");
  } else if (const std::size_t at = invalid_utf8_at(text); at != text.size()) {
    errors.add(line_of(text, at), fmt::format("found the byte 0x{:02x}, which is not UTF-8 there",
                                              static_cast<unsigned char>(text[at])));
  }
  return errors.empty();
}

}  // namespace

Loaded load_scenario_text(std::string_view text, const std::string& file, const Options& options) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  Loaded loaded;
  Errors errors;
  loaded.plan.scenario_file = file;
  loaded.plan.scenario_text = text;
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  if (is_text(text, errors)) {
    Evaluation evaluation = evaluate(text, options, errors);
    loaded.plan.params = std::move(evaluation.params);
    if (evaluation.scenario) build(*evaluation.scenario, options, loaded.plan, errors);
    if (errors.empty()) {
      for (const ScenarioError& wrong : wrong_decides(loaded.plan)) errors.add(wrong.line, wrong.message);
    }
  }
  loaded.errors = errors.in_order();
  return loaded;
}

Loaded load_scenario(const std::string& path, const Options& options) {
  const auto text = read_file(path);
  if (text) return load_scenario_text(*text, path, options);
  Loaded loaded;
  loaded.plan.scenario_file = path;
  loaded.errors.push_back({0, text.error().message});
  return loaded;
}

std::vector<plan::Param> describe_params(const std::string& path) {
  return load_scenario(path, {}).plan.params;
}

std::string format_error(const std::string& file, const ScenarioError& error) {
  if (error.line <= 0) return fmt::format("{}: {}", file, error.message);
  return fmt::format("{}:{}: {}", file, error.line, error.message);
}

}  // namespace freshet::scenario
