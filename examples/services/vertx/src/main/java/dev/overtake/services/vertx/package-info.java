// SPDX-License-Identifier: Apache-2.0
/** The example service on Vert.x. */
@NullMarked
package dev.overtake.services.vertx;

import org.jspecify.annotations.NullMarked;
