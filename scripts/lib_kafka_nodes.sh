# shellcheck shell=bash
# The brokers that scripts/kafka runs: which of them live, their ports, their configuration, starting them and
# waiting for an answer. Sourced after lib.sh and lib_kafka.sh; reads what scripts/kafka sets from its options:
# DIR, BROKERS, PORT, CONTROLLER_PORT, TIMEOUT. A broker's own folder is DIR/node-N.

STARTED_PIDS=()  # processes of a start that has not succeeded yet

# --- nodes --------------------------------------------------------------------------------------------

node_dir() { printf '%s/node-%s\n' "$DIR" "$1"; }

all_nodes() { seq 1 "${BROKERS:-1}"; }

# is_ours PID NODE: is this process the broker of this data folder? A process id alone may be another's by now.
is_ours() {
  tr '\0' '\n' 2>/dev/null <"/proc/$1/cmdline" | grep -qxF -- "$(node_dir "$2")/server.properties"
}

# node_pid NODE: prints its process id; fails when it does not run.
node_pid() {
  local pid
  pid=$(cat "$(node_dir "$1")/pid" 2>/dev/null) && [[ $pid =~ ^[0-9]+$ ]] && is_ours "$pid" "$1" 2>/dev/null &&
    printf '%s\n' "$pid"
}

running_nodes() {
  local node
  for node in $(all_nodes); do
    if node_pid "$node" >/dev/null; then echo "$node"; fi
  done
}

node_port() { cut -d' ' -f1 "$(node_dir "$1")/ports"; }
node_controller_port() { cut -d' ' -f2 "$(node_dir "$1")/ports"; }

address() {
  local node list=""
  for node in $(all_nodes); do
    list+=,127.0.0.1:$(node_port "$node")
  done
  printf '%s\n' "${list#,}"
}

# --- ports --------------------------------------------------------------------------------------------

# port_is_taken PORT: does anything on this machine listen there?
port_is_taken() {
  cat /proc/net/tcp /proc/net/tcp6 2>/dev/null |
    awk -v port="$(printf ':%04X' "$1")" '$4 == "0A" && substr($2, length($2) - 4) == port { found = 1 }
      END { exit !found }'
}

# free_port: one below the range from which the system takes ports for outgoing connections.
free_port() {
  local port attempt
  for ((attempt = 0; attempt < 200; attempt++)); do
    port=$((20000 + (RANDOM * 32768 + RANDOM) % 12000))
    if [[ " ${CHOSEN_PORTS[*]} " != *" $port "* ]] && ! port_is_taken "$port"; then
      FREE_PORT=$port
      return 0
    fi
  done
  die "found no free port between 20000 and 32000"
}

# choose_port GIVEN OLD: sets FREE_PORT to the one asked for, the one used before, or a free one.
choose_port() {
  if [[ -n $1 ]]; then
    if port_is_taken "$1"; then die "port $1 is taken by another process"; fi
    FREE_PORT=$1
  elif [[ -n $2 ]] && ! port_is_taken "$2"; then
    FREE_PORT=$2
  else
    free_port
  fi
  CHOSEN_PORTS+=("$FREE_PORT")
}

# choose_ports old|new: for all nodes; with "new" those used before are forgotten.
choose_ports() {
  local node old_port old_controller_port port ports
  CHOSEN_PORTS=()
  for node in $(all_nodes); do
    ports=$(node_dir "$node")/ports
    read -r old_port old_controller_port 2>/dev/null <"$ports" || { old_port="" old_controller_port=""; }
    if [[ $1 == new ]]; then old_port="" old_controller_port=""; fi
    choose_port "${PORT:+$((PORT + node - 1))}" "$old_port"
    port=$FREE_PORT
    choose_port "${CONTROLLER_PORT:+$((CONTROLLER_PORT + node - 1))}" "$old_controller_port"
    mkdir -p "$(node_dir "$node")"
    printf '%s %s\n' "$port" "$FREE_PORT" >"$ports"
  done
}

# --- starting -----------------------------------------------------------------------------------------

