// freshet completion: what a shell needs to complete the command line.
#include "harness/base/text.h"
#include "harness/cli/commands.h"
#include "harness/cli/completion.h"
#include "harness/cli/console.h"

namespace freshet::cli {
namespace {

OptionSpec spec() {
  OptionSpec spec;
  spec.positional = "SHELL";
  spec.options.add_options()("help,h", "this text");
  spec.words[kPositional] = {"bash", "zsh"};
  return spec;
}

std::string help() {
  return R"(usage: freshet completion SHELL

Prints the completion of commands, options and their values for a shell: bash or
zsh. Packages and cmake --install put it in its place.

)" + option_help(spec()) +
         R"(
Examples:
  source <(freshet completion bash)
  freshet completion zsh > ~/.zfunc/_freshet     a folder of $fpath
)";
}

int run(const po::variables_map& values, const Args&) {
  const std::string shell = values[kPositional].as<std::vector<std::string>>().front();
  if (shell != "bash" && shell != "zsh") {
    const std::string near = base::nearest(shell, spec().words[kPositional]);
    return fail(
        "no completion for " + shell + "; expected bash or zsh" + (near.empty() ? "" : "; nearest: " + near),
        kExitUsage);
  }
  print(shell == "bash" ? bash_completion() : zsh_completion());
  return kExitOk;
}

}  // namespace

const Command kCompletionCommand = {"completion", "print the completion for bash or zsh", help, spec, run};

}  // namespace freshet::cli
