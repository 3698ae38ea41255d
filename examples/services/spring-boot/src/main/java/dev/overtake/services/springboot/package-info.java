// SPDX-License-Identifier: Apache-2.0
/** The example service on Spring Boot. */
@NullMarked
package dev.overtake.services.springboot;

import org.jspecify.annotations.NullMarked;
