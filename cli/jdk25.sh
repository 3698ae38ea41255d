# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
#
# Finds a JDK 25, for the scripts that source this. They say what goes wrong with a function die.

# Succeeds and sets jdk and jdk_version if the folder holds a JDK 25. Its release file says so:
# starting each candidate to ask it would take longer than all the rest of this script.
is_jdk25() {
  [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 1
  jdk=
  while IFS= read -r line; do
    case $line in
      'JAVA_VERSION="25"'* | 'JAVA_VERSION="25'[.+-]*) jdk=$1 ;;
      JAVA_RUNTIME_VERSION=*) jdk_version=${line#*=} ;;
    esac
  done <"$1/release"
  [ -n "$jdk" ]
}

find_jdk25() {
  if is_jdk25 "${JAVA_HOME:-}"; then return; fi
  if java=$(command -v java) && is_jdk25 "$(dirname "$(dirname "$(readlink -f "$java")")")"; then return; fi
  for candidate in /usr/lib/jvm/* /usr/lib64/jvm/* /usr/local/lib/jvm/* /opt/* /opt/java/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home \
    "${HOME:-}"/Library/Java/JavaVirtualMachines/*/Contents/Home \
    /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home \
    "${HOME:-}"/.sdkman/candidates/java/* "${HOME:-}"/.jdks/*; do
    if is_jdk25 "$candidate"; then return; fi
  done
  die "no JDK 25 found${JAVA_HOME:+ (JAVA_HOME is $JAVA_HOME)}; install one, such as Temurin 25 or the package openjdk-25-jdk, or set JAVA_HOME to where one is"
}
