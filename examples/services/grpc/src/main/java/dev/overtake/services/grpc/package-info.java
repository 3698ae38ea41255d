// SPDX-License-Identifier: Apache-2.0
/** The example service on gRPC. */
@NullMarked
package dev.overtake.services.grpc;

import org.jspecify.annotations.NullMarked;
