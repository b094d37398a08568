#include "harness/cli/completion.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "harness/cli/commands.h"
#include "harness/cli/options.h"

namespace freshet::cli {
namespace {

// What stands for a value: by the words of the spec, else by the name that --help gives it.
enum class Values { anything, words, files, folders, scenarios };

Values values_of(const OptionSpec& spec, const std::string& name, const std::string& value) {
  if (spec.words.contains(name)) return Values::words;
  if (value == "SCENARIO") return Values::scenarios;
  if (value == "FOLDER" || value.starts_with("RUN")) return Values::folders;
  return value == "FILE" ? Values::files : Values::anything;
}

std::string words_of(const OptionSpec& spec, const std::string& name) {
  return fmt::format("{}", fmt::join(spec.words.at(name), " "));
}

std::string bash_action(const OptionSpec& spec, const std::string& name, const std::string& value) {
  switch (values_of(spec, name, value)) {
    case Values::words:
      return fmt::format("_freshet_reply -W '{}'", words_of(spec, name));
    case Values::scenarios:
      return "_freshet_files -f -X '!*.lua' -o plusdirs";
    case Values::folders:
      return "_freshet_files -d";
    case Values::files:
      return "_freshet_files -f";
    case Values::anything:
      return ":";
  }
  return ":";
}

std::string bash_command(const Command& command) {
  const OptionSpec spec = command.spec();
  std::string text, names;
  for (const Option& option : option_list(spec)) {
    for (const std::string& name : {option.long_name, option.short_name}) {
      if (name.empty()) continue;
      names += (names.empty() ? "" : " ") + name;
      if (option.value.empty()) continue;
      text += fmt::format("    {}:{}) {} ;;\n", command.name, name,
                          bash_action(spec, option.long_name.substr(2), option.value));
    }
  }
  text += fmt::format("    {}:*)\n      if [[ $current == -* ]]; then\n        _freshet_reply -W '{}'\n",
                      command.name, names);
  const std::string action = bash_action(spec, kPositional, spec.positional);
  if (action != ":") text += fmt::format("      else\n        {}\n", action);
  return text + "      fi\n      ;;\n";
}

std::string zsh_quoted(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      if (c == '[' || c == ']' || c == ':' || c == '\\') out += '\\';
      out += c;
    }
  }
  return out;
}

std::string zsh_action(const OptionSpec& spec, const std::string& name, const std::string& value) {
  switch (values_of(spec, name, value)) {
    case Values::words:
      return "(" + words_of(spec, name) + ")";
    case Values::scenarios:
      return "_files -g \"*.lua\"";
    case Values::folders:
      return "_files -/";
    case Values::files:
      return "_files";
    case Values::anything:
      return " ";
  }
  return " ";
}

std::string zsh_command(const Command& command) {
  const OptionSpec spec = command.spec();
  std::string text = fmt::format("    {})\n      _arguments -S", command.name);
  for (const Option& option : option_list(spec)) {
    const std::string others = option.repeats ? "*"
                               : option.short_name.empty()
                                   ? ""
                                   : fmt::format("({} {})", option.short_name, option.long_name);
    const std::string value = option.value.empty()
                                  ? ""
                                  : ":" + zsh_quoted(option.value) + ":" +
                                        zsh_action(spec, option.long_name.substr(2), option.value);
    const std::string about = "[" + zsh_quoted(option.about) + "]" + value;
    const bool takes = !option.value.empty();
    text += fmt::format(" \\\n        '{}{}{}{}'", others, option.long_name, takes ? "=" : "", about);
    if (!option.short_name.empty())
      text += fmt::format(" \\\n        '{}{}{}{}'", others, option.short_name, takes ? "+" : "", about);
  }
  if (!spec.positional.empty()) {
    const std::string many = spec.positional_is_many ? "*" : "1";
    text += fmt::format(" \\\n        '{}:{}:{}'", many, zsh_quoted(spec.positional),
                        zsh_action(spec, kPositional, spec.positional));
  }
  return text + "\n      ;;\n";
}

std::vector<std::string> command_names() {
  std::vector<std::string> names;
  for (const Command* command : commands()) names.emplace_back(command->name);
  return names;
}

}  // namespace

std::string bash_completion() {
  std::string text = R"(# bash completion of freshet, as "freshet completion bash" prints it
_freshet_reply() { mapfile -t COMPREPLY < <(compgen "$@" -- "$current"); }
_freshet_files() {
  _freshet_reply "$@"
  compopt -o filenames 2>/dev/null || :  # outside of a completion it is refused
}

_freshet() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
  COMPREPLY=()
  # bash takes --name=value for three words
  if [[ $current == "=" ]]; then
    current=""
  elif [[ $previous == "=" ]]; then
    previous=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  if ((COMP_CWORD == 1)); then
)";
  text += fmt::format("    _freshet_reply -W '{} --help --version'\n    return\n  fi\n",
                      fmt::join(command_names(), " "));
  text += "  case ${COMP_WORDS[1]}:$previous in\n";
  for (const Command* command : commands()) text += bash_command(*command);
  return text + "  esac\n}\ncomplete -F _freshet freshet\n";
}

std::string zsh_completion() {
  std::string text =
      "#compdef freshet\n# zsh completion of freshet, as \"freshet completion zsh\" prints it\n"
      "_freshet() {\n  local -a commands\n  commands=(\n";
  for (const Command* command : commands())
    text += fmt::format("    '{}:{}'\n", command->name, zsh_quoted(command->about));
  text +=
      "  )\n  if ((CURRENT == 2)); then\n    _describe -t commands command commands\n    return\n  fi\n"
      "  local command=$words[2]\n  shift words\n  ((CURRENT--))\n  case $command in\n";
  for (const Command* command : commands()) text += zsh_command(*command);
  return text +
         "  esac\n}\n\n# Sourced, or called as a completion function?\n"
         "if [[ $funcstack[1] == _freshet ]]; then _freshet \"$@\"; else compdef _freshet freshet; fi\n";
}

}  // namespace freshet::cli
