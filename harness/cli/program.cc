// Finds the command that was asked for and runs it.
#include <fmt/format.h>

#include <filesystem>

#include "harness/base/text.h"
#include "harness/cli/commands.h"
#include "harness/cli/console.h"

namespace freshet::cli {
namespace {

int unknown_command(const std::string& found) {
  std::error_code ignored;
  if (found.ends_with(".lua") || std::filesystem::is_regular_file(found, ignored)) {
    return fail(fmt::format("unknown command {}; to run a scenario: freshet run {}", found, found),
                kExitUsage);
  }
  std::vector<std::string> names;
  for (const Command* command : commands()) names.emplace_back(command->name);
  const std::string near = base::nearest(found, names);
  const std::string kind = found.starts_with("-") ? "option" : "command";
  return fail(fmt::format("unknown {} {}; {}", kind, found,
                          near.empty() ? "freshet help lists the commands" : "nearest: " + near),
              kExitUsage);
}

// `whole` begins with the command.
int run(const Command& command, const Args& whole) {
  const auto values = parse(command.spec(), Args(whole.begin() + 1, whole.end()));
  if (!values) return fail(values.error().message, kExitUsage);
  if (!values->count("help")) return command.run(*values, whole);
  print(command.help());
  return kExitOk;
}

}  // namespace

const std::vector<const Command*>& commands() {
  static const std::vector<const Command*> all = {&kRunCommand,     &kCheckCommand, &kReportCommand,
                                                  &kCompareCommand, &kCleanCommand, &kCompletionCommand,
                                                  &kVersionCommand, &kHelpCommand};
  return all;
}

int program(const Args& args) {
  if (args.empty()) {
    notice(program_help());
    return kExitUsage;
  }
  if (args[0] == "--help" || args[0] == "-h") {
    print(program_help());
    return kExitOk;
  }
  const std::string name = args[0] == "--version" ? "version" : args[0];
  for (const Command* command : commands()) {
    if (name == command->name) return run(*command, args);
  }
  return unknown_command(args[0]);
}

}  // namespace freshet::cli
