// SPDX-License-Identifier: Apache-2.0
/** What the example services have in common: all but the framework. */
@NullMarked
package dev.overtake.services.common;

import org.jspecify.annotations.NullMarked;
