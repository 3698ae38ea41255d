// SPDX-License-Identifier: Apache-2.0
/** The example service on Helidon. */
@NullMarked
package dev.overtake.services.helidon;

import org.jspecify.annotations.NullMarked;
