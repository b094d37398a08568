// The commands of the program, one file each.
#pragma once

#include <string>
#include <vector>

#include "harness/cli/options.h"

namespace freshet::cli {

using Args = std::vector<std::string>;  // what stands after the command

struct Command {
  const char* name;
  const char* about;      // one line, for the list of commands
  std::string (*help)();  // what --help prints
  OptionSpec (*spec)();
  // `values`: of its options, without --help. `whole`: the command line as typed, for the manifest. Returns
  // the exit status.
  int (*run)(const po::variables_map& values, const Args& whole);
};

extern const Command kRunCommand;
extern const Command kCheckCommand;
extern const Command kReportCommand;
extern const Command kCompareCommand;
extern const Command kCleanCommand;
extern const Command kCompletionCommand;
extern const Command kVersionCommand;
extern const Command kHelpCommand;

// All of them, in the order in which help lists them.
const std::vector<const Command*>& commands();

// The whole program: `args` without the program's own name.
int program(const Args& args);

// What `freshet help` prints, and `freshet help TOPIC` for the topics that are not commands; "" for no such
// topic.
std::string program_about();  // the sentences that it begins with
std::string program_examples();
std::string program_help();
std::string topic_help(const std::string& topic);
std::vector<std::string> topics();

}  // namespace freshet::cli
