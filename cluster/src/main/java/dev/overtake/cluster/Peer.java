// SPDX-License-Identifier: Apache-2.0
package dev.overtake.cluster;

/**
 * Another member of the group, for one life of its: who comes back after a restart is another one.
 *
 * @param address the engine's own, with equality
 * @param name for messages; two may have the same
 */
record Peer(Object address, String name) {
  @Override
  public boolean equals(Object other) {
    return other instanceof Peer peer && peer.address.equals(address);
  }

  @Override
  public int hashCode() {
    return address.hashCode();
  }

  @Override
  public String toString() {
    return name;
  }
}
