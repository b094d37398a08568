# shellcheck shell=bash
# What every script here shares. Sourced, never run:
#   . "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
#
# All talk goes to standard error, so that standard output stays free for the one thing a script answers.
set -Eeuo pipefail

FRESHET_SCRIPT=$(basename "$0")
FRESHET_STEP=""      # what is being done now, for the message when it fails
FRESHET_STEP_LOG=""  # where that step's output goes, empty when it goes to the terminal

# say TEXT…: one line on what is done now.
say() { printf '%s: %s\n' "$FRESHET_SCRIPT" "$*" >&2; }

# die TEXT…: an error that needs no further explanation, exit status 1.
die() {
  say "error: $*"
  exit 1
}

# usage_error TEXT…: a wrong option or argument, exit status 2 like freshet's own.
usage_error() {
  say "error: $*"
  say "see scripts/$FRESHET_SCRIPT --help"
  exit 2
}

on_error() {
  local status=$1
  # A failure in a subshell is reported by the shell that waits for it.
  [[ $BASHPID == "$$" ]] || exit "$status"
  trap - ERR
  if [[ -n $FRESHET_STEP_LOG && -s $FRESHET_STEP_LOG ]]; then
    say "the last lines of the log:"
    tail -n 20 "$FRESHET_STEP_LOG" | sed 's/^/  | /' >&2
    say "whole log: $FRESHET_STEP_LOG"
  fi
  say "error: failed (status $status): ${FRESHET_STEP:-line $2}"
  exit "$status"
}
trap 'on_error $? $LINENO' ERR

# begin TEXT [LOG]: says TEXT and remembers it for the error message.
begin() {
  FRESHET_STEP=$1
  FRESHET_STEP_LOG=${2:-}
  say "$1"
}

# logged CMD…: runs a command with all its output appended to the log of the current step.
logged() { "$@" >>"$FRESHET_STEP_LOG" 2>&1 </dev/null; }

# retry CMD…: for everything that goes over a network: three attempts, with a pause between them.
retry() {
  local attempt
  for attempt in 1 2 3; do
    if "$@"; then
      return 0
    fi
    if ((attempt < 3)); then
      say "attempt $attempt of 3 failed, trying again in $((attempt * 5)) s: ${FRESHET_STEP:-$*}"
      sleep $((attempt * 5))
    fi
  done
  return 1
}

# have CMD: is the command there?
have() { command -v "$1" >/dev/null 2>&1; }

# repo_root: the folder that holds CMakeLists.txt, without symbolic links.
repo_root() { (cd -P "$(dirname "${BASH_SOURCE[0]}")/.." && pwd); }

# cache_dir: what is fetched or built once and outlives build folders. scripts/cmake/librdkafka.cmake
# looks in the same place.
cache_dir() {
  local base=${FRESHET_CACHE:-}
  if [[ -z $base ]]; then
    base=${XDG_CACHE_HOME:-$HOME/.cache}/freshet
  fi
  realpath -m -- "$base"
}

# root_run CMD…: runs a command as root, or fails when that is not possible without a question.
root_run() {
  if ((EUID == 0)); then
    "$@"
  else
    sudo -n -- "$@"
  fi
}

# can_be_root: would root_run work?
can_be_root() { ((EUID == 0)) || { have sudo && sudo -n true 2>/dev/null; }; }

# with_lock FILE: holds an exclusive lock on FILE (made if missing) until the script ends, on descriptor 9.
# Background processes that outlive the script must be started with 9>&-.
with_lock() {
  mkdir -p "$(dirname "$1")"
  while true; do
    exec 9>>"$1"
    if ! flock -n 9; then
      say "waiting for another ${FRESHET_SCRIPT} that holds $1"
      flock 9
    fi
    # The holder before us may have deleted the folder; then our lock is on a file that nobody sees.
    if [[ /proc/self/fd/9 -ef $1 ]]; then
      return 0
    fi
  done
}

# print_help: the script's own leading comment, from the second line to the first line that is no comment.
print_help() { awk 'NR == 1 { next } /^#/ { sub(/^# ?/, ""); print; next } { exit }' "$0"; }

# Functions added here run when the script ends, in whatever way, last added first.
FRESHET_AT_EXIT=()
at_exit() { FRESHET_AT_EXIT=("$1" "${FRESHET_AT_EXIT[@]}"); }
run_at_exit() {
  local status=$? action
  trap - ERR
  set +e
  for action in "${FRESHET_AT_EXIT[@]}"; do
    eval "$action"
  done
  exit "$status"
}
trap run_at_exit EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# new_work_dir NAME: makes a folder inside the cache (so that a move out of it is one step), deleted when
# the script ends, and sets WORK_DIR to it. To be called with the cache's lock held: what interrupted
# scripts left is deleted first.
new_work_dir() {
  rm -rf "$(cache_dir)/work-$1".*
  WORK_DIR=$(mktemp -d "$(cache_dir)/work-$1.XXXXXX")
  at_exit "rm -rf '$WORK_DIR'"
}

# A machine that starts scripts without a HOME still gets one answer to "where is the cache".
if [[ -z ${HOME:-} ]]; then
  HOME=$(getent passwd "$EUID" | cut -d: -f6)
  export HOME
fi
