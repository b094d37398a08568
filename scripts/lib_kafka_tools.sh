# shellcheck shell=bash
# Kafka's own command-line tools, and what scripts/kafka does through them. Sourced after lib_kafka_nodes.sh.

# Short name and class, by the names of the shell scripts in Kafka's distribution (without kafka- and .sh).
readonly TOOLS="
topics                org.apache.kafka.tools.TopicCommand
configs               kafka.admin.ConfigCommand
consumer-groups       org.apache.kafka.tools.consumer.group.ConsumerGroupCommand
share-groups          org.apache.kafka.tools.consumer.group.ShareGroupCommand
groups                org.apache.kafka.tools.GroupsCommand
get-offsets           org.apache.kafka.tools.GetOffsetShell
delete-records        org.apache.kafka.tools.DeleteRecordsCommand
acls                  org.apache.kafka.tools.AclCommand
transactions          org.apache.kafka.tools.TransactionsCommand
producer-perf-test    org.apache.kafka.tools.ProducerPerformance
consumer-perf-test    org.apache.kafka.tools.ConsumerPerformance
e2e-latency           org.apache.kafka.tools.EndToEndLatency
verifiable-producer   org.apache.kafka.tools.VerifiableProducer
verifiable-consumer   org.apache.kafka.tools.VerifiableConsumer
console-producer      org.apache.kafka.tools.ConsoleProducer
console-consumer      org.apache.kafka.tools.consumer.ConsoleConsumer
dump-log              org.apache.kafka.tools.DumpLogSegments
log-dirs              org.apache.kafka.tools.LogDirsCommand
reassign-partitions   org.apache.kafka.tools.reassign.ReassignPartitionsCommand
leader-election       org.apache.kafka.tools.LeaderElectionCommand
metadata-quorum       org.apache.kafka.tools.MetadataQuorumCommand
cluster               org.apache.kafka.tools.ClusterTool
features              org.apache.kafka.tools.FeatureCommand
broker-api-versions   org.apache.kafka.tools.BrokerApiVersionsCommand
storage               kafka.tools.StorageTool
"

# tool [NAME ARG…]: NAME is a short name, the class's own name, or any class with its package.
tool() {
  local name=${1:-} class
  if [[ -z $name || $name == -h || $name == --help ]]; then
    echo "scripts/kafka tool NAME …, where NAME is one of these, or a class of Kafka's with its package:"
    sed '/^$/d; s/^/  /' <<<"$TOOLS"
    return
  fi
  shift
  class=$(awk -v name="$name" '{ n = split($2, part, "."); if ($1 == name || part[n] == name) print $2 }' <<<"$TOOLS")
  if [[ -z $class ]]; then
    [[ $name == *.* ]] || usage_error "there is no tool '$name'; scripts/kafka tool lists them"
    class=$name
  fi
  need_kafka
  kafka_java -Xmx256m -Dlog4j2.configurationFile="$(kafka_home)/log4j2-tools.properties" "$class" "$@"
}

# admin_tool NAME ARG…: a tool for the cluster of the data folder, with its address and the right to do everything.
# shellcheck disable=SC2046  # node numbers
admin_tool() {
  local name=$1 credentials=() nodes
  shift
  nodes=$(answering_nodes)
  [[ -n $nodes ]] || die "no broker of $DIR can answer"
  if has secure; then
    credentials=(--command-config "$DIR/clients/tools.properties")
    if [[ $name == leader-election ]]; then credentials[0]=--admin.config; fi
  fi
  # shellcheck disable=SC2086  # node numbers
  (tool "$name" --bootstrap-server "$(address_of_nodes node_port $nodes)" ${credentials[@]+"${credentials[@]}"} "$@")
}

