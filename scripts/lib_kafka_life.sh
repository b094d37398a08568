# shellcheck shell=bash
# What is done to running brokers: killing, pausing, restarting and ending them. Sourced after lib_kafka_start.sh.
# Kill, pause and resume take no lock: they have to happen at once, whatever else goes on in the data folder.

# await_end SECONDS NODE…: waits until they are gone; fails when the time is over.
await_end() {
  local deadline=$((SECONDS + $1)) node
  shift
  for node in "$@"; do
    while node_pid "$node" >/dev/null; do
      if ((SECONDS >= deadline)); then return 1; fi
      sleep 0.05
    done
  done
}

signal_nodes() {
  local signal=$1 node pid
  shift
  for node in "$@"; do
    if pid=$(node_pid "$node"); then
      kill -s "$signal" "$pid" 2>/dev/null || ! is_ours "$pid" "$node" ||
        die "may not end process $pid of broker $node: it belongs to another user"
    fi
  done
}

kill_running() {
  local nodes
  mapfile -t nodes < <(running_nodes)
  signal_nodes KILL ${nodes[@]+"${nodes[@]}"}
  await_end "$TIMEOUT" ${nodes[@]+"${nodes[@]}"} || die "still there after SIGKILL: $(running_nodes | tr '\n' ' ')"
}

stop_running() {
  local nodes limit=$TIMEOUT
  mapfile -t nodes < <(running_nodes)
  # The last of several cannot end in good order, as there is no majority left to sign off from.
  if ((BROKERS > 1 && limit > 10)); then limit=10; fi
  if ((${#nodes[@]} == 0)); then
    say "nothing runs in $DIR"
  else
    begin "stopping ${#nodes[@]} broker(s) in $DIR"
    signal_nodes TERM "${nodes[@]}"
    signal_nodes CONT "${nodes[@]}"  # a paused one could not end
    if ! await_end "$limit" "${nodes[@]}"; then
      say "not gone after $limit s, ending with SIGKILL: broker(s) $(running_nodes | tr '\n' ' ')"
      kill_running
    fi
  fi
  rm -f "$DIR"/node-*/pid
}

stop() {
  if ! use_existing; then
    say "nothing runs in $DIR"
    return
  fi
  with_lock "$DIR/lock"
  use_existing
  stop_running
}

# wipe: nothing has to be saved, so nobody is asked to end in good order.
wipe() {
  if [[ ! -e $DIR ]]; then
    say "there is nothing to delete at $DIR"
    return
  fi
  use_existing || die "$DIR was not made by scripts/kafka (it has no $MARKER); not deleted"
  with_lock "$DIR/lock"
  use_existing
  kill_running
  rm -rf "$DIR"
  say "deleted $DIR"
}

# --- one broker ---------------------------------------------------------------------------------------

# choose_node: sets NODE to the broker meant, and PID to its process; fails when there is none or it does not run.
choose_node() {
  use_existing || die "there is no cluster in $DIR; scripts/kafka start makes one"
  if [[ $NODE == controller ]]; then
    NODE=$(active_controller) || die "no controller is in charge in $DIR"
  fi
  NODE=${NODE:-1}
  all_nodes | grep -qxF -- "$NODE" || die "there is no broker $NODE in $DIR, only $(all_nodes | tr '\n' ' ')"
  PID=$(node_pid "$NODE") || die "broker $NODE does not run; scripts/kafka start brings it back"
}

kill_node() {
  choose_node
  kill -s KILL "$PID"
  await_end "$TIMEOUT" "$NODE" || die "process $PID is still there after SIGKILL"
  rm -f "$(node_dir "$NODE")/pid"
  say "killed broker $NODE, process $PID"
}

# await_paused SECONDS PID: a thread stops where it is given a CPU to notice that it should, which takes a while on
# a busy machine. Until then it may go on answering, and nobody could resume it.
await_paused() {
  local deadline=$((SECONDS + $1))
  until is_paused "$2"; do
    ((SECONDS < deadline)) || return 1
    sleep 0.01
  done
}

pause_node() {
  choose_node
  if is_paused "$PID"; then die "broker $NODE is paused already"; fi
  kill -s STOP "$PID"
  if ! await_paused "$TIMEOUT" "$PID"; then
    kill -s CONT "$PID"
    die "broker $NODE, process $PID, does not stand still within $TIMEOUT s after SIGSTOP; it was told to go on"
  fi
  say "paused broker $NODE, process $PID"
}

resume_node() {
  choose_node
  is_paused "$PID" || die "broker $NODE is not paused"
  kill -s CONT "$PID"
  say "resumed broker $NODE, process $PID"
}

# restart_node: as an operator does it: ended in good order, started again, and done when its replicas have caught up.
restart_node() {
  need_kafka
  choose_node
  if is_paused "$PID"; then die "broker $NODE is paused; scripts/kafka resume $NODE comes first"; fi
  with_lock "$DIR/lock"
  choose_node
  begin "ending broker $NODE"
  kill -s TERM "$PID"
  if ! await_end "$TIMEOUT" "$NODE"; then
    die "broker $NODE has not ended within $TIMEOUT s; scripts/kafka kill $NODE would not ask"
  fi
  start_nodes "$NODE"
  await_in_sync "$NODE"
  say "broker $NODE is back in sync"
}

# --- looking ------------------------------------------------------------------------------------------

controller() {
  use_existing || die "there is no cluster in $DIR; scripts/kafka start makes one"
  active_controller || die "no controller is in charge in $DIR"
}

status() {
  local node pid up=0
  if ! use_existing || [[ -z $(running_nodes) ]]; then
    echo "not running (data folder $DIR)"
    exit 3
  fi
  printf 'address  %s\nversion  Apache Kafka %s\ndata     %s\n' "$(address)" "$KAFKA_VERSION" "$DIR"
  if [[ -s $DIR/features ]]; then printf 'options  %s\n' "$(sed 's/^/--/' "$DIR/features" | tr '\n' ' ')"; fi
  for node in $(all_nodes); do
    if ! pid=$(node_pid "$node"); then
      printf 'broker %s not running\n' "$node"
      continue
    fi
    up=$((up + 1))
    printf 'broker %s %s, process %s\n' "$node" "$(is_paused "$pid" && echo paused || echo running)" "$pid"
  done
  if ((up < BROKERS + ADDED)); then exit 3; fi
}

logs() {
  local log
  use_existing || die "there is no data folder $DIR"
  log=$(node_dir "${NODE:-1}")/server.log
  [[ -e $log ]] || die "there is no log of broker ${NODE:-1}: $log"
  if [[ $FOLLOW == yes ]]; then exec tail -n +1 -f "$log"; fi
  exec cat "$log"
}
