// SPDX-License-Identifier: Apache-2.0
/** Spring Boot on Overtake: add the artifact, and requests run on a scheduler with time sharing. */
@NullMarked
package dev.overtake.spring;

import org.jspecify.annotations.NullMarked;
