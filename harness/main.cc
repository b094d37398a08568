#include "harness/cli/commands.h"

int main(int argc, char** argv) {
  return freshet::cli::program(freshet::cli::Args(argv + (argc > 0 ? 1 : 0), argv + argc));
}
