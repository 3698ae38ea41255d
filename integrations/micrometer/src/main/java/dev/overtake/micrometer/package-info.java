// SPDX-License-Identifier: Apache-2.0
/** A scheduler's figures as Micrometer meters. */
package dev.overtake.micrometer;
