// Options of a command, read with Boost.Program_options without guessing: an abbreviated or unknown option is
// refused with the nearest one.
#pragma once

#include <boost/program_options.hpp>
#include <map>
#include <string>
#include <vector>

#include "harness/base/result.h"
#include "harness/cli/console.h"

namespace freshet::cli {

namespace po = boost::program_options;

struct OptionSpec {
  po::options_description options;  // shown by --help
  std::string positional;           // what the one argument is: "SCENARIO", "RUN"; "" when there is none
  bool positional_is_optional = false;
  bool positional_is_many = false;  // at least two are expected
  // The words that an option takes as its value, by its long name; kPositional: that the argument takes.
  // Shells complete them.
  std::map<std::string, std::vector<std::string>> words = {};
};

// Error: usage, in one sentence, naming what was found and the nearest legal name. With --help among the
// arguments nothing else is looked at.
base::Result<po::variables_map> parse(const OptionSpec& spec, const std::vector<std::string>& args);

// Key of the positional argument in the map.
inline constexpr const char* kPositional = "argument";

// The options as --help lists them.
struct Option {
  std::string long_name;   // "--out"
  std::string short_name;  // "-o", or ""
  std::string value;       // "FOLDER"; "" for a switch
  std::string standard;    // the default as --help shows it, or ""
  bool repeats = false;    // may be given several times
  std::string about;
};
std::vector<Option> option_list(const OptionSpec& spec);

// The text of --help: usage, what the command is for, its options, examples.
std::string option_help(const OptionSpec& spec);

// "name=value" texts -> map. Refuses a text without '=', an empty name, a name given twice. `option`: "-P".
base::Result<std::map<std::string, std::string>> key_values(const std::string& option,
                                                            const std::vector<std::string>& texts);

// --width and --no-color, which run, check and report share.
void add_look(po::options_description& options);
base::Result<Look> look_of(const po::variables_map& values);

}  // namespace freshet::cli
