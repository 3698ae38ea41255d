// SPDX-License-Identifier: Apache-2.0
/** The example service on Jetty. */
@NullMarked
package dev.overtake.services.jetty;

import org.jspecify.annotations.NullMarked;
