# shellcheck shell=bash
# The brokers of one data folder: which of them live, what they were started with, their ports, and the questions
# that can be answered without Kafka's tools. Sourced after lib.sh; reads DIR and BROKERS, which scripts/kafka sets.
# A broker's own folder is DIR/node-N. The first BROKERS nodes are controllers too; ADDED more are brokers only.

ADDED=0

node_dir() { printf '%s/node-%s\n' "$DIR" "$1"; }

all_nodes() { seq 1 "$((${BROKERS:-1} + ADDED))"; }

# has FEATURE: was the data folder made with --tuned, --tiered, --secure or --metrics?
has() { grep -qsx -- "$1" "$DIR/features"; }

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

# is_paused PID: was it stopped by SIGSTOP, and does each of its threads stand still?
is_paused() {
  local states
  states=$(sed -n 's/^State:[[:space:]]*\(.\).*/\1/p' /proc/"$1"/task/*/status 2>/dev/null | sort -u)
  [[ $states == T ]]
}

running_nodes() {
  local node
  for node in $(all_nodes); do
    if node_pid "$node" >/dev/null; then echo "$node"; fi
  done
}

# answering_nodes: those that run and are not paused.
answering_nodes() {
  local node pid
  for node in $(all_nodes); do
    if pid=$(node_pid "$node") && ! is_paused "$pid"; then echo "$node"; fi
  done
}

# --- ports --------------------------------------------------------------------------------------------

# A node's ports: for clients, for controllers, for mutual TLS (--secure), for metrics (--metrics).
node_ports() { cat "$(node_dir "$1")/ports" 2>/dev/null; }
node_port() { node_ports "$1" | cut -d' ' -f1; }
node_controller_port() { node_ports "$1" | cut -d' ' -f2; }
node_tls_port() { node_ports "$1" | cut -d' ' -f3; }
node_metrics_port() { node_ports "$1" | cut -d' ' -f4; }

# address_of_nodes PORT_FUNCTION NODE…: host:port, with commas.
address_of_nodes() {
  local port=$1 node list=""
  shift
  for node in "$@"; do
    list+=,127.0.0.1:$("$port" "$node")
  done
  printf '%s\n' "${list#,}"
}

# shellcheck disable=SC2046  # node numbers
address() { address_of_nodes node_port $(all_nodes); }

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

# choose_ports old|new NODE…: with "new" those used before are forgotten.
choose_ports() {
  local which=$1 node old ports index given
  shift
  CHOSEN_PORTS=()
  for node in "$@"; do
    old=("" "" "" "") ports=()
    if [[ $which == old ]]; then read -r -a old <<<"$(node_ports "$node")" || true; fi
    for index in 0 1 2 3; do
      given=""
      if ((index == 0)); then given=${PORT:+$((PORT + node - 1))}; fi
      if ((index == 1)); then given=${CONTROLLER_PORT:+$((CONTROLLER_PORT + node - 1))}; fi
      choose_port "$given" "${old[index]:-}"
      ports+=("$FREE_PORT")
    done
    mkdir -p "$(node_dir "$node")"
    printf '%s\n' "${ports[*]}" >"$(node_dir "$node")/ports"
  done
}

# --- what a broker answers ----------------------------------------------------------------------------

# Asks the broker at a port of 127.0.0.1 for the cluster's metadata and prints the bytes of the answer, without its
# size, as numbers. The request is Metadata version 1 with an empty list of topics. With a second argument, a folder
# of PEM files, it is asked over TLS as the broker itself.
# shellcheck disable=SC2016  # expanded by the shell that runs it
readonly ASK_METADATA='
  if [[ -n $2 ]]; then
    coproc TLS { exec openssl s_client -quiet -connect "127.0.0.1:$1" -CAfile "$2/ca.pem" -cert "$2/broker.pem" \
      -key "$2/broker.pem" 2>/dev/null; }
    trap "kill $TLS_PID" EXIT
    exec 3<&"${TLS[0]}" 4>&"${TLS[1]}"
  else
    exec 3<>"/dev/tcp/127.0.0.1/$1" 4>&3 || exit 1
  fi
  printf "\0\0\0\016\0\003\0\001\0\0\0\001\377\377\0\0\0\0" >&4
  read -r a b c d < <(head -c 4 <&3 | od -An -v -tu1) || exit 1
  head -c $((a << 24 | b << 16 | c << 8 | d)) <&3 | od -An -v -w1 -tu1'

# brokers_seen NODE: prints the ids of the brokers that NODE names, one a line; fails when it does not answer.
brokers_seen() {
  local port tls="" bytes=() at=8 count
  port=$(node_port "$1")
  if has secure; then
    port=$(node_tls_port "$1")
    tls=$DIR/secrets
  fi
  mapfile -t bytes < <(timeout 5 bash -c "$ASK_METADATA" _ "$port" "$tls" 2>/dev/null)
  ((${#bytes[@]} >= 8)) || return 1
  # After the correlation id: the number of brokers; of each id, host, port and rack.
  for ((count = bytes[7]; count > 0; count--)); do
    echo $((bytes[at + 2] << 8 | bytes[at + 3]))
    ((at += 4 + 2 + bytes[at + 5] + 4 + 2))
  done
}

# active_controller: prints the id of the controller in charge, as the nodes' own quorum files tell: the one of the
# newest epoch in which a leader is known.
active_controller() {
  local node epoch leader best=-1 id=""
  for node in $(running_nodes); do
    read -r epoch leader <<<"$(sed -n 's/.*"leaderId":\(-\{0,1\}[0-9]*\),"leaderEpoch":\([0-9]*\).*/\2 \1/p' \
      "$(node_dir "$node")/data/__cluster_metadata-0/quorum-state" 2>/dev/null)"
    if ((${leader:-0} > 0 && epoch > best)); then best=$epoch id=$leader; fi
  done
  [[ -n $id ]] && printf '%s\n' "$id"
}
