// What a shell needs to complete a command line of freshet, made from the options that --help shows.
#pragma once

#include <string>

namespace freshet::cli {

std::string bash_completion();  // a file for bash-completion, or to be sourced
std::string zsh_completion();   // a file _freshet for a folder of $fpath

}  // namespace freshet::cli
