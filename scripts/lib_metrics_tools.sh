# shellcheck shell=bash
# What the tests of live metrics are read by: a real Prometheus with its promtool, and Prometheus' own Python client.
# The programs come out of Debian's package, which is unpacked and not installed, for installing it starts a service;
# apt checks it against the archive's signature. The client is pinned with its checksum in tests/metrics.
# Sourced after lib.sh.

metrics_requirements() { printf '%s/tests/metrics/requirements.txt\n' "$(repo_root)"; }

metrics_tools_dir() { printf '%s/metrics-tools\n' "$(cache_dir)"; }

metrics_tools_are_there() { cmp -s "$(metrics_requirements)" "$(metrics_tools_dir)/requirements.txt"; }

# The lists of packages may be absent, or older than what they list.
download_prometheus() {
  (cd "$1" && apt-get -q download prometheus) || { apt update && (cd "$1" && apt-get -q download prometheus); }
}

ensure_metrics_tools() {
  local log tools
  metrics_tools_are_there && return
  with_lock "$(cache_dir)/lock"
  metrics_tools_are_there && return
  have apt-get || die "the tests of live metrics take Prometheus out of Debian's package, and this is no Debian"
  new_work_dir metrics-tools
  tools=$WORK_DIR/tools
  mkdir "$tools"
  log=$(cache_dir)/metrics-tools-fetch.log
  begin "fetching Prometheus and its Python client" "$log"
  : >"$log"
  retry logged download_prometheus "$WORK_DIR"
  logged dpkg-deb -x "$WORK_DIR"/prometheus_*.deb "$WORK_DIR/unpacked"
  logged "$WORK_DIR/unpacked/usr/bin/promtool" --version
  mv "$WORK_DIR/unpacked/usr/bin/prometheus" "$WORK_DIR/unpacked/usr/bin/promtool" "$tools"
  retry logged python3 -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes \
    --target "$tools/python" -r "$(metrics_requirements)"
  cp "$(metrics_requirements)" "$tools"
  rm -rf "$(metrics_tools_dir)"
  mv -T "$tools" "$(metrics_tools_dir)"
}
