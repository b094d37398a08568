# shellcheck shell=bash
# What --secure needs: keys, passwords, and the files with which clients connect. Sourced after lib_kafka_nodes.sh.
# DIR/secrets is the brokers' (ca.key, ca.pem, broker.pem, a password a file), DIR/clients is handed out.
# Everything is random for each data folder and readable by its owner only.

secret() { cat "$DIR/secrets/$1.password"; }

# new_secret NAME: makes it, once.
new_secret() {
  local file=$DIR/secrets/$1.password
  [[ -s $file ]] || head -c 18 /dev/urandom | base64 | tr '+/' 'ab' >"$file"
}

# signed CN KEY CERTIFICATE: a key and a certificate for this machine, by our authority.
signed() {
  local secrets=$DIR/secrets
  logged openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$1" \
    -keyout "$2" -out "$secrets/request.pem"
  echo 'subjectAltName=IP:127.0.0.1,DNS:localhost' >"$secrets/names.cnf"
  logged openssl x509 -req -in "$secrets/request.pem" -days 3650 -CA "$secrets/ca.pem" -CAkey "$secrets/ca.key" \
    -CAcreateserial -extfile "$secrets/names.cnf" -out "$3"
  rm "$secrets/request.pem" "$secrets/names.cnf"
}

make_keys() {
  local secrets=$DIR/secrets clients=$DIR/clients user
  have openssl || die "--secure needs the openssl command"
  mkdir -p "$secrets" "$clients"
  begin "making keys and passwords in $DIR" "$secrets/openssl.log"
  for user in scram plain tls; do new_secret "$user"; done
  logged openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 \
    -subj "/CN=freshet scripts kafka" -keyout "$secrets/ca.key" -out "$secrets/ca.pem"
  signed broker "$secrets/broker.key" "$secrets/broker.crt"
  cat "$secrets/broker.key" "$secrets/broker.crt" >"$secrets/broker.pem"
  signed tls "$secrets/tls.key" "$clients/tls.crt"
  logged openssl pkcs8 -topk8 -v2 aes-256-cbc -in "$secrets/tls.key" -passout "file:$secrets/tls.password" \
    -out "$clients/tls.key"
  rm "$secrets/tls.key"
  cp "$secrets/ca.pem" "$clients/ca.pem"
  # The arguments that give the SCRAM user to the metadata, for StorageTool's @FILE.
  printf -- '--add-scram\nSCRAM-SHA-256=[name=scram,password=%s]\n' "$(secret scram)" >"$secrets/format.args"
  touch "$secrets/made"
}

# sasl_client NAME MECHANISM: the file of a user of the SASL_SSL listener, for librdkafka.
sasl_client() {
  cat >"$DIR/clients/$1.properties" <<PROPERTIES
bootstrap.servers=$(address)
security.protocol=SASL_SSL
ssl.ca.location=$DIR/clients/ca.pem
sasl.mechanism=$2
sasl.username=$1
sasl.password=$(secret "$1")
PROPERTIES
}

# shellcheck disable=SC2046  # node numbers
tls_client() {
  cat >"$DIR/clients/tls.properties" <<PROPERTIES
bootstrap.servers=$(address_of_nodes node_tls_port $(all_nodes))
security.protocol=SSL
ssl.ca.location=$DIR/clients/ca.pem
ssl.certificate.location=$DIR/clients/tls.crt
ssl.key.location=$DIR/clients/tls.key
ssl.key.password=$(secret tls)
PROPERTIES
}

# Kafka's own tools take Java's names.
tools_client() {
  cat >"$DIR/clients/tools.properties" <<PROPERTIES
security.protocol=SASL_SSL
ssl.truststore.type=PEM
ssl.truststore.location=$DIR/clients/ca.pem
sasl.mechanism=SCRAM-SHA-256
sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required username="scram" password="$(secret scram)";
PROPERTIES
}

# write_clients: again at every start, as addresses may have changed.
write_clients() (
  umask 077
  sasl_client scram SCRAM-SHA-256
  sasl_client plain PLAIN
  tls_client
  tools_client
  [[ -e $DIR/secrets/users ]] || return 0
  while read -r user; do sasl_client "$user" SCRAM-SHA-256; done <"$DIR/secrets/users"
)

# prepare_secure: keys once, clients' files always.
prepare_secure() (
  umask 077
  chmod 700 "$DIR"
  [[ -e $DIR/secrets/made ]] || make_keys
)

# add_user NAME: a SCRAM user without any right; prints the path of its properties file.
add_user() {
  local name=$1 file
  has secure || die "the cluster in $DIR has no users; it was not started with --secure"
  [[ $name =~ ^[A-Za-z0-9._-]+$ ]] || usage_error "a user's name has letters, digits, '.', '_' and '-', not '$name'"
  case $name in
    scram | plain | tls | tools | broker | ca) die "there is a '$name' already; give the user another name" ;;
  esac
  file=$DIR/secrets/$name.scram
  (
    umask 077
    new_secret "$name"
    printf 'SCRAM-SHA-256=password=%s\n' "$(secret "$name")" >"$file"
  )
  at_exit "rm -f '$file'"
  begin "adding user $name"
  # What the tool complains of would repeat the password.
  admin_tool configs --alter --entity-type users --entity-name "$name" --add-config-file "$file" >/dev/null 2>&1
  (
    umask 077
    grep -qsxF "$name" "$DIR/secrets/users" || echo "$name" >>"$DIR/secrets/users"
    sasl_client "$name" SCRAM-SHA-256
  )
  printf '%s\n' "$DIR/clients/$name.properties"
}
