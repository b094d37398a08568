# shellcheck shell=bash
# The Prometheus page of each broker (--metrics). Sourced after lib_kafka.sh.

readonly METRICS_VERSION=1.0.1
readonly METRICS_SHA256=7d61f737fd661610ccc14aea79764faa1ea94a340cbc8f0029b3d2edea3d80c1

metrics_agent() { printf '%s/jmx_prometheus_javaagent-%s.jar\n' "$(cache_dir)" "$METRICS_VERSION"; }

# ensure_metrics_agent: fetches it from Maven Central, once.
ensure_metrics_agent() {
  [[ ! -e $(metrics_agent) ]] || return 0
  with_lock "$(cache_dir)/lock"
  new_work_dir metrics
  local jar=$WORK_DIR/jmx_prometheus_javaagent-$METRICS_VERSION.jar
  begin "fetching the metrics agent $METRICS_VERSION" "$(cache_dir)/metrics-fetch.log"
  : >"$FRESHET_STEP_LOG"
  retry logged mvn -B -ntp -q -C dependency:copy -DoutputDirectory="$WORK_DIR" \
    -Dartifact=io.prometheus.jmx:jmx_prometheus_javaagent:$METRICS_VERSION
  sha256sum --status -c - <<<"$METRICS_SHA256  $jar" ||
    die "integrity check failed: $(basename "$jar") has SHA-256 $(sha256sum "$jar" | cut -d' ' -f1)"
  mv "$jar" "$(metrics_agent)"
}

# What a run can want to know of a broker; everything a broker knows is thousands of lines.
write_metrics_rules() {
  cat >"$DIR/metrics.yml" <<RULES
lowercaseOutputName: true
includeObjectNames:
  - "kafka.server:type=BrokerTopicMetrics,*"
  - "kafka.server:type=ReplicaManager,*"
  - "kafka.server:type=ReplicaFetcherManager,*"
  - "kafka.server:type=KafkaRequestHandlerPool,*"
  - "kafka.controller:type=KafkaController,*"
  - "kafka.network:type=RequestMetrics,name=TotalTimeMs,*"
  - "kafka.network:type=RequestMetrics,name=RequestsPerSec,*"
  - "kafka.log.remote:*"
  - "java.lang:type=Memory"
  - "java.lang:type=OperatingSystem"
rules:
  - pattern: ".*"
RULES
}

# metrics: prints the address of each broker's page.
metrics() {
  local node
  use_existing || die "there is no cluster in $DIR; scripts/kafka start makes one"
  has metrics || die "the cluster in $DIR was not started with --metrics"
  for node in $(all_nodes); do
    printf 'http://127.0.0.1:%s/metrics\n' "$(node_metrics_port "$node")"
  done
}
