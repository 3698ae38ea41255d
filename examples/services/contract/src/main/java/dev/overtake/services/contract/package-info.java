// SPDX-License-Identifier: Apache-2.0
/** What every example service must do, as tests. */
@NullMarked
package dev.overtake.services.contract;

import org.jspecify.annotations.NullMarked;