write_server_properties() {
  local node=$1 other voters="" replicas=$((BROKERS < 3 ? 1 : 3)) min_isr=$((BROKERS < 3 ? 1 : 2))
  for other in $(all_nodes); do
    voters+=,$other@127.0.0.1:$(node_controller_port "$other")
  done
  cat >"$(node_dir "$node")/server.properties" <<PROPERTIES
process.roles=broker,controller
node.id=$node
controller.quorum.voters=${voters#,}
listeners=PLAINTEXT://127.0.0.1:$(node_port "$node"),CONTROLLER://127.0.0.1:$(node_controller_port "$node")
advertised.listeners=PLAINTEXT://127.0.0.1:$(node_port "$node")
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=PLAINTEXT
controller.listener.names=CONTROLLER
log.dirs=$(node_dir "$node")/data
auto.create.topics.enable=false
offsets.topic.replication.factor=$replicas
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=$replicas
transaction.state.log.min.isr=$min_isr
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=$replicas
share.coordinator.state.topic.min.isr=$min_isr
default.replication.factor=$replicas
min.insync.replicas=$min_isr
group.initial.rebalance.delay.ms=0
log.cleaner.dedupe.buffer.size=2097152
num.network.threads=2
num.io.threads=4
PROPERTIES
  if [[ -e $DIR/settings ]]; then
    cat "$DIR/settings" >>"$(node_dir "$node")/server.properties"
  fi
}

# format_node NODE: a node's data folder is complete once "formatted" is there.
format_node() {
  local here
  here=$(node_dir "$1")
  if [[ -e $here/formatted ]]; then
    return
  fi
  begin "formatting the data folder of broker $1" "$here/format.log"
  rm -rf "$here/data"
  : >"$here/format.log"
  (logged kafka_java -Xmx128m -Dlog4j2.configurationFile="$(kafka_home)/log4j2-server.properties" \
    kafka.tools.StorageTool format -t "$(cat "$DIR/cluster.id")" -c "$here/server.properties")
  touch "$here/formatted"
}

# launch NODE: in a session of its own, so that no Ctrl-C meant for another program reaches it.
launch() {
  local here heap=(-Xmx256m)
  here=$(node_dir "$1")
  if ((BROKERS > 1)); then heap=(-Xmx192m -Xss512k); fi
  [[ ! -e $here/server.log ]] || mv -f "$here/server.log" "$here/server.log.1"
  (
    exec 9>&-
    # shellcheck disable=SC2034  # read by kafka_java
    KAFKA_JAVA_PREFIX=setsid
    # shellcheck disable=SC2034
    KAFKA_ARCHIVE_TO=${FRESHET_KAFKA_ARCHIVE_TO:-}
    kafka_java "${heap[@]}" \
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

# brokers_seen PORT: asks the broker there for the cluster's metadata and prints how many brokers it names.
# The request: Metadata version 1 with an empty list of topics. The answer's first fields are its size, our
# correlation id and the number of brokers, four bytes each.
brokers_seen() {
  local answer
  # shellcheck disable=SC2016  # expanded by the inner shell
  answer=$(timeout 2 bash -c '
    exec 3<>"/dev/tcp/127.0.0.1/$1" || exit 1
    printf "\0\0\0\016\0\003\0\001\0\0\0\001\377\377\0\0\0\0" >&3
    head -c 12 <&3 | od -An -v -tu1' _ "$1" 2>/dev/null) || return 1
  # shellcheck disable=SC2086  # twelve numbers
  set -- $answer
  (($# == 12)) && echo $((${9} << 24 | ${10} << 16 | ${11} << 8 | ${12}))
}

# node_is_ready NODE: says in its log that it has started, and names all brokers of the cluster.
node_is_ready() {
  local seen
  grep -q 'Kafka Server started' "$(node_dir "$1")/server.log" 2>/dev/null &&
    seen=$(brokers_seen "$(node_port "$1")") && ((seen == BROKERS))
}

# await_ready NODE…: waits for all; sets PORT_WAS_TAKEN=yes when another process took a port in the meantime.
await_ready() {
  PORT_WAS_TAKEN=no
  local node deadline=$((SECONDS + TIMEOUT)) log
  for node in "$@"; do
    log=$(node_dir "$node")/server.log
    until node_is_ready "$node"; do
      if ! kill -0 "$(cat "$(node_dir "$node")/pid")" 2>/dev/null; then
        if grep -q 'Address already in use' "$log"; then
          # shellcheck disable=SC2034  # read by scripts/kafka
          PORT_WAS_TAKEN=yes
          return
        fi
        tail -n 20 "$log" | sed 's/^/  | /' >&2
        die "broker $node ended while starting; whole log: $log"
      fi
      if ((SECONDS >= deadline)); then
        die "broker $node gave no answer on port $(node_port "$node") within $TIMEOUT s; log: $log"
      fi
      sleep 0.05
    done
  done
}

# start_nodes old|new NODE…: chooses ports when no running node depends on them, launches, waits.
start_nodes() {
  local ports=$1 node
  shift
  if (($# == BROKERS)); then
    choose_ports "$ports"
  fi
  for node in "$@"; do
    write_server_properties "$node"
  done
  for node in "$@"; do
    format_node "$node"
  done
  begin "starting Apache Kafka $KAFKA_VERSION, $BROKERS broker(s), in $DIR"
  for node in "$@"; do
    launch "$node"
  done
  await_ready "$@"
}
