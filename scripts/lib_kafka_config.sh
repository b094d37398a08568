# shellcheck shell=bash
# A broker's server.properties. Sourced after lib_kafka_nodes.sh.

# Small: many partitions and three brokers have to fit on a machine that carries the load as well.
common_properties() {
  local replicas=$((BROKERS < 3 ? 1 : 3)) min_isr=$((BROKERS < 3 ? 1 : 2))
  cat <<PROPERTIES
log.dirs=$(node_dir "$1")/data
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
}

# The first BROKERS nodes are brokers and controllers, later ones brokers only. Without --secure clients and
# brokers share one listener.
role_properties() {
  local node=$1 other voters="" listeners roles=broker security=PLAINTEXT clients inter
  for other in $(seq 1 "$BROKERS"); do
    voters+=,$other@127.0.0.1:$(node_controller_port "$other")
  done
  clients=PLAINTEXT://127.0.0.1:$(node_port "$node") inter=PLAINTEXT
  if has secure; then
    security=SSL inter=SSL
    clients=SASL_SSL://127.0.0.1:$(node_port "$node"),SSL://127.0.0.1:$(node_tls_port "$node")
  fi
  listeners=$clients
  if ((node <= BROKERS)); then
    roles=broker,controller
    listeners+=,CONTROLLER://127.0.0.1:$(node_controller_port "$node")
  fi
  cat <<PROPERTIES
process.roles=$roles
node.id=$node
controller.quorum.voters=${voters#,}
listeners=$listeners
advertised.listeners=$clients
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,SASL_SSL:SASL_SSL,SSL:SSL,CONTROLLER:$security
inter.broker.listener.name=$inter
controller.listener.names=CONTROLLER
PROPERTIES
}

# Failures are noticed in about two seconds instead of nine.
tuned_properties() {
  cat <<PROPERTIES
broker.session.timeout.ms=2000
broker.heartbeat.interval.ms=300
controller.quorum.fetch.timeout.ms=1000
controller.quorum.election.timeout.ms=500
controller.quorum.request.timeout.ms=1000
replica.lag.time.max.ms=5000
PROPERTIES
}

# A local folder that all brokers share stands for the object store; segments move there soon after they are rolled.
tiered_properties() {
  local listener=PLAINTEXT
  if has secure; then
    listener=SSL
    tls_properties | sed 's/^/rlmm.config.remote.log.metadata.common.client./'
  fi
  cat <<PROPERTIES
remote.log.storage.system.enable=true
remote.log.storage.manager.class.name=org.apache.kafka.server.log.remote.storage.LocalTieredStorage
remote.log.storage.manager.impl.prefix=rsm.config.
rsm.config.dir=$DIR/remote
remote.log.metadata.manager.class.name=org.apache.kafka.server.log.remote.metadata.storage.TopicBasedRemoteLogMetadataManager
remote.log.metadata.manager.listener.name=$listener
remote.log.metadata.manager.impl.prefix=rlmm.config.
rlmm.config.remote.log.metadata.topic.replication.factor=$((BROKERS < 3 ? 1 : 3))
rlmm.config.remote.log.metadata.topic.num.partitions=2
remote.log.manager.task.interval.ms=500
log.retention.check.interval.ms=1000
log.initial.task.delay.ms=500
log.segment.delete.delay.ms=500
log.index.size.max.bytes=1048576
PROPERTIES
}

# tls_properties: the broker's own key and the only authority it trusts.
tls_properties() {
  cat <<PROPERTIES
ssl.keystore.type=PEM
ssl.keystore.location=$DIR/secrets/broker.pem
ssl.truststore.type=PEM
ssl.truststore.location=$DIR/secrets/ca.pem
PROPERTIES
}

# Brokers and controllers know each other by mutual TLS, as User:broker. What is not allowed is refused.
secure_properties() {
  local jaas=org.apache.kafka.common.security
  tls_properties
  cat <<PROPERTIES
listener.name.ssl.ssl.client.auth=required
listener.name.controller.ssl.client.auth=required
ssl.principal.mapping.rules=RULE:^CN=([A-Za-z0-9._-]+).*$/\$1/,DEFAULT
sasl.enabled.mechanisms=SCRAM-SHA-256,PLAIN
listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config=$jaas.scram.ScramLoginModule required;
listener.name.sasl_ssl.plain.sasl.jaas.config=$jaas.plain.PlainLoginModule required user_plain="$(secret plain)";
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:broker;User:scram;User:plain;User:tls
PROPERTIES
}

write_server_properties() {
  (
    umask 077
    {
      role_properties "$1"
      common_properties "$1"
      if has tuned; then tuned_properties; fi
      if has tiered; then tiered_properties; fi
      if has secure; then secure_properties; fi
      cat "$DIR/settings" 2>/dev/null || true
    } >"$(node_dir "$1")/server.properties"
  )
}
