// SPDX-License-Identifier: Apache-2.0
/** The example service on Tomcat. */
@NullMarked
package dev.overtake.services.tomcat;

import org.jspecify.annotations.NullMarked;