# admin NAME ARG…: the same for people.
admin() {
  (($# > 0)) || usage_error "admin wants the name of a tool; scripts/kafka tool lists them"
  use_existing || die "there is no cluster in $DIR; scripts/kafka start makes one"
  admin_tool "$@"
}

# partitions [TOPIC-PATTERN…]: "topic partition leader replicas isr" of each partition whose topic fits one of the
# shell patterns; internal topics only by their exact names; all without a pattern.
partitions() {
  local topic partition leader replicas isr pattern
  admin_tool topics --describe | sed -n \
    's/^[[:space:]]*Topic: \([^[:space:]]*\)[[:space:]]*Partition: \([0-9]*\)[[:space:]]*Leader: \([^[:space:]]*\)[[:space:]]*Replicas: \([0-9,]*\)[[:space:]]*Isr:[[:space:]]\{0,1\}\([0-9,]*\).*/\1 \2 \3 \4 \5/p' |
    while read -r topic partition leader replicas isr; do
      if (($# == 0)); then echo "$topic $partition $leader $replicas $isr"; fi
      for pattern in "$@"; do
        # shellcheck disable=SC2053  # a pattern
        if [[ $topic == "$pattern" || ($topic != __* && $topic == $pattern) ]]; then
          echo "$topic $partition $leader $replicas $isr"
          break
        fi
      done
    done
}

# leader TOPIC PARTITION: prints the broker that leads it.
leader() {
  (($# == 2)) || usage_error "leader wants a topic and a partition"
  use_existing || die "there is no cluster in $DIR; scripts/kafka start makes one"
  local found
  found=$(partitions "$1" | awk -v partition="$2" '$2 == partition { print $3 }')
  [[ $found =~ ^[0-9]+$ ]] || die "partition $2 of topic '$1' ${found:+has no leader}${found:-does not exist}"
  printf '%s\n' "$found"
}

# await_in_sync NODE: until no partition misses NODE among those that are in sync.
await_in_sync() {
  local deadline=$((SECONDS + TIMEOUT)) lacking
  ((BROKERS + ADDED > 1)) || return 0
  while true; do
    lacking=$(partitions | awk -v node="$1" '("," $4 ",") ~ ("," node ",") && ("," $5 ",") !~ ("," node ",")' | wc -l)
    if ((lacking == 0)); then return; fi
    if ((SECONDS >= deadline)); then die "broker $1 is not in sync with $lacking partition(s) after $TIMEOUT s"; fi
  done
}

# --- moving partitions --------------------------------------------------------------------------------

# new_places PARTITIONS-FILE BROKER,…: Kafka's JSON of where each partition goes: round robin over the brokers,
# with as many replicas as it has.
new_places() {
  awk -v list="$2" '
    BEGIN { n = split(list, broker, ","); printf "{\"version\":1,\"partitions\":[" }
    {
      count = split($4, now, ","); places = ""
      if (count > n) exit 1
      for (i = 0; i < count; i++) places = places (i ? "," : "") broker[(NR - 1 + i) % n + 1]
      printf "%s{\"topic\":\"%s\",\"partition\":%s,\"replicas\":[%s]}", (NR > 1 ? "," : ""), $1, $2, places
    }
    END { print "]}" }' "$1"
}

# reassign BROKER,… TOPIC-PATTERN…: moves the partitions, waits until all data is there, and gives each partition
# to its new first replica to lead.
reassign() {
  local to=$1 work broker deadline
  shift
  use_existing || die "there is no cluster in $DIR; scripts/kafka start makes one"
  for broker in ${to//,/ }; do
    node_pid "$broker" >/dev/null || die "broker $broker does not run in $DIR"
  done
  work=$(mktemp -d "$DIR/reassign.XXXXXX")
  at_exit "rm -rf '$work'"
  # shellcheck disable=SC2034  # lib.sh reads it
  FRESHET_STEP="listing the partitions"
  partitions "$@" >"$work/partitions"
  [[ -s $work/partitions ]] || die "no topic fits $*"
  new_places "$work/partitions" "$to" >"$work/places.json" ||
    die "a topic has more replicas than there are brokers in '$to'"
  begin "moving $(wc -l <"$work/partitions") partition(s) to brokers $to" "$work/log"
  logged admin_tool reassign-partitions --execute --reassignment-json-file "$work/places.json"
  deadline=$((SECONDS + TIMEOUT))
  until admin_tool reassign-partitions --verify --reassignment-json-file "$work/places.json" \
    >"$work/verify" 2>>"$work/log" && ! grep -q 'still in progress' "$work/verify"; do
    if ((SECONDS >= deadline)); then die "the move has not ended within $TIMEOUT s; it goes on"; fi
  done
  if grep -qi 'failed' "$work/verify"; then
    sed 's/^/  | /' "$work/verify" >&2
    die "the move failed"
  fi
  logged admin_tool leader-election --election-type preferred --path-to-json-file "$work/places.json"
  say "moved"
}
