#!/usr/bin/env bash
# JUnit files against the schema that Jenkins' xunit plugin uses; one that is wrong is refused.
#
#   tests/package/junit_schema.sh FILE…
. "$(dirname "${BASH_SOURCE[0]}")/../../scripts/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/../../scripts/lib_readers.sh"

schema=$(junit_schema)
[[ -e $schema ]] || die "$schema is missing; scripts/setup --readers fetches it"
xmllint --noout --schema "$schema" "$@"
if sed 's/<testsuite /<testsuite surprise="1" /' "$1" | xmllint --noout --schema "$schema" - 2>/dev/null; then
  die "the schema refuses nothing"
fi
