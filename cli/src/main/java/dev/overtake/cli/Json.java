// SPDX-License-Identifier: Apache-2.0
package dev.overtake.cli;

import tools.jackson.databind.json.JsonMapper;

/** Results as {@code --json} prints them: a record's components are the keys. */
final class Json {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private Json() {}

  static String of(Record result) {
    return MAPPER.writeValueAsString(result);
  }
}
