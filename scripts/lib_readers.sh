# shellcheck shell=bash
# Other people's readers of histogram logs, which the tests hold against ours: hdrhistogram from PyPI and
# hdr-histogram-js from npm, pinned with their checksums in tests/readers. The Java one comes with Apache Kafka's jars.
# Sourced after lib.sh.

readers_sources() { printf '%s/tests/readers\n' "$(repo_root)"; }

# One folder a set of versions.
readers_dir() {
  local sources
  sources=$(readers_sources)
  printf '%s/readers-%s\n' "$(cache_dir)" \
    "$(cat "$sources/requirements.txt" "$sources/package-lock.json" | sha256sum | cut -c1-12)"
}

readers_are_there() { [[ -d $(readers_dir) ]]; }

ensure_readers() {
  local work
  readers_are_there && return
  with_lock "$(cache_dir)/lock"
  readers_are_there && return
  new_work_dir readers
  work=$WORK_DIR/readers
  mkdir "$work"
  begin "fetching other people's readers of histogram logs" "$(cache_dir)/readers-fetch.log"
  : >"$FRESHET_STEP_LOG"
  cp "$(readers_sources)/package.json" "$(readers_sources)/package-lock.json" "$work"
  (cd "$work" && retry logged npm ci --silent --no-audit --no-fund --ignore-scripts)
  retry logged python3 -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes \
    --target "$work/python" -r "$(readers_sources)/requirements.txt"
  mv -T "$work" "$(readers_dir)"
}
