// SPDX-License-Identifier: Apache-2.0

import org.jspecify.annotations.NullMarked;

/** Compute on other machines, through JGroups. */
@NullMarked
module dev.overtake.cluster {
  requires static transitive org.jspecify; // the API says what may be null
  requires transitive dev.overtake.compute;
  requires dev.overtake.scheduler;
  requires org.jgroups;

  exports dev.overtake.cluster;

  provides dev.overtake.compute.ComputeProvider with
      dev.overtake.cluster.ClusterProvider;
}
