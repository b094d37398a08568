# shellcheck shell=bash
# The Apache Kafka that scripts/kafka runs: getting the jars, the Java to run them with, and the
# class-data archive that cuts a start from three seconds to one. Sourced after lib.sh.

readonly KAFKA_VERSION=4.3.1
readonly KAFKA_LOG4J_VERSION=2.25.4

kafka_home() { printf '%s/kafka-%s\n' "$(cache_dir)" "$KAFKA_VERSION"; }

kafka_jars_are_there() { [[ -e $(kafka_home)/lib/kafka_2.13-$KAFKA_VERSION.jar ]]; }

# java_command: prints the path of a java of version 17 or newer, from $JAVA_HOME or the path; fails if none.
java_command() {
  local java release major
  for java in ${JAVA_HOME:+"$JAVA_HOME/bin/java"} "$(command -v java || true)"; do
    [[ -x $java ]] || continue
    java=$(readlink -f "$java")
    release=${java%/bin/java}/release
    major=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$release" 2>/dev/null || true)
    if ((${major:-0} >= 17)); then
      printf '%s\n' "$java"
      return 0
    fi
  done
  return 1
}

# kafka_class_path: the jars, one by one in a fixed order. The archive is only used with exactly the class
# path that it was made with, and lib/* has no stable order.
kafka_class_path() {
  (
    LC_ALL=C
    IFS=:
    set -- "$(kafka_home)"/lib/*.jar
    printf '%s\n' "$*"
  )
}

# kafka_archive: where the class-data archive for this very Java is (or would be): another Java cannot use it.
kafka_archive() {
  local java
  java=$(java_command)
  printf '%s/kafka-%s.jsa\n' "$(kafka_home)" "$(cat "$java" "${java%/bin/java}/release" | cksum | cut -d' ' -f1)"
}

# kafka_java ARG…: replaces this shell by a Java with Kafka's classes, started fast. Compiling with C1 only
# and the serial collector save start time and memory; a broker for throughput figures would want neither.
# The caller may set KAFKA_JAVA_PREFIX (a command to start it with) and KAFKA_ARCHIVE_TO (a file to write a
# new archive to, instead of using the one there is).
kafka_java() {
  local java archive
  java=$(java_command) || die "no Java of version 17 or newer; run scripts/setup"
  archive=-XX:SharedArchiveFile=$(kafka_archive)
  if [[ -n ${KAFKA_ARCHIVE_TO:-} ]]; then
    archive=-XX:ArchiveClassesAtExit=$KAFKA_ARCHIVE_TO
  fi
  exec ${KAFKA_JAVA_PREFIX:-} "$java" "$archive" -Xshare:auto -Xlog:disable -Xlog:all=error:stderr \
    -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:-UsePerfData -cp "$(kafka_class_path)" "$@"
}

write_kafka_pom() {
  cat >"$1" <<POM
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>freshet</groupId>
  <artifactId>kafka-server</artifactId>
  <version>$KAFKA_VERSION</version>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId>
      <artifactId>kafka_2.13</artifactId>
      <version>$KAFKA_VERSION</version>
    </dependency>
    <dependency>
      <groupId>org.apache.kafka</groupId>
      <artifactId>kafka-tools</artifactId>
      <version>$KAFKA_VERSION</version>
      <exclusions>
        <exclusion><groupId>org.apache.kafka</groupId><artifactId>connect-runtime</artifactId></exclusion>
        <exclusion><groupId>org.apache.kafka</groupId><artifactId>connect-api</artifactId></exclusion>
        <exclusion><groupId>org.apache.kafka</groupId><artifactId>connect-json</artifactId></exclusion>
        <exclusion><groupId>org.apache.maven</groupId><artifactId>maven-artifact</artifactId></exclusion>
      </exclusions>
    </dependency>
    <!-- A tiered storage that is a local folder. -->
    <dependency>
      <groupId>org.apache.kafka</groupId>
      <artifactId>kafka-storage</artifactId>
      <version>$KAFKA_VERSION</version>
      <classifier>test</classifier>
    </dependency>
    <!-- Without it nothing is logged. -->
    <dependency>
      <groupId>org.apache.logging.log4j</groupId>
      <artifactId>log4j-slf4j-impl</artifactId>
      <version>$KAFKA_LOG4J_VERSION</version>
    </dependency>
  </dependencies>
</project>
POM
}

# write_log4j FILE LEVEL TARGET: logs to SYSTEM_OUT or SYSTEM_ERR.
write_log4j() {
  cat >"$1" <<LOG4J
status = error
appender.console.type = Console
appender.console.name = console
appender.console.target = $3
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{ISO8601} %p %m (%c{1})%n
rootLogger.level = $2
rootLogger.appenderRef.console.ref = console
LOG4J
}

fetch_kafka_jars() {
  local home log work
  home=$(kafka_home)
  log=$(cache_dir)/kafka-fetch.log
  new_work_dir kafka
  work=$WORK_DIR
  : >"$log"
  begin "fetching the jars of Apache Kafka $KAFKA_VERSION" "$log"
  write_kafka_pom "$work/pom.xml"
  retry logged mvn -B -ntp -q -C -f "$work/pom.xml" dependency:copy-dependencies -DincludeScope=runtime \
    -DoutputDirectory="$work/kafka/lib"
  write_log4j "$work/kafka/log4j2-server.properties" info SYSTEM_OUT
  write_log4j "$work/kafka/log4j2-tools.properties" warn SYSTEM_ERR
  rm -rf "$home"
  mv -T "$work/kafka" "$home"
}

# The archive is made by a broker that starts, is found ready and is ended with SIGTERM.
make_kafka_archive() {
  local archive
  archive=$(kafka_archive)
  begin "making the class-data archive for fast starts of Apache Kafka, once" "$(cache_dir)/kafka-archive.log"
  new_work_dir archive
  : >"$FRESHET_STEP_LOG"
  at_exit "logged '$(repo_root)/scripts/kafka' wipe --dir '$WORK_DIR/broker'"
  logged env FRESHET_KAFKA_ARCHIVE_TO="$WORK_DIR/kafka.jsa" \
    "$(repo_root)/scripts/kafka" start --dir "$WORK_DIR/broker"
  logged "$(repo_root)/scripts/kafka" stop --dir "$WORK_DIR/broker"
  mv "$WORK_DIR/kafka.jsa" "$archive"
}

kafka_is_there() { kafka_jars_are_there && [[ -e $(kafka_archive) ]]; }

ensure_kafka() {
  if kafka_is_there; then
    return
  fi
  with_lock "$(cache_dir)/lock"
  if ! kafka_jars_are_there; then
    fetch_kafka_jars
  fi
  if [[ ! -e $(kafka_archive) ]]; then
    make_kafka_archive
  fi
}
