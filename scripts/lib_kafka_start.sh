# shellcheck shell=bash
# Starting brokers and waiting until clients can use them. Sourced after lib_kafka_nodes.sh, lib_kafka_config.sh and
# lib_kafka_secure.sh; reads what scripts/kafka sets from its options: DIR, BROKERS, PORT, CONTROLLER_PORT, TIMEOUT.

STARTED_PIDS=()  # processes of a start that has not succeeded yet
PORT_WAS_TAKEN=no

# prepare_dir: makes the data folder ours, or refuses one that is not.
prepare_dir() {
  local stored wanted
  mkdir -p "$DIR"
  if [[ ! -e $DIR/$MARKER && -n $(ls -A "$DIR") ]]; then
    die "$DIR is not empty and was not made by scripts/kafka; give another --dir"
  fi
  touch "$DIR/$MARKER"
  with_lock "$DIR/lock"
  stored=$(cat "$DIR/brokers" 2>/dev/null || true)
  if [[ -n $stored && -n $BROKERS && $stored != "$BROKERS" ]]; then
    die "the data folder $DIR was made for $stored broker(s); scripts/kafka wipe --dir '$DIR' first"
  fi
  for wanted in ${FEATURES[@]+"${FEATURES[@]}"}; do
    if [[ -z $stored ]]; then
      has "$wanted" || echo "$wanted" >>"$DIR/features"
    elif ! has "$wanted"; then
      die "the data folder $DIR was made without --$wanted; scripts/kafka wipe --dir '$DIR' first"
    fi
  done
  BROKERS=${stored:-${BROKERS:-1}}
  printf '%s\n' "$BROKERS" >"$DIR/brokers"
  ADDED=$(cat "$DIR/added" 2>/dev/null || echo 0)
  if [[ ! -s $DIR/cluster.id ]]; then
    # Sixteen random bytes in Kafka's own form; never with a leading "-", which a tool would take for an option.
    head -c 16 /dev/urandom | base64 | tr '+/' 'ab' | cut -c1-22 >"$DIR/cluster.id"
  fi
  if ((${#SETTINGS[@]} > 0)); then
    printf '%s\n' "${SETTINGS[@]}" >>"$DIR/settings"
  fi
  if has secure; then prepare_secure; fi
}

# format_node NODE: a node's data folder is complete once "formatted" is there.
format_node() {
  local here users=()
  here=$(node_dir "$1")
  if has secure; then users=("@$DIR/secrets/format.args"); fi
  rm -rf "$here/data"
  : >"$here/format.log"
  # shellcheck disable=SC2034  # lib.sh reads it
  FRESHET_STEP_LOG=$here/format.log
  (logged kafka_java -Xmx128m -Dlog4j2.configurationFile="$(kafka_home)/log4j2-server.properties" \
    kafka.tools.StorageTool format -t "$(cat "$DIR/cluster.id")" -c "$here/server.properties" \
    ${users[@]+"${users[@]}"}) && touch "$here/formatted"
}

# format_nodes NODE…: those that are new, all at the same time.
format_nodes() {
  local node new=() at_work=()
  for node in "$@"; do
    if [[ ! -e $(node_dir "$node")/formatted ]]; then new+=("$node"); fi
  done
  ((${#new[@]} > 0)) || return 0
  begin "formatting the data folder of broker(s) ${new[*]}"
  for node in "${new[@]}"; do
    format_node "$node" 9>&- &
    at_work+=("$!")
  done
  wait "${at_work[@]}" || true
  for node in "${new[@]}"; do
    [[ -e $(node_dir "$node")/formatted ]] || {
      tail -n 20 "$(node_dir "$node")/format.log" | sed 's/^/  | /' >&2
      die "formatting failed; whole log: $(node_dir "$node")/format.log"
    }
  done
}

# close_inherited: whoever called may hold locks and pipes open, which must not live as long as a broker does.
close_inherited() {
  local fd
  for fd in /proc/self/fd/*; do
    fd=${fd##*/}
    if ((fd > 2 && fd != 255)); then eval "exec $fd>&-"; fi
  done
}

# launch NODE: in a session of its own, so that no Ctrl-C meant for another program reaches it.
launch() {
  local here options=(-Xmx256m)
  here=$(node_dir "$1")
  if ((BROKERS > 1)); then options=(-Xmx192m -Xss512k); fi
  if has metrics; then
    options+=("-javaagent:$(metrics_agent)=127.0.0.1:$(node_metrics_port "$1"):$DIR/metrics.yml")
  fi
  [[ ! -e $here/server.log ]] || mv -f "$here/server.log" "$here/server.log.1"
  (
    close_inherited
    # shellcheck disable=SC2034  # read by kafka_java
    KAFKA_JAVA_PREFIX=setsid
    # shellcheck disable=SC2034
    KAFKA_ARCHIVE_TO=${FRESHET_KAFKA_ARCHIVE_TO:-}
    kafka_java "${options[@]}" \
      -Dlog4j2.configurationFile="$(kafka_home)/log4j2-server.properties" \
      kafka.Kafka "$here/server.properties"
  ) >"$here/server.log" 2>&1 </dev/null &
  STARTED_PIDS+=("$!")
  printf '%s\n' "$!" >"$here/pid"
}

# Ends what an unsuccessful or interrupted start has begun.
abandon_start() {
  local pid
  for pid in "${STARTED_PIDS[@]}"; do
    kill -KILL "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  STARTED_PIDS=()
}

# node_is_ready NODE: says in its log that it has started, and names every broker that can answer.
node_is_ready() {
  local seen missing
  grep -q 'Kafka Server started' "$(node_dir "$1")/server.log" 2>/dev/null || return 1
  seen=$(brokers_seen "$1") || return 1
  missing=$(answering_nodes | grep -vxF -- "$seen" || true)
  [[ -z $missing ]]
}

# await_ready NODE…: waits for all; sets PORT_WAS_TAKEN=yes when another process took a port in the meantime.
await_ready() {
  PORT_WAS_TAKEN=no
  local node deadline=$((SECONDS + TIMEOUT)) log
  for node in "$@"; do
    log=$(node_dir "$node")/server.log
    until node_is_ready "$node"; do
      if ! kill -0 "$(cat "$(node_dir "$node")/pid" 2>/dev/null)" 2>/dev/null; then
        if grep -q 'Address already in use' "$log"; then
          PORT_WAS_TAKEN=yes
          return
        fi
        tail -n 20 "$log" | sed 's/^/  | /' >&2
        die "broker $node ended while starting; whole log: $log"
      fi
      if ((SECONDS >= deadline)); then
        die "broker $node gave no answer on port $(node_port "$node") within $TIMEOUT s, or does not see all" \
          "others; log: $log"
      fi
      sleep 0.05
    done
  done
}

# run_nodes NODE…: with the ports they have.
run_nodes() {
  local node
  if has metrics; then write_metrics_rules; fi
  for node in "$@"; do
    write_server_properties "$node"
  done
  format_nodes "$@"
  begin "starting Apache Kafka $KAFKA_VERSION, broker(s) $*, in $DIR"
  for node in "$@"; do
    launch "$node"
  done
  await_ready "$@"
}

# start_nodes NODE…: new ports are taken where the old ones are not free; but never while another node runs that
# knows the old ones, unless all NODEs are new to it.
start_nodes() {
  local attempt which=old changeable=no
  if [[ -z $(running_nodes) || ! -e $(node_dir "$1")/formatted ]]; then changeable=yes; fi
  at_exit abandon_start
  for ((attempt = 1; ; attempt++)); do
    if [[ $changeable == yes ]]; then choose_ports "$which" "$@"; fi
    run_nodes "$@"
    [[ $PORT_WAS_TAKEN == yes ]] || break
    abandon_start
    if [[ -n $PORT$CONTROLLER_PORT || $changeable == no ]] || ((attempt == 5)); then
      die "a port of broker(s) $* is taken by another process: $(address)"
    fi
    which=new
  done
  say "ready, process ${STARTED_PIDS[*]}"
  STARTED_PIDS=()
  if has secure; then write_clients; fi
}

start() {
  local node missing=()
  need_kafka
  # Before the folder is locked, as a script holds one lock at a time.
  if has metrics || [[ " ${FEATURES[*]-} " == *" metrics "* ]]; then ensure_metrics_agent; fi
  prepare_dir
  for node in $(all_nodes); do
    if ! node_pid "$node" >/dev/null; then missing+=("$node"); fi
  done
  if ((${#missing[@]} > 0)); then
    start_nodes "${missing[@]}"
  elif [[ -n $PORT && $(node_port 1) != "$PORT" ]]; then
    die "it runs already, at $(address); stop it before giving it another port"
  else
    say "it runs already"
  fi
  for node in $(all_nodes); do
    if is_paused "$(node_pid "$node")"; then say "broker $node is paused; scripts/kafka resume $node"; fi
  done
  tell_what_there_is
  address
}

# tell_what_there_is: what the options of start have made, for people.
tell_what_there_is() {
  if has secure; then say "clients' properties files: $(cd "$DIR/clients" && echo "$PWD"/*.properties)"; fi
  if has tiered; then say "remote segments are kept in $DIR/remote"; fi
  if has metrics; then metrics | sed "s/^/$FRESHET_SCRIPT: metrics at /" >&2; fi
}

# add: one more broker for a running cluster, without a controller.
add() {
  need_kafka
  if ! use_existing || [[ -z $(answering_nodes) ]]; then
    die "no broker runs in $DIR; scripts/kafka start comes first"
  fi
  with_lock "$DIR/lock"
  use_existing
  ADDED=$((ADDED + 1))
  local node=$((BROKERS + ADDED))
  ((node <= 9)) || die "there are 9 brokers already"
  mkdir -p "$(node_dir "$node")"
  rm -rf "$(node_dir "$node")/formatted"
  start_nodes "$node"
  printf '%s\n' "$ADDED" >"$DIR/added"
  printf '%s 127.0.0.1:%s\n' "$node" "$(node_port "$node")"
}
